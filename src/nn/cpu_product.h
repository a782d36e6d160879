// Matrix products on the CPU from weights packed once, with the pixels of a convolution gathered on the way: no patch
// matrix in memory, bias, sum and ReLU applied while the result is still in registers. Why not ggml's own operations:
// docs/performance.md, "DETR".
// Each result is summed in one fixed order whatever the tiling and the threads, so a picture in a batch and the same
// picture alone give the same bits.
#pragma once

#include "nn/cpu_panels.h"
#include "nn/layers.h"

#include <cstddef>
#include <cstdint>

namespace echollama::nn {

// Sizes of one convolution; a linear layer is one with kernel 1 over a line of tokens.
struct ProductShape {
    Convolution convolution;
    std::int64_t channels = 0, width = 0, height = 0, batch = 0; // of the input, channels fastest
    std::int64_t out_width = 0, out_height = 0;
    bool relu = false;
};

// Bytes of scratch memory for each thread.
std::size_t product_scratch();

// Part `part` of `parts` of y = convolution(x) + bias (+ add), then ReLU when asked. add: as y, or nullptr.
void product(PackedMatrix const& weight, ProductShape const& shape, float const* x, float const* add, float* y,
             void* scratch, int part, int parts);

} // namespace echollama::nn
