// Rows of a picture's numbers as a product reads them: floats as they are, rounded to BF16, or whole numbers with a
// scale.
// Compiled for the processor at hand; included only by files that are.
#pragma once

#include "nn/cpu/panels.h"
#include "nn/cpu/tile.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace echollama::nn {

// Runs step(i) so that vectors of numbers beginning at i cover [0, count): the last one overlaps the one before.
// Returns false where there are fewer numbers than a vector has.
template <typename Step>
inline bool cover(std::int64_t count, Step step) {
    if (count < tile::lanes) {
        return false;
    }
    std::int64_t i = 0;
    for (; i + tile::lanes <= count; i += tile::lanes) {
        step(i);
    }
    if (i < count) {
        step(count - tile::lanes);
    }
    return true;
}

// Numbers (F32, or BF16 where the processor has it) to place `at` of a row of floats or, for bf16 panels, of BF16;
// with `relu` negative ones as zero.
inline void put(PanelType type, float* row, std::int64_t at, void const* from, bool from_bf16, std::int64_t count,
                bool relu) {
    bool to_bf16 = type == PanelType::bf16;
    if (to_bf16 && from_bf16 && !relu) {
        std::memcpy(reinterpret_cast<ggml_bf16_t*>(row) + at, from, static_cast<std::size_t>(count) * 2);
        return;
    }
    if (cover(count, [&](std::int64_t i) {
            tile::Reg v = tile::load(from, i, from_bf16);
            tile::store(row, at + i, relu ? tile::greater(v, tile::Reg{}) : v, to_bf16);
        })) {
        return;
    }
    for (std::int64_t i = 0; i < count; ++i) {
        float value = from_bf16 ? ggml_bf16_to_fp32(static_cast<ggml_bf16_t const*>(from)[i])
                                : static_cast<float const*>(from)[i];
        value = relu ? std::max(value, 0.0F) : value;
        if (to_bf16) {
            reinterpret_cast<ggml_bf16_t*>(row)[at + i] = ggml_fp32_to_bf16(value);
        } else {
            row[at + i] = value;
        }
    }
}

inline void put_zeros(PanelType type, float* row, std::int64_t at, std::int64_t count) {
    std::size_t size = type == PanelType::bf16 ? 2 : 4;
    std::memset(reinterpret_cast<char*>(row) + static_cast<std::size_t>(at) * size, 0,
                static_cast<std::size_t>(count) * size);
}

// The least and the largest of numbers and zero.
struct Range {
    float least = 0, most = 0;
};

inline Range range_of(float const* from, std::int64_t count) {
    // Several at a time: each comparison waits for the one before.
    constexpr std::int64_t abreast = 4, step = abreast * tile::lanes;
    tile::Reg low[abreast]{}, high[abreast]{};
    auto look = [&](std::int64_t i, std::int64_t k) {
        tile::Reg const v = tile::load(from + i);
        high[k] = tile::greater(high[k], v);
        low[k] = tile::less(low[k], v);
    };
    std::int64_t i = 0;
    for (; i + step <= count; i += step) {
        for (std::int64_t k = 0; k < abreast; ++k) {
            look(i + k * tile::lanes, k);
        }
    }
    for (; i + tile::lanes <= count; i += tile::lanes) {
        look(i, 0);
    }
    for (std::int64_t k = 1; k < abreast; ++k) {
        high[0] = tile::greater(high[0], high[k]);
        low[0] = tile::less(low[0], low[k]);
    }
    Range range{-tile::largest(-low[0]), tile::largest(high[0])};
    for (; i < count; ++i) {
        range = {std::min(range.least, from[i]), std::max(range.most, from[i])};
    }
    return range;
}

