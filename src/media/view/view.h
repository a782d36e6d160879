// What any input becomes before anything looks at it: one picture, and where the input knows it, metres and the camera.
#pragma once

#include "media/picture/image.h"
#include "scene/types.h" // DepthMap and Intrinsics; header only

#include <optional>
#include <string>
#include <vector>

namespace echollama {

// One unit in which distances may be stored.
struct UnitGuess {
    std::string name; // "millimetres", as it is said
    float per_metre = 1;
    double weight = 0; // logarithm of how likely it is, before anything is recognised in the picture
};

// What the input's numbers mean, where that had to be guessed.
struct DepthScale {
    std::vector<UnitGuess> guesses; // likeliest first; one: it was told
    bool assumed = true;            // false: the user or the file says it
    std::string of = "depth picture";
    std::string option = "--depth-units"; // by which a user can say it
};

struct View {
    Image image;
    std::optional<DepthMap> depth; // of all of the image; may have fewer pixels; metres by the first guess of `scale`
    Intrinsics camera;             // of the image; fx == 0: nothing is known, the caller guesses
    bool drawn = false;            // from points or triangles, not taken by a camera
    std::optional<DepthScale> scale = {}; // empty: metres are known, or there are none
    std::vector<std::string> notes = {};  // true sentences about the input itself, "This is the first frame of ..."
};

} // namespace echollama
