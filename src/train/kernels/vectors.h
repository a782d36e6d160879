// Vectors of numbers whose last one may be shorter, and sums over them. Compiled for the processor at hand; included
// only by files that are.
#pragma once

#include "nn/cpu/tile.h"

#include <cstdint>
#include <cstring>
#include <utility>

namespace echollama::train {

// The first `count` lanes (all when there are more), the others zero.
inline nn::tile::Reg load_some(float const* from, std::int64_t count) {
    if (count >= nn::tile::lanes) {
        return nn::tile::load(from);
    }
#if defined(__AVX512F__)
    return reinterpret_cast<nn::tile::Reg>(_mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << count) - 1), from));
#endif
    float values[nn::tile::lanes] = {};
    std::memcpy(values, from, static_cast<std::size_t>(count) * sizeof(float));
    return nn::tile::load(values);
}

inline void store_some(float* to, nn::tile::Reg v, std::int64_t count) {
    if (count >= nn::tile::lanes) {
        nn::tile::store(to, v);
        return;
    }
#if defined(__AVX512F__)
    _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1U << count) - 1), reinterpret_cast<__m512>(v));
    return;
#endif
    float values[nn::tile::lanes];
    nn::tile::store(values, v);
    std::memcpy(to, values, static_cast<std::size_t>(count) * sizeof(float));
}

// Lanes of a and b in turn, from their first halves or, with `first` half the number of lanes, their second ones.
template <int first, std::size_t... i>
inline nn::tile::Reg zipped(nn::tile::Reg a, nn::tile::Reg b, std::index_sequence<i...>) {
    return __builtin_shufflevector(a, b, (i % 2 == 0 ? first + i / 2 : nn::tile::lanes + first + i / 2)...);
}

// Column j of the result is row j of the argument: rows are zipped with those half the number away, which turns the
// square after as many rounds as its side has binary digits.
inline void transpose(nn::tile::Reg (&square)[nn::tile::lanes]) {
    constexpr int lanes = nn::tile::lanes, half = lanes / 2;
    constexpr std::make_index_sequence<lanes> all{};
    nn::tile::Reg other[lanes];
    for (int round = 1; round < lanes; round *= 2) {
#pragma GCC unroll 16
        for (int i = 0; i < half; ++i) {
            other[2 * i] = zipped<0>(square[i], square[i + half], all);
            other[2 * i + 1] = zipped<half>(square[i], square[i + half], all);
        }
#pragma GCC unroll 16
        for (int i = 0; i < lanes; ++i) {
            square[i] = other[i];
        }
    }
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
