// Vectors of numbers whose last one may be shorter, and sums over them. Compiled for the processor at hand; included
// only by files that are.
#pragma once

#include "nn/cpu/tile.h"

#include <cstdint>
#include <cstring>

namespace echollama::train {

// The first `count` lanes (all when there are more), the others zero.
inline nn::tile::Reg load_some(float const* from, std::int64_t count) {
    if (count >= nn::tile::lanes) {
        return nn::tile::load(from);
    }
    float values[nn::tile::lanes] = {};
    std::memcpy(values, from, static_cast<std::size_t>(count) * sizeof(float));
    return nn::tile::load(values);
}

inline void store_some(float* to, nn::tile::Reg v, std::int64_t count) {
    if (count >= nn::tile::lanes) {
        nn::tile::store(to, v);
        return;
    }
    float values[nn::tile::lanes];
    nn::tile::store(values, v);
    std::memcpy(to, values, static_cast<std::size_t>(count) * sizeof(float));
}

// Four sums side by side: one alone would wait for itself.
inline float dot(float const* a, float const* b, std::int64_t count) {
    constexpr int lanes = nn::tile::lanes;
    nn::tile::Reg sums[4] = {};
    std::int64_t i = 0;
    for (; i + 4 * lanes <= count; i += 4 * lanes) {
        for (int j = 0; j < 4; ++j) {
            sums[j] += nn::tile::load(a + i + j * lanes) * nn::tile::load(b + i + j * lanes);
        }
    }
    for (; i < count; i += lanes) {
        sums[0] += load_some(a + i, count - i) * load_some(b + i, count - i);
    }
    return nn::tile::total((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

} // namespace echollama::train
