// The 256-entry number map of bitsandbytes' 8-bit states (Dettmers et al., "8-bit Optimizers via Block-wise
// Quantization", arXiv 2110.02861; bitsandbytes, functional.py, create_dynamic_map).
#pragma once

#include <array>
#include <cstdint>

namespace echollama::train {

struct DynamicMap {
    std::array<float, 256> values{};    // rising
    std::array<float, 255> midpoints{}; // between neighbours, (a + b) * 0.5 in float32

    // `values` must rise.
    static DynamicMap of(std::array<float, 256> const& values);
    // Seven levels i = 0 … 6 of means of neighbouring points of linspace(0.1, 1), times 10^(i - 6), and 0 and 1: with
    // both signs from -0.993 to 1, or without from 0 to 1. In plain float32, as PyTorch computes without vectors.
    static DynamicMap make(bool with_sign);

    // The nearest value's place; of two equally near the even place. Not a number gives 0.
    std::uint8_t nearest(float x) const;
};

} // namespace echollama::train
