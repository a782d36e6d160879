// Winograd's minimal filtering for 3x3 convolutions of stride 1 (Lavin and Gray 2015, "Fast Algorithms for
// Convolutional Neural Networks", arXiv 1509.09308): squares of outputs, 2x2 or 4x4, from (2.25 or 4 times) fewer
// multiplications, as products of transformed pictures and weights, one for each point of a square.
#pragma once

#include "nn/cpu/panels.h"
#include "nn/cpu/product.h"

#include <vector>

namespace echollama::nn {

struct WinogradMatrix {
    int square = 0;                   // outputs on a side: 2 or 4
    std::vector<PackedMatrix> points; // (square + 2)^2 matrices [channels, outputs]
    AlignedMemory bias;
    std::size_t bytes() const;
};

// Side of the squares for a weight [channels * 9, outputs] and pictures of width x height results, 0 where the plain
// product is the better or only way:
//   F32          4x4  rounding grows about tenfold over the plain sum, far below what parity allows; 2x2 for small
//                     pictures, whose time is that of reading the weights
//   F16, BF16    2x2  their own rounding would grow too much with 4x4
//   int8         none: transformed bytes would need more bits
int winograd_square(ggml_tensor const* weight, Convolution const& shape, std::int64_t width, std::int64_t height);

WinogradMatrix pack_winograd(int square, ggml_tensor const* weight, ggml_tensor const* bias);

// Bytes of scratch memory for each thread.
std::size_t winograd_scratch(WinogradMatrix const& weight);

// As product() in nn/cpu/product.h.
void winograd(WinogradMatrix const& weight, ProductShape const& shape, void const* x, void const* add, void* y,
              void* scratch, int part, int parts);

} // namespace echollama::nn
