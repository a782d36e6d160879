// Help to aim the camera: what is wrong with the picture and what to do about it.
#pragma once

#include "media/picture/image.h"
#include "scene/types.h"
#include "wording/wording.h"

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

// "The chair is cut off on the left; turn left."; empty: all of it is in the picture.
std::string cut_off_words(SceneObject const& object, int width, int height);

} // namespace echollama
