// A picture as the vision networks take it.
#pragma once

#include "media/picture/image.h"

#include <array>
#include <span>
#include <vector>

namespace echollama {

// Channel-last RGB, normalised: 3 * width * height values, rows top to bottom.
struct PictureInput {
    int width = 0, height = 0;
    std::vector<float> values;
};

// (value - mean) / std for each channel; values 0..1, interleaved.
void normalise(std::span<float> values, std::array<float, 3> const& mean, std::array<float, 3> const& std);

// The picture as it is, value / 255, normalised.
PictureInput normalised(Image const& image, std::array<float, 3> const& mean, std::array<float, 3> const& std);

} // namespace echollama
