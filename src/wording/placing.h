// What each part of a sentence is about, so that it can be heard from there.
#pragma once

#include "scene/types.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace echollama {

struct HeardPlace {
    float bearing_deg = 0;
    std::optional<float> metres; // none: how far it is is not known
};

struct PlacedText {
    std::string text;                     // all texts joined are the sentence, white space included
    std::optional<std::size_t> object;    // index in Scene::objects; none: about no object of the scene
    std::optional<HeardPlace> place = {}; // of the object, or of the wall, step, opening or obstacle it is about
};

// A sentence stays whole unless it tells several places: "A cup, slightly left; a chair on the right." is two parts. A
// part is about its first object that is there ("behind the table is a chair": the chair; "no dog": nothing). Of
// several objects with one name it is the one that the part's own left, right, ahead or clock hour fits, else the
// scene's first. What was measured around the viewer has places, too, by the names that it is told with ("wall",
// "doorway", "something low"); a part that names objects as well is about the objects.
std::vector<PlacedText> place_text(std::string const& sentence, Scene const& scene);

} // namespace echollama
