// Help to aim the camera: what is wrong with the picture and what to do about it, and where to turn to find a thing.
#pragma once

#include "media/picture/image.h"
#include "scene/types.h"
#include "scene/wording.h"

#include <optional>
#include <string>
#include <vector>

namespace echollama {

// "The picture is very dark; turn on a light." The worst first: covered, dark or bright, blurred, tilted, then what is
// cut off at an edge. Empty: nothing is wrong.
std::vector<std::string> camera_help(Image const& image, Scene const& scene);

// Something at the edge without any detail, dark or as red as skin before a lamp: where it lies ("on the left"); none.
std::optional<std::string> covered_side(Image const& image);

// Degrees by which the picture is turned clockwise, from the directions of its edges, most of which are level or
// upright in rooms and streets; none where they do not agree on one within 40 degrees.
std::optional<float> tilt_of(Image const& image);

// Words that lead to the nearest thing of this class: "Turn right.", "Straight ahead, about 2 metres away."
std::string way_to(Scene const& scene, std::string const& label, WordingOptions const& options);

// The class that is looked for in "find the chair", "where is the door?": as it is called, and whether the program can
// know such things. None: nothing is looked for.
struct Wanted {
    std::string label;
    bool known = false;
};
std::optional<Wanted> wanted_thing(std::string const& text);

// "help", "is the picture good?", "how do I hold the camera?"
bool asks_for_camera_help(std::string const& text);

} // namespace echollama
