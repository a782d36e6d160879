// The CPU's norms, activations, means, resizing and depthwise convolutions against ggml's operations.
#include "base/counter_rng.h"
#include "nn/channel_last.h"
#include "nn/cpu/depthwise.h"
#include "nn/cpu/pixels.h"
#include "nn/cpu/resize.h"
#include "nn/graph.h"
#include "nn/layers.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace echollama::nn {
namespace {

std::vector<float> numbers(std::string const& name, std::vector<std::int64_t> const& shape, float scale, float offset) {
    std::size_t count = 1;
    for (auto n : shape) {
        count *= static_cast<std::size_t>(n);
    }
    std::vector<float> values;
    for (std::size_t i = 0; i < count; ++i) {
        values.push_back(offset + scale * (2 * uniform(fnv1a64(name), i) - 1));
    }
    return values;
}

struct Input {
    std::string name;
    std::vector<std::int64_t> shape;
    float scale = 1, offset = 0;
};

// Builds "got" and "expected" from the same inputs and compares them.
void expect_same(std::vector<Input> const& inputs, float tolerance,
                 std::function<ggml_tensor*(ggml_context*, std::vector<ggml_tensor*> const&)> const& got,
                 std::function<ggml_tensor*(ggml_context*, std::vector<ggml_tensor*> const&)> const& expected) {
    auto backend = make_backend(2);
    Graph graph(backend, 512, [&](Graph::Builder& b) {
        std::vector<ggml_tensor*> tensors;
        for (auto const& input : inputs) {
            tensors.push_back(b.input(input.name, input.shape));
        }
        b.output("expected", expected(b.ctx, tensors));
        tensors[0] = ggml_dup(b.ctx, tensors[0]); // it may be overwritten
        b.output("got", got(b.ctx, tensors));
    });
    for (auto const& input : inputs) {
        graph.set(input.name, std::span<float const>(numbers(input.name, input.shape, input.scale, input.offset)));
    }
    graph.compute();
    ASSERT_EQ(graph.shape("got"), graph.shape("expected"));
    auto a = graph.read("got"), b = graph.read("expected");
    for (std::size_t i = 0; i < a.size(); ++i) {
        ASSERT_NEAR(a[i], b[i], tolerance) << i;
    }
}

TEST(CpuPixels, GroupNormEqualsGgmls) {
    struct Case {
        std::int64_t c, w, h, n;
        int groups;
    };
    for (auto s : {Case{64, 37, 29, 1, 32}, {96, 5, 7, 2, 32}, {12, 40, 1, 3, 3}, {256, 1, 1, 1, 32}}) {
        std::vector<Input> inputs{
            {"x", {s.c, s.w, s.h, s.n}, 2, 3}, {"weight", {s.c}}, {"bias", {s.c}}, {"add", {s.c, s.w, s.h, s.n}}};
        expect_same(
            inputs, 2e-5F,
            [&](auto* ctx, auto const& t) {
                return cpu_group_norm(ctx, t[1], t[2], t[0], s.groups, 1e-5F, t[3], true);
            },
            [&](auto* ctx, auto const& t) {
                return ggml_relu(ctx, ggml_add(ctx, group_norm(ctx, t[1], t[2], t[0], s.groups, 1e-5F), t[3]));
            });
        inputs.pop_back();
        expect_same(
            inputs, 2e-5F,
            [&](auto* ctx, auto const& t) {
                return cpu_group_norm(ctx, t[1], t[2], t[0], s.groups, 1e-5F, nullptr, false);
            },
            [&](auto* ctx, auto const& t) { return group_norm(ctx, t[1], t[2], t[0], s.groups, 1e-5F); });
    }
}

TEST(CpuPixels, LayerNormEqualsGgmls) {
    for (std::int64_t c : {256, 768, 37}) {
        expect_same(
            {{"x", {c, 19, 2}, 3, 5}, {"weight", {c}}, {"bias", {c}}}, 5e-6F,
            [&](auto* ctx, auto const& t) { return cpu_layer_norm(ctx, t[1], t[2], t[0], 1e-6F); },
            [&](auto* ctx, auto const& t) { return layer_norm(ctx, t[1], t[2], t[0], 1e-6F); });
    }
}

TEST(CpuPixels, GeluIsTheFormWithErf) {
    auto backend = make_backend(2);
    std::vector<float> values;
    for (int i = -1200; i <= 1201; ++i) {
        values.push_back(static_cast<float>(i) / 100);
    }
    Graph graph(backend, 8, [&](Graph::Builder& b) {
        auto* x = b.input("x", {static_cast<std::int64_t>(values.size())});
        b.output("y", cpu_gelu(b.ctx, x));
    });
    graph.set("x", std::span<float const>(values));
    graph.compute();
    auto y = graph.read("y");
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto x = static_cast<double>(values[i]);
        EXPECT_NEAR(y[i], 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))), 4e-7 * std::max(1.0, std::abs(x))) << x;
    }
}

TEST(CpuPixels, LeakyReluEqualsGgmls) {
    for (std::int64_t count : {1, 15, 16, 37, 4096}) {
        for (float slope : {0.0F, 0.1F, 0.99F}) {
            expect_same(
                {{"x", {count}}}, 0,
                [&](auto* ctx, auto const& t) {
                    return cpu_activate(ctx, {Activation::Kind::leaky_relu, slope}, t[0]);
                },
                [&](auto* ctx, auto const& t) { return ggml_leaky_relu(ctx, t[0], slope, false); });
        }
    }
}

