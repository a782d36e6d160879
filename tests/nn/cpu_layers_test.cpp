#include "nn/cpu/layers.h"
#include "nn/cpu_checks.h"
#include "nn/graph.h"
#include "nn/layers.h"

#include <gtest/gtest.h>

#include <limits>

namespace echollama::nn {
namespace {

struct Case {
    std::int64_t channels, width, height, batch, out;
    Convolution convolution;
};

std::vector<Case> cases() {
    return {{3, 37, 29, 1, 64, {7, 2, all_sides(3)}},  // the first layer, a width that is not a multiple of anything
            {64, 19, 13, 2, 64, {3, 1, all_sides(1)}}, // a batch, in squares that stick out at the right and the bottom
            {288, 6, 4, 1, 96, {3, 1, {2, 0, 1, 1}}},  // squares with more channels than a chunk
            {32, 40, 70, 1, 32, {3, 1, {}}},           // more squares than are taken at once; no padding
            {48, 9, 9, 1, 32, {3, 1, all_sides(1)}},   // channels that fill no panel: no squares
            {96, 9, 17, 1, 70, {3, 2, {0, 1, 0, 1}}},  // one-sided padding; outputs that fill no panel
            {32, 40, 30, 1, 5, {1, 2, {}}},
            {320, 1, 1, 1, 33, {1, 1, {}}}, // one pixel
            {2080, 23, 1, 1, 100, {1, 1, {}}}};
}

TEST(CpuLayers, ConvolutionsEqualGgmls) {
    auto backend = make_backend(2);
    for (auto const& c : cases()) {
        Matrix m(GGML_TYPE_F32, c.channels * c.convolution.kernel * c.convolution.kernel, c.out);
        CpuLayers layers(backend);
        std::vector<std::int64_t> shape{c.channels, c.width, c.height, c.batch};
        Graph graph(backend, 256, [&](Graph::Builder& b) {
            auto* x = b.input("x", shape);
            auto* expected = conv2d(b.ctx, m.weight, m.bias, x, c.convolution);
            auto* add = ggml_scale(b.ctx, expected, -0.5F);
            b.output("expected", expected);
            b.output("got", layers.conv2d(b.ctx, m.weight, m.bias, x, c.convolution, {}));
            b.output("finished", layers.conv2d(b.ctx, m.weight, m.bias, x, c.convolution, {.add = add, .relu = true}));
            b.output("finished expected", ggml_relu(b.ctx, ggml_add(b.ctx, expected, add)));
        });
        graph.set("x", std::span<float const>(
                           numbers("x", static_cast<std::size_t>(c.channels * c.width * c.height * c.batch))));
        graph.compute();
        EXPECT_EQ(graph.shape("got"), graph.shape("expected"));
        EXPECT_LT(largest_difference(graph.read("got"), graph.read("expected")), 2e-5F) << c.channels;
        EXPECT_LT(largest_difference(graph.read("finished"), graph.read("finished expected")), 2e-5F) << c.channels;
    }
}

TEST(CpuLayers, ReducedWeightsStayWithinTheirRounding) {
    auto backend = make_backend(2);
    struct Limit {
        ggml_type type;
        float largest;
    };
    for (auto [type, limit] : {Limit{GGML_TYPE_F16, 2e-3F}, {GGML_TYPE_BF16, 2e-2F}, {GGML_TYPE_Q8_0, 4e-2F}}) {
        for (std::int64_t out : {48, 64}) {            // without and with squares
            for (std::int64_t channels : {64, 1056}) { // one and several chunks
                for (float lowest : {-1.0F, 0.0F}) {   // with a sign, and as after ReLU
                    Matrix exact(GGML_TYPE_F32, channels * 9, out), rounded(type, channels * 9, out);
                    CpuLayers layers(backend);
                    Graph graph(backend, 256, [&](Graph::Builder& b) {
                        auto* x = b.input("x", {channels, 11, 7, 1});
                        Convolution shape{3, 1, all_sides(1)};
                        b.output("expected", conv2d(b.ctx, exact.weight, exact.bias, x, shape));
                        b.output("got", layers.conv2d(b.ctx, rounded.weight, rounded.bias, x, shape, {}));
                    });
                    auto values = numbers("x", static_cast<std::size_t>(channels * 11 * 7));
                    for (auto& v : values) {
                        v = std::max(v, lowest);
                    }
                    graph.set("x", std::span<float const>(values));
                    graph.compute();
                    float difference = largest_difference(graph.read("got"), graph.read("expected"));
                    EXPECT_LT(difference, limit) << ggml_type_name(type) << " " << channels << " " << out;
                    EXPECT_GT(difference, 0) << ggml_type_name(type);
                }
            }
        }
    }
}

// Of 8-bit weights every line of the picture is rounded with a scale of its own, so a dark line keeps its numbers
// between bright ones; a picture in a batch gives the numbers that it gives alone.
TEST(CpuLayers, LinesOfBytesAreReadWithTheirBorders) {
    auto backend = make_backend(2);
    for (auto const& c : {Case{64, 19, 13, 2, 64, {3, 1, all_sides(1)}}, // more than one tile a line
                          Case{32, 40, 27, 1, 70, {3, 2, {0, 1, 0, 1}}}, // outputs that fill no panel
                          Case{32, 1, 9, 2, 33, {3, 1, all_sides(1)}},   // nothing but border at the sides
                          Case{96, 33, 1, 1, 32, {3, 2, all_sides(1)}},  // one line
                          Case{64, 5, 4, 1, 320, {3, 1, {2, 0, 1, 1}}},  // outputs divided among threads
                          Case{32, 9, 40, 1, 32, {3, 1, {}}}}) {
        Matrix exact(GGML_TYPE_F32, c.channels * 9, c.out), rounded(GGML_TYPE_Q8_0, c.channels * 9, c.out);
        auto const one = static_cast<std::size_t>(c.channels * c.width * c.height);
        auto values = numbers("x", one * static_cast<std::size_t>(c.batch));
        auto const line = static_cast<std::size_t>(c.channels * c.width);
        for (std::size_t i = 0; i < values.size(); ++i) {
            auto const y = i / line % static_cast<std::size_t>(c.height);
            values[i] *= y % 3 == 1 ? 1e-3F : 1; // dark
            values[i] = y % 2 == 0 ? std::abs(values[i]) : values[i];
        }
        CpuLayers layers(backend);
        auto run = [&](std::int64_t batch, std::span<float const> pictures) {
            Graph graph(backend, 256, [&](Graph::Builder& b) {
                auto* x = b.input("x", {c.channels, c.width, c.height, batch});
                auto* expected = conv2d(b.ctx, exact.weight, exact.bias, x, c.convolution);
                b.output("expected", ggml_relu(b.ctx, ggml_scale(b.ctx, expected, 0.5F)));
                b.output("got", layers.conv2d(b.ctx, rounded.weight, rounded.bias, x, c.convolution,
                                              {.add = ggml_scale(b.ctx, expected, -0.5F), .relu = true}));
            });
            graph.set("x", pictures);
            graph.compute();
            EXPECT_LT(largest_difference(graph.read("got"), graph.read("expected")), 3e-2F) << c.channels;
            return graph.read("got");
        };
        auto const together = run(c.batch, values);
        auto const alone = run(1, std::span(values).first(one));
        EXPECT_TRUE(std::equal(alone.begin(), alone.end(), together.begin())) << c.channels;
    }
}

// A residual block layer by layer, as ggml computes it.
ggml_tensor* plain_block(ggml_context* ctx, Matrix const& one, Matrix const& two, Matrix const& three,
                         Matrix const* shortcut, ggml_tensor* x, int stride) {
    ggml_tensor* y = ggml_relu(ctx, conv2d(ctx, one.weight, one.bias, x, {}));
    y = ggml_relu(ctx, conv2d(ctx, two.weight, two.bias, y, {3, stride, all_sides(1)}));
    ggml_tensor* side = shortcut ? conv2d(ctx, shortcut->weight, shortcut->bias, x, {1, stride, {}}) : x;
    return ggml_relu(ctx, ggml_add(ctx, conv2d(ctx, three.weight, three.bias, y, {}), side));
}

TEST(CpuLayers, BlocksInOneStepEqualTheirLayers) {
    auto backend = make_backend(2);
    struct Block {
        std::int64_t channels, width, height, batch, narrow, out;
        int stride;
        bool shortcut;
    };
    for (auto c : {Block{64, 13, 41, 1, 32, 64, 1, false}, // lines that fill neither bands nor squares
                   Block{48, 21, 38, 2, 32, 96, 1, true},  // a batch
                   Block{64, 15, 83, 1, 64, 64, 2, true},  // odd sizes halved
                   Block{64, 18, 72, 2, 40, 64, 2, true}}) {
        for (auto [type, limit] : {std::pair{GGML_TYPE_F32, 5e-5F}, {GGML_TYPE_BF16, 5e-2F}, {GGML_TYPE_Q8_0, 1e-1F}}) {
            auto narrow = type == GGML_TYPE_Q8_0 ? c.narrow / 32 * 32 : c.narrow; // whole groups of Q8_0
            auto channels = type == GGML_TYPE_Q8_0 ? 64 : c.channels;
            Matrix one(type, channels, narrow), two(type, narrow * 9, narrow), three(type, narrow, c.out);
            Matrix shortcut(type, channels, c.out);
            auto exact = [&](std::int64_t in, std::int64_t out) { return Matrix(GGML_TYPE_F32, in, out); };
            Matrix one32 = exact(channels, narrow), two32 = exact(narrow * 9, narrow), three32 = exact(narrow, c.out);
            Matrix shortcut32 = exact(channels, c.out);
            CpuLayers layers(backend);
            ggml_tensor* got = nullptr;
            Graph graph(backend, 256, [&](Graph::Builder& b) {
                auto* x = b.input("x", {channels, c.width, c.height, c.batch});
                b.output("expected",
                         plain_block(b.ctx, one32, two32, three32, c.shortcut ? &shortcut32 : nullptr, x, c.stride));
                CpuLayers::LayerTensors side;
                if (c.shortcut) {
                    side = {shortcut.weight, shortcut.bias};
                }
                got = layers.bottleneck(b.ctx, {one.weight, one.bias}, {two.weight, two.bias},
                                        {three.weight, three.bias}, side, x, c.stride);
                ASSERT_NE(got, nullptr);
                b.output("got", got->type == GGML_TYPE_F32 ? got : ggml_cast(b.ctx, got, GGML_TYPE_F32));
            });
            graph.set("x", std::span<float const>(
                               numbers("x", static_cast<std::size_t>(channels * c.width * c.height * c.batch))));
            graph.compute();
            EXPECT_EQ(graph.shape("got"), graph.shape("expected"));
            float difference = largest_difference(graph.read("got"), graph.read("expected"));
            EXPECT_LT(difference, limit) << ggml_type_name(type) << " " << c.channels << " stride " << c.stride;
        }
    }
}

TEST(CpuLayers, BlocksFollowBlocks) { // with pictures in BF16 between them where the processor has it
    auto backend = make_backend(2);
    for (auto [type, limit] : {std::pair{GGML_TYPE_F32, 1e-4F}, {GGML_TYPE_BF16, 1e-1F}, {GGML_TYPE_Q8_0, 2e-1F}}) {
        Matrix one(type, 64, 32), two(type, 288, 32), three(type, 32, 64), conv(type, 64 * 9, 64);
        Matrix one32(GGML_TYPE_F32, 64, 32), two32(GGML_TYPE_F32, 288, 32), three32(GGML_TYPE_F32, 32, 64);
        Matrix shortcut(type, 64, 64), shortcut32(GGML_TYPE_F32, 64, 64), conv32(GGML_TYPE_F32, 64 * 9, 64);
        CpuLayers layers(backend);
        Graph graph(backend, 256, [&](Graph::Builder& b) {
            auto* x = b.input("x", {64, 10, 40, 1});
            auto* plain = plain_block(b.ctx, one32, two32, three32, &shortcut32, x, 1);
            plain = plain_block(b.ctx, one32, two32, three32, nullptr, plain, 1);
            auto* after = conv2d(b.ctx, conv32.weight, conv32.bias, plain, {3, 1, all_sides(1)});
            b.output("expected", ggml_add(b.ctx, after, plain));
            auto block = [&](ggml_tensor* in, CpuLayers::LayerTensors side) {
                return layers.bottleneck(b.ctx, {one.weight, one.bias}, {two.weight, two.bias},
                                         {three.weight, three.bias}, side, in, 1);
            };
            auto* got = block(block(x, {shortcut.weight, shortcut.bias}), {});
            ASSERT_NE(got, nullptr);
            b.output("got", layers.conv2d(b.ctx, conv.weight, conv.bias, got, {3, 1, all_sides(1)}, {.add = got}));
        });
        graph.set("x", std::span<float const>(numbers("x", 64 * 10 * 40)));
        graph.compute();
        EXPECT_LT(largest_difference(graph.read("got"), graph.read("expected")), limit) << ggml_type_name(type);
    }
}

// In one step pictures are rounded at other places than layer by layer.
TEST(CpuLayers, TheNumberOfThreadsChoosesNoOtherWay) {
    Matrix one(GGML_TYPE_Q8_0, 64, 32), two(GGML_TYPE_Q8_0, 288, 32), three(GGML_TYPE_Q8_0, 32, 64);
    for (std::int64_t height : {20, 31, 32, 60, 200}) {
        for (int threads : {1, 2, 5}) {
            auto backend = make_backend(threads);
            CpuLayers layers(backend);
            Graph graph(backend, 64, [&](Graph::Builder& b) {
                auto* x = b.input("x", {64, 11, height, 1});
                auto* block = layers.bottleneck(b.ctx, {one.weight, one.bias}, {two.weight, two.bias},
                                                {three.weight, three.bias}, {}, x, 1);
                EXPECT_EQ(block != nullptr, height >= 32) << height << " lines, " << threads << " threads";
                b.output("y", block ? ggml_cast(b.ctx, block, GGML_TYPE_F32) : ggml_scale(b.ctx, x, 1));
            });
        }
    }
}

// However the lines are divided, each pixel is summed in the same order.
TEST(CpuLayers, TheNumberOfThreadsChangesNoBit) {
    for (auto type : {GGML_TYPE_F32, GGML_TYPE_BF16, GGML_TYPE_Q8_0}) {
        Matrix one(type, 64, 32), two(type, 288, 32), three(type, 32, 64), conv(type, 64 * 9, 64);
        std::vector<float> first;
        for (int threads : {1, 2, 3}) {
            auto backend = make_backend(threads);
            CpuLayers layers(backend);
            Graph graph(backend, 64, [&](Graph::Builder& b) {
                auto* x = b.input("x", {64, 11, 53, 1});
                auto* block = layers.bottleneck(b.ctx, {one.weight, one.bias}, {two.weight, two.bias},
                                                {three.weight, three.bias}, {}, x, 1);
                ASSERT_NE(block, nullptr);
                b.output("y",
                         layers.conv2d(b.ctx, conv.weight, conv.bias, block, {3, 1, all_sides(1)}, {.relu = true}));
            });
            graph.set("x", std::span<float const>(numbers("x", 64 * 11 * 53)));
            graph.compute();
            first = first.empty() ? graph.read("y") : first;
            EXPECT_EQ(graph.read("y"), first) << threads << " threads, " << ggml_type_name(type);
        }
    }
}

TEST(CpuLayers, PoolingOverAConvolutionsLinesEqualsBothLayers) {
    auto backend = make_backend(2);
    for (std::int64_t height : {3, 16, 37}) {
        Matrix stem(GGML_TYPE_F32, 3 * 49, 64);
        CpuLayers layers(backend);
        Graph graph(backend, 64, [&](Graph::Builder& b) {
            auto* x = b.input("x", {3, 29, height, 2});
            Convolution conv{7, 2, all_sides(3)}, pool{3, 2, all_sides(1)};
            b.output("expected",
                     max_pool(b.ctx, ggml_relu(b.ctx, conv2d(b.ctx, stem.weight, stem.bias, x, conv)), pool));
            b.output("got", layers.pooled_conv2d(b.ctx, {stem.weight, stem.bias}, x, conv, pool));
        });
        graph.set("x", std::span<float const>(numbers("x", static_cast<std::size_t>(3 * 29 * height * 2))));
        graph.compute();
        EXPECT_EQ(graph.shape("got"), graph.shape("expected"));
        EXPECT_LT(largest_difference(graph.read("got"), graph.read("expected")), 2e-5F) << height;
    }
}

TEST(CpuLayers, AttentionEqualsGgmlsWithAndWithoutAMask) {
    auto backend = make_backend(2);
    struct Size {
        std::int64_t d, queries, keys, batch;
        int heads;
    };
    for (auto s : {Size{256, 100, 850, 1, 8}, {256, 33, 70, 2, 8}, {192, 5, 577, 1, 3}, {40, 3, 1, 1, 1}}) {
        CpuLayers layers(backend);
        Graph graph(backend, 256, [&](Graph::Builder& b) {
            auto* q = b.input("q", {s.d, s.queries, s.batch});
            auto* k = b.input("k", {s.d, s.keys, s.batch});
            auto* v = b.input("v", {s.d, s.keys, s.batch});
            auto* mask = b.input("mask", {s.keys, s.queries, 1, s.batch});
            b.output("expected", attention(b.ctx, q, k, v, s.heads));
            b.output("got", layers.attention(b.ctx, q, k, v, s.heads, nullptr, GGML_TYPE_F32));
            b.output("rounded", layers.attention(b.ctx, q, k, v, s.heads, nullptr, GGML_TYPE_BF16));
            b.output("masked expected", attention(b.ctx, q, k, v, s.heads, mask));
            b.output("masked", layers.attention(b.ctx, q, k, v, s.heads, mask, GGML_TYPE_F32));
            b.output("masked, rounded", layers.attention(b.ctx, q, k, v, s.heads, mask, GGML_TYPE_Q8_0));
        });
        auto fill = [&](std::string const& name, std::int64_t tokens) {
            graph.set(name, std::span<float const>(numbers(name, static_cast<std::size_t>(s.d * tokens * s.batch), 4)));
        };
        fill("q", s.queries);
        fill("k", s.keys);
        fill("v", s.keys);
        std::vector<float> mask(static_cast<std::size_t>(s.keys * s.queries * s.batch));
        for (std::size_t i = 0; i < mask.size(); ++i) { // the last third of the keys is hidden
            bool hidden = static_cast<std::int64_t>(i) % s.keys > s.keys - s.keys / 3 - 1;
            mask[i] = hidden ? -std::numeric_limits<float>::infinity() : 0;
        }
        graph.set("mask", std::span<float const>(mask));
        graph.compute();
        EXPECT_LT(largest_difference(graph.read("got"), graph.read("expected")), 2e-5F) << s.keys;
        EXPECT_LT(largest_difference(graph.read("masked"), graph.read("masked expected")), 2e-5F) << s.keys;
        EXPECT_LT(largest_difference(graph.read("rounded"), graph.read("expected")), 0.1F) << s.keys;
        EXPECT_LT(largest_difference(graph.read("masked, rounded"), graph.read("masked expected")), 0.1F) << s.keys;
    }
}

TEST(CpuLayers, PoolingIgnoresWhatIsOutside) {
    auto backend = make_backend(2);
    CpuLayers layers(backend);
    Graph graph(backend, 64, [&](Graph::Builder& b) {
        auto* x = b.input("x", {5, 13, 11, 2});
        b.output("got", layers.max_pool(b.ctx, x, {3, 2, all_sides(1)}));
        b.output("expected", max_pool(b.ctx, x, {3, 2, all_sides(1)}));
    });
    graph.set("x", std::span<float const>(numbers("x", 5 * 13 * 11 * 2)));
    graph.compute();
    EXPECT_EQ(graph.shape("got"), graph.shape("expected"));
    EXPECT_EQ(graph.read("got"), graph.read("expected"));
}

} // namespace
} // namespace echollama::nn
