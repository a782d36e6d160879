// Bilinear resizing on the CPU, as a layer or line by line for the layer behind it. Pictures are channel-last, F32 or
// BF16 (then whole vectors of channels).
#pragma once

#include <ggml.h>

#include <cstdint>
#include <vector>

namespace echollama::nn {

// Where the pixels of the result lie in the picture: its edges stay, the centres of its corner pixels do, or, as in
// TensorFlow 1 without align_corners and half_pixel_centers, the first pixel's centre does and position = x w / width.
enum class Grid : std::uint8_t { edges, corners, origin };

struct Bilinear {
    // Two neighbouring source positions and the weight of the second (torch.nn.functional.interpolate).
    struct Between {
        std::int64_t first, second;
        float weight;
    };
    std::int64_t channels, w, h; // of the input
    std::vector<Between> columns, lines;
    bool bf16_input = false, bf16_output = false;

    Bilinear(std::int64_t channels, std::int64_t w, std::int64_t h, std::int64_t width, std::int64_t height, Grid grid);
    // Line `y` of the result of one picture; add: nullptr, or such a line, of the result's type.
    void line(void const* picture, std::int64_t y, void* out, void const* add) const;
};

// Whether so many channels can be resized as BF16.
bool resizes_bf16(std::int64_t channels);

// As nn::resize, bilinear, or nn::upsample2_asymmetric (twice the size, Grid::origin), then + add (nullptr or as the
// result). BF16 becomes BF16.
ggml_tensor* cpu_resize_bilinear(ggml_context* ctx, ggml_tensor* x, std::int64_t width, std::int64_t height, Grid grid,
                                 ggml_tensor* add);

} // namespace echollama::nn
