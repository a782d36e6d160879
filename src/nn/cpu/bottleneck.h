// A residual block of three convolutions (He et al. 2015, arXiv 1512.03385, figure 5 right) computed a few lines at a
// time: what passes between its convolutions stays in the cache, so that memory sees the block's input once and its
// output once. Layer by layer, big pictures are bound by memory instead of arithmetic.
#pragma once

#include "nn/cpu/convolve.h"

namespace echollama::nn {

// conv1 1x1, ReLU, conv2 3x3 with `stride` and a border of one, ReLU, conv3 1x1, + shortcut, ReLU. The shortcut is the
// input itself, or a 1x1 convolution with `stride`.
struct Bottleneck {
    LayerWeight conv1, conv2, conv3, shortcut;        // no shortcut weights: the input itself
    std::int64_t narrow = 0, middle = 0, outputs = 0; // channels after conv1, conv2, conv3
    int stride = 1;
    std::int64_t channels = 0, width = 0, height = 0, batch = 0; // of the input
    bool bf16_input = false, bf16_output = false;                // as in ProductShape
    bool bf16_narrow = false, bf16_middle = false;               // results of conv1, conv2

    std::int64_t out_width() const { return (width - 1) / stride + 1; }
    std::int64_t out_height() const { return (height - 1) / stride + 1; }
    bool operator==(Bottleneck const&) const = default;
};

// Chooses which pictures are BF16, from the weights and the input.
void choose_types(Bottleneck& block);

// Whether there are lines enough to divide, and conv3 can add in place (its inputs are one chunk). Not by the number of
// threads: layer by layer pictures are rounded at other places, and results must not depend on it.
bool bottleneck_fits(Bottleneck const& block);

// Bytes of scratch memory for each thread.
std::size_t bottleneck_scratch(Bottleneck const& block);

// Part `part` of `parts`.
void bottleneck(Bottleneck const& block, void const* x, void* y, void* scratch, int part, int parts);

} // namespace echollama::nn
