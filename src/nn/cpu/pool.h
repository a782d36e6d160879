// The largest value of each window, of a picture in memory or of a convolution's lines while they are in the cache.
#pragma once

#include "nn/cpu/convolve.h"

namespace echollama::nn {

// Sizes of a pooling: of its input (channels fastest) and of its output.
struct PoolShape {
    Convolution window;
    std::int64_t channels = 0, width = 0, height = 0, batch = 0, out_width = 0, out_height = 0;
    bool operator==(PoolShape const&) const = default;
};

// Part `part` of `parts`; pixels outside count as nothing.
void max_pool(PoolShape const& shape, float const* x, float* y, int part, int parts);

// The same over what a convolution gives, which never lies in memory as a whole. `convolution` describes all of it.
struct PooledConvolution {
    LayerWeight weight;
    ProductShape convolution;
    PoolShape pool; // of its output
};
std::size_t pooled_convolution_scratch(PooledConvolution const& layer);
void pooled_convolution(PooledConvolution const& layer, void const* x, float* y, void* scratch, int part, int parts);

} // namespace echollama::nn
