// Resizing: exactly as Pillow does it on 8-bit pictures, and as OpenCV and PyTorch do it on floats.
#pragma once

#include "media/picture/image.h"

#include <span>
#include <vector>

namespace echollama {

// Pillow's Image.resize with antialiasing: the filter's support grows with the down-scaling factor; rows first, then
// columns; coefficients rounded to 22 fractional bits and each pass to 8 bits (Pillow, src/libImaging/Resample.c). Both
// sizes >= 1.
Image resize_bilinear(Image const& image, int width, int height);
Image resize_bicubic(Image const& image, int width, int height);
Image resize_lanczos(Image const& image, int width, int height); // 3 lobes

// Cubic interpolation with a = -0.75 and without antialiasing on rows of interleaved channels: OpenCV's INTER_CUBIC and
// PyTorch's bicubic with align_corners=False are the same formula. Source position (x + 0.5) * in / out - 0.5, borders
// replicated; values may overshoot. values.size() == width * height * channels; all sizes >= 1.
std::vector<float> resize_cubic(std::span<float const> values, int width, int height, int channels, int new_width,
                                int new_height);

// The picture as floats, value / 255, resized so, with OpenCV's rounding of positions; rows of 3 channels.
std::vector<float> resize_cubic(Image const& image, int new_width, int new_height);

} // namespace echollama
