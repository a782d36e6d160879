// Speech that is heard from where the things are that it is about.
#pragma once

#include "media/spatial/spatial.h"
#include "pipeline/loading.h"
#include "roles/roles.h"
#include "scene/types.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace echollama {

// A part of a sentence and the place it is heard from; none: the middle of the head.
struct PlacedSound {
    std::string text;
    std::optional<SoundPlace> place;
};

// All texts joined are the sentence: placing changes where words are heard, never which words.
using Placing = std::function<std::vector<PlacedSound>(std::string const& sentence)>;

// Each part at the object, wall, step or opening it is about (wording/placing.h), one after the other in the order of
// the text, which the scene puts nearest and dangerous first.
Placing at_objects(Scene scene);
// Everything from one place.
Placing at_place(SoundPlace const& place);

// Speaks with the voice in two channels. `head` and `voice` may still be loading. Its sample_rate is the voice's; a
// sentence lasts as long as the voice's parts of it and at most 10 ms more for each.
std::unique_ptr<Speaker> make_placed_voice(Loading<Speaker> voice, Loading<Head> head, Placing placing);

} // namespace echollama
