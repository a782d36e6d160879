// Rows of a picture's numbers as a product reads them: floats as they are, rounded to BF16, or bytes with a scale.
// Compiled for the processor at hand; included only by files that are.
#pragma once

#include "nn/cpu_panels.h"
#include "nn/cpu_tile.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace echollama::nn {

// Floats to place `at` of a row, as they are or rounded to BF16.
inline void put(PanelType type, float* row, std::int64_t at, float const* from, std::int64_t count) {
    if (type != PanelType::bf16) {
        std::memcpy(row + at, from, static_cast<std::size_t>(count) * sizeof(float));
        return;
    }
    auto* out = reinterpret_cast<ggml_bf16_t*>(row) + at;
    std::int64_t i = 0;
#if defined(__AVX512BF16__)
    for (; i + 16 <= count; i += 16) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i),
                            reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(_mm512_loadu_ps(from + i))));
    }
#endif
    for (; i < count; ++i) {
        out[i] = ggml_fp32_to_bf16(from[i]);
    }
}

inline void put_zeros(PanelType type, float* row, std::int64_t at, std::int64_t count) {
    std::size_t size = type == PanelType::bf16 ? 2 : 4;
    std::memset(reinterpret_cast<char*>(row) + static_cast<std::size_t>(at) * size, 0,
                static_cast<std::size_t>(count) * size);
}

// Floats to bytes 0..255. Numbers that are never negative (after ReLU) use all of them; others lie around 128.
// `row` is filled with zeros up to a whole unit.
inline tile::ByteRow put_bytes(float* row, float const* from, std::int64_t count) {
    tile::Reg low{}, high{};
    std::int64_t i = 0;
    for (; i + tile::lanes <= count; i += tile::lanes) {
        tile::Reg v = tile::load(from + i);
        high = tile::greater(high, v);
        low = v < low ? v : low;
    }
    float most = 0, least = 0;
    for (int lane = 0; lane < tile::lanes; ++lane) {
        most = std::max(most, high[lane]);
        least = std::min(least, low[lane]);
    }
    for (std::int64_t k = i; k < count; ++k) {
        most = std::max(most, from[k]);
        least = std::min(least, from[k]);
    }
    bool sign = least < 0;
    float step = sign ? std::max(most, -least) / 127 : most / 255, offset = sign ? 128 : 0;
    float inverse = step > 0 ? 1 / step : 0;
    auto* out = reinterpret_cast<std::uint8_t*>(row);
    i = 0;
#if defined(__AVX512VNNI__)
    for (; i + 16 <= count; i += 16) {
        __m512i whole = _mm512_maskz_cvtps_epi32(0xFFFF, _mm512_loadu_ps(from + i) * inverse + offset);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), _mm512_maskz_cvtusepi32_epi8(0xFFFF, whole));
    }
#endif
    for (; i < count; ++i) {
        out[i] = static_cast<std::uint8_t>(std::clamp(std::nearbyint(from[i] * inverse + offset), 0.0F, 255.0F));
    }
    for (; i % 4 != 0; ++i) {
        out[i] = 0;
    }
    return {step, step * offset};
}

} // namespace echollama::nn
