// What any input becomes before anything looks at it: one picture, and where the input knows it, metres and the camera.
#pragma once

#include "media/picture/image.h"
#include "scene/types.h" // DepthMap and Intrinsics; header only

#include <optional>

namespace echollama {

struct View {
    Image image;
    std::optional<DepthMap> depth; // of all of the image; may have fewer pixels
    Intrinsics camera;             // of the image; fx == 0: nothing is known, the caller guesses
    bool drawn = false;            // from points or triangles, not taken by a camera
};

} // namespace echollama
