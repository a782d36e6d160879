// The end of MiDaS: twice the size, a 3x3 convolution, ReLU, a 1x1 convolution to one channel, ReLU, a few lines at a
// time. Layer by layer, its pictures are the largest of the network and bound by memory.
#pragma once

#include "nn/cpu/convolve.h"

#include <span>

namespace echollama::nn {

struct DepthHead {
    LayerWeight conv;
    std::int64_t channels = 0, width = 0, height = 0, batch = 0; // of the input, F32 or BF16
    std::int64_t middle = 0;                                     // outputs of conv
    bool bf16_input = false, align_corners = false;
};

// Bytes of scratch memory for each thread.
std::size_t depth_head_scratch(DepthHead const& head);

// Part `part` of `parts` of y [2 width, 2 height, batch]; weights and bias of the last convolution.
void depth_head(DepthHead const& head, std::span<float const> weights, float bias, void const* x, float* y,
                void* scratch, int part, int parts);

} // namespace echollama::nn
