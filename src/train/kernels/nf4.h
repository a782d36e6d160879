// NF4, the 4-bit numbers of QLoRA (Dettmers et al., arXiv 2305.14314), as bitsandbytes' CUDA kernels make them
// (csrc/kernels.cu, dQuantizeNF4; functional.py, quantize_4bit).
#pragma once

#include "train/kernels/dynamic_map.h"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace echollama::train {

inline constexpr std::int64_t nf4_block = 64;         // numbers with one scale, along the flat row-major matrix
inline constexpr std::int64_t nf4_nested_block = 256; // scales with one scale of their own

inline constexpr std::array<float, 16> nf4_values = {-1.0F,
                                                     -0.6961928009986877F,
                                                     -0.5250730514526367F,
                                                     -0.39491748809814453F,
                                                     -0.28444138169288635F,
                                                     -0.18477343022823334F,
                                                     -0.09105003625154495F,
                                                     0.0F,
                                                     0.07958029955625534F,
                                                     0.16093020141124725F,
                                                     0.24611230194568634F,
                                                     0.33791524171829224F,
                                                     0.44070982933044434F,
                                                     0.5626170039176941F,
                                                     0.7229568362236023F,
                                                     1.0F};

struct Nf4 {
    std::int64_t count = 0;           // numbers
    std::vector<std::uint8_t> packed; // two codes a byte, the first in the high half
    std::vector<float> scales;        // the largest magnitude of each block; empty with nested scales
    // Double quantisation: scale = map[code] * nested_scale of its 256 + offset.
    std::vector<std::uint8_t> scale_codes;
    std::vector<float> nested_scales;
    float offset = 0;
    DynamicMap map;

    bool nested() const { return !scale_codes.empty(); }
    std::size_t bytes() const;
    float scale(std::int64_t block) const;
};

Nf4 quantise_nf4(std::span<float const> values);
// Quantises the scales as well: 4.127 bits a number instead of 4.5. `offset` is taken off them first; bitsandbytes
// takes their mean, which is what the second form does. `map` has both signs.
void nest_scales(Nf4& matrix, DynamicMap const& map, float offset);
void nest_scales(Nf4& matrix);

// Numbers [begin, begin + count).
void dequantise(Nf4 const& matrix, std::int64_t begin, std::int64_t count, float* out);

} // namespace echollama::train
