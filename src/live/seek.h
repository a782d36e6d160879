// What is looked for ("find the chair"): whether it can be recognised here, and the way there, in words and for tones.
#pragma once

#include "live/guide_tone.h"
#include "scene/types.h"
#include "wording/wording.h"

#include <optional>
#include <string>
#include <vector>

namespace echollama {

// What can be recognised: classes of the detector, whatever they are called, and where metres are measured, openings.
struct Recognisable {
    std::vector<std::string> labels;
    bool openings = false;
};

struct Sought {
    std::string name;                // "chair", "front door": as it is said
    std::vector<std::string> labels; // the detector's own, of which any one is it; empty: it knows none
    bool plural = false;             // "keys": said without an article
    bool opening = false;            // a doorway or another opening in a wall is it as well

    bool is_recognisable() const { return !labels.empty() || opening; }
};

// The detector's classes that are called so, by their own name, a synonym, or a wider word ("an animal").
std::vector<std::string> labels_called(std::string const& words, std::vector<std::string> const& labels);

// "find the chair", "can you look for my phone", "take me to the door". None: nothing is looked for.
std::optional<Sought> sought_thing(std::string const& text, Recognisable const& can);

// One sentence that says that it cannot be recognised, and what can: of what is seen where something is.
std::string cannot_find(Sought const& sought, Recognisable const& can, Scene const& scene);

// To the nearest that is seen: "Turn right.", "The chair is straight ahead, about 2 metres away."
std::string way_to(Scene const& scene, Sought const& sought, WordingOptions const& options);
// None where it is not seen.
std::optional<Lead> lead_to(Scene const& scene, Sought const& sought);

} // namespace echollama