// Of BF16. They are ordered as whole numbers with a sign, those that are below zero the other way round: read without a
// sign, the largest of all is then the least of them.
inline Range range_of(ggml_bf16_t const* from, std::int64_t count) {
    std::uint16_t largest = 0;
    std::int16_t most = 0;
    std::int64_t i = 0;
#if defined(__AVX512BW__)
    constexpr std::int64_t numbers = 32;
    __m512i all{}, above{};
    for (; i + numbers <= count; i += numbers) {
        __m512i const v = _mm512_loadu_si512(from + i);
        all = _mm512_max_epu16(all, v);
        above = _mm512_max_epi16(above, v);
    }
    auto const together = [](__m512i v) { // the least is what a processor finds at once
        __m256i const half =
            _mm256_max_epu16(__builtin_shufflevector(v, v, 0, 1, 2, 3), __builtin_shufflevector(v, v, 4, 5, 6, 7));
        __m128i const quarter = _mm_max_epu16(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
        __m128i const least = _mm_minpos_epu16(_mm_xor_si128(quarter, _mm_set1_epi32(-1)));
        return static_cast<std::uint16_t>(~_mm_cvtsi128_si32(least));
    };
    largest = together(all);
    most = static_cast<std::int16_t>(together(above));
#endif
    for (; i < count; ++i) {
        largest = std::max(largest, from[i].bits);
        most = std::max(most, static_cast<std::int16_t>(from[i].bits));
    }
    float const least = ggml_bf16_to_fp32({largest});
    return {std::min(least, 0.0F), ggml_bf16_to_fp32({static_cast<std::uint16_t>(most)})};
}

// Numbers (F32, or BF16 where the processor has it; with `relu` negative ones as zero) to bytes 0..255. Those that are
// never negative use all of them; others lie around 128. `row` is filled with zeros up to a whole unit.
inline tile::WholeRow put_bytes(void* row, void const* from, bool from_bf16, std::int64_t count, bool relu) {
    Range range = from_bf16 ? range_of(static_cast<ggml_bf16_t const*>(from), count)
                            : range_of(static_cast<float const*>(from), count);
    bool const sign = !relu && range.least < 0;
    float const step = sign ? std::max(range.most, -range.least) / 127 : range.most / 255, offset = sign ? 128 : 0;
    float const inverse = step > 0 ? 1 / step : 0;
    auto* out = static_cast<std::uint8_t*>(row);
#if defined(__AVX512F__)
    bool const done = cover(count, [&](std::int64_t i) {
        __m512i whole = _mm512_maskz_cvtps_epi32(0xFFFF, tile::load(from, i, from_bf16) * inverse + offset);
        whole = _mm512_maskz_max_epi32(0xFFFF, whole, _mm512_setzero_si512());
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), _mm512_maskz_cvtusepi32_epi8(0xFFFF, whole));
    });
#elif defined(__AVX2__)
    bool const done = cover(count, [&](std::int64_t i) {
        __m256i const wide = _mm256_cvtps_epi32(tile::load(from, i, from_bf16) * inverse + offset);
        __m128i const narrow = _mm_packs_epi32(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
        _mm_storel_epi64(reinterpret_cast<__m128i*>(out + i), _mm_packus_epi16(narrow, narrow));
    });
#else
    constexpr bool done = false;
#endif
    for (std::int64_t i = 0; i < count && !done; ++i) {
        float const value = from_bf16 ? ggml_bf16_to_fp32(static_cast<ggml_bf16_t const*>(from)[i])
                                      : static_cast<float const*>(from)[i];
        out[i] = static_cast<std::uint8_t>(std::clamp(std::nearbyint(value * inverse + offset), 0.0F, 255.0F));
    }
    for (std::int64_t i = count; i % 4 != 0; ++i) {
        out[i] = 0;
    }
    return {step, step * offset};
}

// Floats to whole numbers of eleven bits and a sign. `row` is filled with zeros up to a whole unit.
inline tile::WholeRow put_int16(float* row, float const* from, std::int64_t count) {
    Range const range = range_of(from, count);
    float const most = std::max(range.most, -range.least);
    float const step = most / tile::largest_int16, inverse = step > 0 ? 1 / step : 0;
    auto* out = reinterpret_cast<std::int16_t*>(row);
#if defined(__AVX512BW__)
    bool const done = cover(count, [&](std::int64_t i) {
        __m512i const wide = _mm512_maskz_cvtps_epi32(0xFFFF, tile::load(from + i) * inverse);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), _mm512_maskz_cvtepi32_epi16(0xFFFF, wide));
    });
#elif defined(__AVX2__)
    bool const done = cover(count, [&](std::int64_t i) {
        __m256i const wide = _mm256_cvtps_epi32(tile::load(from + i) * inverse);
        __m128i const low = _mm256_castsi256_si128(wide), upper = _mm256_extracti128_si256(wide, 1);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), _mm_packs_epi32(low, upper));
    });
#else
    constexpr bool done = false;
#endif
    for (std::int64_t i = 0; i < count && !done; ++i) {
        out[i] = static_cast<std::int16_t>(std::nearbyint(from[i] * inverse));
    }
    if (count % 2 != 0) {
        out[count] = 0;
    }
    return {step, 0};
}

// Of a type that is_whole().
inline tile::WholeRow put_whole(PanelType type, float* row, float const* from, std::int64_t count) {
    return type == PanelType::int8 ? put_bytes(row, from, false, count, false) : put_int16(row, from, count);
}

} // namespace echollama::nn
