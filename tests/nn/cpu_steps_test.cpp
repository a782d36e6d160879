// Layers that the CPU computes together in one step, and what a layer does besides, against ggml's operations.
#include "nn/channel_last.h"
#include "nn/cpu/layers.h"
#include "nn/cpu/resize.h"
#include "nn/cpu_checks.h"
#include "nn/graph.h"
#include "nn/layers.h"

namespace echollama::nn {
namespace {

struct Limit {
    ggml_type type;
    float largest;
};

std::vector<float> input(std::vector<std::int64_t> const& shape, std::string const& name = "x", float scale = 1) {
    std::size_t count = 1;
    for (auto n : shape) {
        count *= static_cast<std::size_t>(n);
    }
    return numbers(name, count, scale);
}

ggml_tensor* as_f32(ggml_context* ctx, ggml_tensor* x) {
    return x->type == GGML_TYPE_F32 ? x : ggml_cast(ctx, x, GGML_TYPE_F32);
}

struct DepthwiseCase {
    std::int64_t in, c, w, h, n, k;
    int stride;
};

// One step against two layers, with any number of threads the same.
void expect_depthwise_equals(DepthwiseCase const& s, Limit const& allowed, Activation const& activation) {
    auto const type = allowed.type;
    Matrix exact(GGML_TYPE_F32, s.in, s.c), rounded(type, s.in, s.c);
    std::vector<float> first;
    for (int threads : {1, 2, 3}) {
        auto backend = make_backend(threads);
        CpuLayers layers(backend);
        Graph graph(backend, 256, [&](Graph::Builder& b) {
            auto *x = b.input("x", {s.in, s.w, s.h, s.n}), *kernel = b.input("kernel", {s.c, s.k, s.k});
            auto* bias = b.input("bias", {s.c});
            auto* y = activate(b.ctx, activation, conv2d(b.ctx, exact.weight, exact.bias, x, {}));
            y = depthwise_same(b.ctx, kernel, y, s.stride);
            b.output("expected", activate(b.ctx, activation, ggml_add(b.ctx, y, bias)));
            b.output("got", as_f32(b.ctx, layers.depthwise(b.ctx, {rounded.weight, rounded.bias}, {kernel, bias}, x,
                                                           s.stride, {activation, activation}, type)));
        });
        graph.set("x", std::span<float const>(input({s.in, s.w, s.h, s.n}, "x", 8)));
        graph.set("kernel", std::span<float const>(input({s.c, s.k, s.k}, "kernel", 0.3F)));
        graph.set("bias", std::span<float const>(input({s.c}, "bias")));
        graph.compute();
        EXPECT_EQ(graph.shape("got"), graph.shape("expected"));
        auto got = graph.read("got");
        EXPECT_LT(largest_difference(got, graph.read("expected")), allowed.largest * 4) << ggml_type_name(type) << s.c;
        first = first.empty() ? got : first;
        EXPECT_EQ(got, first) << threads << " threads";
    }
}

TEST(CpuSteps, DepthwiseBehindItsExpansionEqualsBothLayers) {
    constexpr Activation relu6{Activation::Kind::relu6}, relu{Activation::Kind::relu},
        hard_swish{Activation::Kind::hard_swish, 0.1666F};
    for (auto const& s :
         {DepthwiseCase{32, 144, 33, 40, 2, 3, 1}, // lines divided among threads, channels that fill no block; a batch
          DepthwiseCase{64, 96, 16, 11, 1, 5, 1},  // channels divided
          DepthwiseCase{32, 64, 21, 37, 1, 5, 2}, DepthwiseCase{544, 32, 5, 3, 1, 3, 1}, // more inputs than a chunk has
          DepthwiseCase{32, 40, 1, 1, 1, 7, 1}}) {
        for (auto const& allowed : {Limit{GGML_TYPE_F32, 3e-5F}, {GGML_TYPE_BF16, 4e-2F}, {GGML_TYPE_Q8_0, 6e-2F}}) {
            expect_depthwise_equals(s, allowed, relu6);
        }
        // not limited above, so that what is rounded may be larger
        expect_depthwise_equals(s, {GGML_TYPE_F32, 6e-5F}, hard_swish);
        expect_depthwise_equals(s, {GGML_TYPE_F32, 6e-5F}, relu);
    }
}

TEST(CpuSteps, TheHeadOfDepthNetworksEqualsItsLayers) {
    struct Case {
        std::int64_t c, middle, w, h, n;
        bool corners;
    };
    for (auto s : {Case{32, 32, 9, 7, 1, false}, Case{64, 32, 12, 9, 2, true}, Case{32, 20, 3, 2, 1, true}}) {
        for (auto const& allowed : {Limit{GGML_TYPE_F32, 2e-5F}, {GGML_TYPE_BF16, 2e-2F}, {GGML_TYPE_Q8_0, 4e-2F}}) {
            auto const type = allowed.type;
            auto const limit = allowed.largest;
            Matrix conv32(GGML_TYPE_F32, s.c * 9, s.middle), last32(GGML_TYPE_F32, s.middle, 1);
            Matrix conv(type, s.c * 9, s.middle);
            std::vector<float> first;
            for (int threads : {1, 2, 3}) {
                auto backend = make_backend(threads);
                CpuLayers layers(backend);
                Graph graph(backend, 256, [&](Graph::Builder& b) {
                    auto* x = b.input("x", {s.c, s.w, s.h, s.n});
                    auto* y = resize(b.ctx, x, 2 * s.w, 2 * s.h, Interpolation::bilinear, s.corners);
                    y = ggml_relu(b.ctx, conv2d(b.ctx, conv32.weight, conv32.bias, y, {3, 1, all_sides(1)}));
                    b.output("expected", ggml_relu(b.ctx, conv2d(b.ctx, last32.weight, last32.bias, y, {})));
                    b.output("got", layers.depth_head(b.ctx, {conv.weight, conv.bias}, {last32.weight, last32.bias}, x,
                                                      s.corners));
                });
                graph.set("x", std::span<float const>(input({s.c, s.w, s.h, s.n})));
                graph.compute();
                EXPECT_EQ(graph.shape("got"), graph.shape("expected"));
                auto got = graph.read("got");
                EXPECT_LT(largest_difference(got, graph.read("expected")), limit) << ggml_type_name(type) << s.c;
                first = first.empty() ? got : first;
                EXPECT_EQ(got, first) << threads << " threads";
            }
        }
    }
}

// A residual unit: ReLU before its first layer, sums with what the level below made, twice as large.
TEST(CpuSteps, ResidualUnitsRoundNoMoreThanTheirWeights) {
    struct Case {
        std::int64_t c, w, h;
    };
    for (auto s : {Case{64, 24, 20}, Case{256, 8, 6}, Case{40, 6, 10}}) { // Winograd; few pixels; neither
        for (auto const& allowed : {Limit{GGML_TYPE_F32, 5e-5F}, {GGML_TYPE_BF16, 8e-2F}, {GGML_TYPE_Q8_0, 1e-1F}}) {
            auto const type = allowed.type;
            auto const limit = allowed.largest;
            if (type == GGML_TYPE_Q8_0 && s.c % 32 != 0) {
                continue; // no whole groups
            }
            Matrix one(type, s.c * 9, s.c), one32(GGML_TYPE_F32, s.c * 9, s.c);
            std::vector<float> first;
            for (int threads : {1, 2, 3}) {
                auto backend = make_backend(threads);
                CpuLayers layers(backend);
                Graph graph(backend, 256, [&](Graph::Builder& b) {
                    auto *x = b.input("x", {s.c, s.w, s.h, 1}), *below = b.input("below", {s.c, s.w / 2, s.h / 2, 1});
                    Convolution shape{3, 1, all_sides(1)};
                    auto* wide = resize(b.ctx, below, s.w, s.h, Interpolation::bilinear, true);
                    auto* y = ggml_relu(b.ctx, conv2d(b.ctx, one32.weight, one32.bias, ggml_relu(b.ctx, x), shape));
                    y = conv2d(b.ctx, one32.weight, one32.bias, y, shape);
                    b.output("expected", ggml_add(b.ctx, y, ggml_add(b.ctx, x, wide)));
                    auto* sum = cpu_resize_bilinear(b.ctx, below, s.w, s.h, Grid::corners, x);
                    y = layers.conv2d(b.ctx, one.weight, one.bias, x, shape,
                                      {.relu = true, .relu_before = true, .rounded = true});
                    y = layers.conv2d(b.ctx, one.weight, one.bias, y, shape, {.add = sum, .rounded = true});
                    b.output("got", as_f32(b.ctx, y));
                });
                graph.set("x", std::span<float const>(input({s.c, s.w, s.h})));
                graph.set("below", std::span<float const>(input({s.c, s.w / 2, s.h / 2}, "below")));
                graph.compute();
                auto got = graph.read("got");
                EXPECT_LT(largest_difference(got, graph.read("expected")), limit) << ggml_type_name(type) << s.c;
                first = first.empty() ? got : first;
                EXPECT_EQ(got, first) << threads << " threads";
            }
        }
    }
}

} // namespace
} // namespace echollama::nn