TEST(CpuPixels, ResizingEqualsGgmlsBothWays) {
    struct Case {
        std::int64_t c, w, h, n, width, height;
    };
    for (auto s : {Case{64, 9, 7, 2, 18, 14}, {5, 4, 3, 1, 11, 2}, {33, 1, 6, 1, 2, 12}, {16, 8, 8, 1, 8, 8}}) {
        for (bool corners : {false, true}) {
            expect_same(
                {{"x", {s.c, s.w, s.h, s.n}}}, 2e-6F,
                [&](auto* ctx, auto const& t) {
                    return cpu_resize_bilinear(ctx, t[0], s.width, s.height, corners ? Grid::corners : Grid::edges,
                                               nullptr);
                },
                [&](auto* ctx, auto const& t) {
                    return resize(ctx, t[0], s.width, s.height, Interpolation::bilinear, corners);
                });
        }
    }
}

constexpr Activation no_activation{}, relu{Activation::Kind::relu}, relu6{Activation::Kind::relu6},
    hard_swish{Activation::Kind::hard_swish, 0.1666F};

TEST(CpuPixels, DepthwiseConvolutionEqualsGgmls) {
    struct Case {
        std::int64_t c, w, h, n, k;
        int stride;
    };
    for (auto s : {Case{144, 33, 20, 2, 3, 1},
                   {24, 16, 16, 1, 3, 2},
                   {72, 15, 9, 1, 5, 2},
                   {40, 6, 2, 3, 5, 1},
                   {16, 1, 1, 1, 3, 1},
                   {7, 12, 12, 1, 7, 2},
                   {64, 3, 40, 1, 5, 1}}) {
        for (auto const& a : {DepthwiseActivations{relu6, relu6}, {hard_swish, hard_swish}, {no_activation, relu}}) {
            SCOPED_TRACE(testing::Message() << s.c << " channels, activation " << static_cast<int>(a.before.kind));
            expect_same(
                {{"x", {s.c, s.w, s.h, s.n}, 5, 2}, {"kernel", {s.c, s.k, s.k}, 0.6F}, {"bias", {s.c}}}, 4e-5F,
                [&](auto* ctx, auto const& t) {
                    return cpu_depthwise(ctx, nullptr, t[1], t[2], t[0], s.stride, a, false);
                },
                [&](auto* ctx, auto const& t) {
                    auto* y = depthwise_same(ctx, t[1], activate(ctx, a.before, t[0]), s.stride);
                    return activate(ctx, a.after, ggml_add(ctx, y, t[2]));
                });
        }
    }
}

TEST(CpuPixels, DepthwiseConvolutionWithoutABiasEqualsGgmls) {
    expect_same(
        {{"x", {18, 13, 9, 1}, 5, 2}, {"kernel", {18, 5, 5}, 0.6F}}, 2e-5F,
        [&](auto* ctx, auto const& t) { return cpu_depthwise(ctx, nullptr, t[1], nullptr, t[0], 1, {}, false); },
        [&](auto* ctx, auto const& t) { return depthwise_same(ctx, t[1], t[0], 1); });
}

TEST(CpuPixels, ActivationsEqualGgmls) {
    for (auto const& a : {relu, relu6, hard_swish}) {
        SCOPED_TRACE(static_cast<int>(a.kind));
        expect_same(
            {{"x", {37, 5, 3, 2}, 8}}, 2e-6F, [&](auto* ctx, auto const& t) { return cpu_activate(ctx, a, t[0]); },
            [&](auto* ctx, auto const& t) { return activate(ctx, a, t[0]); });
    }
}

TEST(CpuPixels, MeansOfChannelsEqualGgmls) {
    for (auto const& [c, w, h] : {std::array<std::int64_t, 3>{72, 33, 20}, {120, 1, 1}, {7, 16, 16}, {16, 64, 65}}) {
        SCOPED_TRACE(c);
        expect_same(
            {{"x", {c, w, h, 1}, 5, 2}}, 1e-5F, [&](auto* ctx, auto const& t) { return cpu_channel_means(ctx, t[0]); },
            [&](auto* ctx, auto const& t) { return channel_means(ctx, t[0]); });
    }
}

TEST(CpuPixels, JoinedChannelsEqualGgmls) {
    for (bool positive : {false, true}) {
        for (auto const& [c, d] : {std::array<std::int64_t, 2>{64, 64}, {18, 5}, {1, 40}}) {
            SCOPED_TRACE(c);
            expect_same(
                {{"a", {c, 7, 5, 2}, 5}, {"b", {d, 7, 5, 2}, 5}}, 0,
                [&](auto* ctx, auto const& t) { return cpu_join_channels(ctx, t[0], t[1], positive); },
                [&](auto* ctx, auto const& t) { return join_channels(ctx, t[0], t[1], positive); });
        }
    }
}

TEST(CpuPixels, TwiceTheSizeEqualsTensorFlows) {
    for (auto const& [c, w, h] : {std::array<std::int64_t, 3>{96, 8, 5}, {20, 2, 3}, {16, 33, 9}}) {
        SCOPED_TRACE(c);
        expect_same(
            {{"x", {c, w, h, 1}, 5}}, 1e-5F,
            [&](auto* ctx, auto const& t) {
                return cpu_resize_bilinear(ctx, t[0], 2 * w, 2 * h, Grid::origin, nullptr);
            },
            [&](auto* ctx, auto const& t) { return upsample2_asymmetric(ctx, t[0]); });
    }
}

} // namespace
} // namespace echollama::nn
