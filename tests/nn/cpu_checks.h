// What the tests of the CPU's layers share.
#pragma once

#include "base/counter_rng.h"

#include <ggml-cpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace echollama::nn {

inline std::vector<float> numbers(std::string const& name, std::size_t count, float scale = 1) {
    std::vector<float> values;
    for (std::size_t i = 0; i < count; ++i) {
        values.push_back(scale * (2 * uniform(fnv1a64(name), i) - 1));
    }
    return values;
}

// A matrix in memory of its own, as a model file gives it.
struct Matrix {
    ggml_context_ptr ctx;
    ggml_tensor* weight = nullptr;
    ggml_tensor* bias = nullptr;

    Matrix(ggml_type type, std::int64_t in, std::int64_t out) {
        ctx.reset(ggml_init({static_cast<std::size_t>((in + 32) * out * 8 + 100'000), nullptr, false}));
        weight = ggml_new_tensor_2d(ctx.get(), type, in, out);
        bias = ggml_new_tensor_1d(ctx.get(), GGML_TYPE_F32, out);
        auto values = numbers("weight", static_cast<std::size_t>(in * out), 1 / std::sqrt(static_cast<float>(in)));
        ggml_quantize_chunk(type, values.data(), weight->data, 0, out, in, nullptr);
        auto shift = numbers("bias", static_cast<std::size_t>(out));
        std::copy(shift.begin(), shift.end(), static_cast<float*>(bias->data));
    }
};

inline float largest_difference(std::vector<float> const& a, std::vector<float> const& b) {
    EXPECT_EQ(a.size(), b.size());
    float largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        largest = std::isnan(a[i]) ? INFINITY : std::max(largest, std::abs(a[i] - b[i]));
    }
    return largest;
}

} // namespace echollama::nn
