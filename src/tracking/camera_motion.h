// How the picture moved because the camera did: sparse optical flow (pyramidal Lucas-Kanade, Bouguet 2000) on corners
// of a reduced picture, and the similarity that most of it agrees on.
#pragma once

#include "media/picture/image.h"
#include "scene/types.h"

#include <cstdint>
#include <vector>

namespace echollama {

// Rows of one byte a pixel.
struct GreyPicture {
    int width = 0, height = 0;
    std::vector<std::uint8_t> values;
    float scale = 1; // pixels of the picture that it was made from for one of its own
};

// Rec. 601 luma, at most `longest` pixels a side.
GreyPicture reduced_grey(Image const& image, int longest = 320);

// x' = a x - b y + x0, y' = b x + a y + y0, in pixels of the whole picture: from the earlier one to the later.
struct CameraMotion {
    float a = 1, b = 0, x0 = 0, y0 = 0;
    bool found = false; // false: it could not be told, and is none

    Point at(float x, float y) const { return {a * x - b * y + x0, b * x + a * y + y0}; }
    float zoom() const;
};

// `things`: boxes in the earlier picture that move by themselves and are left out.
CameraMotion camera_motion(GreyPicture const& earlier, GreyPicture const& later, std::vector<Box> const& things);

// How different two pictures are in their light over the places: 0 the same, 1 nothing in common.
float difference(GreyPicture const& earlier, GreyPicture const& later);
// Another scene, not a moved camera: very different, and no motion explains it.
bool is_cut(GreyPicture const& earlier, GreyPicture const& later, CameraMotion const& motion);

} // namespace echollama
