// Depth from two pictures of one view: rectified pairs, and stereo photos that hold both pictures in one file.
#pragma once

#include "media/picture/image.h"
#include "scene/types.h" // DepthMap; header only

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace echollama {

// How far each pixel of the left picture lies to the right of the same thing in the right picture. Row-major; NaN:
// hidden in the other picture or nowhere to be found.
struct Disparity {
    int width = 0, height = 0;
    std::vector<float> pixels;

    double matched() const; // share of pixels that have a value
};

struct MatchOptions {
    // Pixels that are looked at, of the width of the left picture. Rectified cameras look in parallel: nothing is less
    // than 0. Stereo photos are often shifted so that things lie on both sides of the screen.
    float least = 0, most = 0.2F;
    bool align_rows = false; // photos: shift the right picture up or down by what fits best
};

// Semi-global matching (Hirschmueller 2008) by OpenCV, on at most 1280 pixels of width; the result has the size of the
// left picture. Throws Error when the sizes differ or less than a fifth of the picture finds its like.
Disparity match_stereo(Image const& left, Image const& right, MatchOptions const& options = {});

// Are the two pictures in the wrong order, the right one first? Then things match in the other order, and in this one
// not or much less.
bool seems_crossed(Image const& left, Image const& right, MatchOptions const& options = {});

// z = fx * baseline / (disparity + offset), in metres; 0 where nothing was matched or the point is out of reach.
DepthMap stereo_metres(Disparity const& disparity, float fx, float baseline_m, float offset = 0);

// The disparity itself, which is relative inverse depth up to scale and shift, as MiDaS gives it; NaN: none.
DepthMap stereo_relative(Disparity const& disparity);

// Are the two halves of a wide picture so alike that it must be a stereo photo?
bool has_like_halves(Image const& image);

// The left and the right half of a picture; a middle column that is left over belongs to neither.
std::pair<Image, Image> halves_of(Image const& image);

// The two pictures of a Multi-Picture Format file (CIPA DC-007) that is marked as a stereo pair, each a JPEG of its
// own; empty for other files. Thumbnails and panoramas are no pair.
struct MpoPair {
    std::span<std::uint8_t const> left, right;
    std::optional<float> baseline_m, convergence_deg; // as the camera tells them
};
std::optional<MpoPair> find_mpo_pair(std::span<std::uint8_t const> bytes);

} // namespace echollama
