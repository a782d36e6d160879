#include "nn/cpu/gelu.h"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace echollama::nn {
namespace {

// e^x for -87 <= x <= 88, relative error about 1e-7, in a form that the compiler turns into vector instructions:
// e^x = 2^n e^r with n = round(x / ln 2), e^r by its series.
inline float exponential(float x) {
    constexpr float log2_e = 1.44269504F, ln2_high = 0.693359375F, ln2_low = -2.12194440e-4F;
    constexpr float round_to_whole = 12582912.0F; // 1.5 * 2^23: adding it drops the fraction
    float n = (x * log2_e + round_to_whole) - round_to_whole;
    float r = (x - n * ln2_high) - n * ln2_low;
    float p = 1.0F / 5040;
    p = p * r + 1.0F / 720;
    p = p * r + 1.0F / 120;
    p = p * r + 1.0F / 24;
    p = p * r + 1.0F / 6;
    p = p * r + 0.5F;
    p = p * r + 1.0F;
    p = p * r + 1.0F;
    return p * std::bit_cast<float>((static_cast<std::int32_t>(n) + 127) << 23);
}

} // namespace

void gelu_tanh(float const* x, float* y, std::size_t count) {
    constexpr float c = 1.59576912F; // 2 sqrt(2 / pi)
    for (std::size_t i = 0; i < count; ++i) {
        float v = x[i];
        float u = c * (v + 0.044715F * v * v * v);
        float bounded = std::max(-87.0F, std::min(87.0F, -u)); // in this order also when u is no number
        y[i] = v / (1.0F + exponential(bounded));
    }
}

} // namespace echollama::nn
