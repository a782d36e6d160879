// How Moondream2 cuts a picture up before its encoder, and joins the feature maps afterwards. Three ways, by the age of
// the weights: one squashed picture (until 2024-05-19), up to four tiles (2024-05-20 to the end of 2024:
// moondream/vision_encoder.py at c1ccd26), overlapping crops (2025: moondream/torch/image_crops.py at 44146f1).
#pragma once

#include "media/picture/image.h"

#include <span>
#include <vector>

namespace echollama {

enum class MoondreamCrops { squash, tiles, overlap };

// Square pictures for the encoder: the whole one first, then the parts row by row. One part that is the whole is left
// out.
struct MoondreamCut {
    std::vector<std::vector<float>> pictures; // each size x size x 3, channels fastest, values in [-1, 1]
    int rows = 1, columns = 1;                // of parts
};

struct PictureSize {
    int width = 0, height = 0;
    bool operator==(PictureSize const&) const = default;
};

// The size that a picture is brought to before it is cut into tiles of `side` pixels. Under 512 pixels: one tile.
// Otherwise the best of four by the original's rule, whose second criterion compares the height of the candidate with
// the width of the picture and the other way round.
PictureSize moondream_tiled_size(int width, int height, int side);

// Rows and columns of overlapping crops, together at most max_crops; `window` is what a crop adds without its margins.
struct Tiling {
    int rows = 1, columns = 1;
    bool operator==(Tiling const&) const = default;
};
Tiling moondream_tiling(int width, int height, int window, int max_crops);

// `side` pixels, a multiple of `patch`. The margin of overlapping crops is 4 patches, at most 12 of them.
MoondreamCut cut_picture(Image const& image, MoondreamCrops how, int side, int patch);

// Feature maps [d, grid, grid] of the parts (channels fastest), as cut_picture ordered them, joined and reduced to one
// map [d, grid, grid]. With tiles: pairs of neighbours are averaged (bilinear at half the size); with overlapping
// crops: margins are dropped and areas averaged (adaptive average pooling).
std::vector<float> join_features(std::span<std::vector<float> const> parts, MoondreamCrops how, int rows, int columns,
                                 int grid, int d);

} // namespace echollama
