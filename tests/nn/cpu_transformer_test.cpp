// What transformers need of the CPU's layers besides plain products: GELU behind a product, results in BF16 for the
// next layer, attention over some channels of a tensor, and products whose rows lie in memory as they are multiplied.
#include "nn/cpu/gelu.h"
#include "nn/cpu/layers.h"
#include "nn/cpu/pixels.h"
#include "nn/cpu_checks.h"
#include "nn/graph.h"
#include "nn/layers.h"

#include <gtest/gtest.h>

namespace echollama::nn {
namespace {

bool rounds(ggml_type type) {
    return rounds_pictures(panel_type(type));
}

TEST(CpuTransformer, GeluFollowsProductsOfEveryKind) {
    auto backend = make_backend(2);
    for (auto type : {GGML_TYPE_F32, GGML_TYPE_F16, GGML_TYPE_BF16, GGML_TYPE_Q8_0}) {
        for (std::int64_t inputs : {32, 1056, 2080}) { // one and several chunks
            for (std::int64_t outputs : {5, 48, 64}) { // outputs that fill no panel
                for (std::int64_t tokens : {3, 47}) {  // fewer than outputs, and more
                    Matrix m(type, inputs, outputs);
                    CpuLayers layers(backend);
                    Graph graph(backend, 64, [&](Graph::Builder& b) {
                        auto* x = b.input("x", {inputs, tokens, 1, 2});
                        b.output("plain", layers.conv2d(b.ctx, m.weight, m.bias, x, {}, {}));
                        b.output("got", layers.conv2d(b.ctx, m.weight, m.bias, x, {}, {.gelu = true}));
                        auto* rounded = layers.conv2d(b.ctx, m.weight, m.bias, x, {}, {.rounded = true, .gelu = true});
                        bool const one_chunk = Chunks(panel_type(type), inputs).count == 1;
                        EXPECT_EQ(rounded->type == GGML_TYPE_BF16, rounds(type) && one_chunk);
                        b.output("rounded", ggml_cast(b.ctx, rounded, GGML_TYPE_F32));
                    });
                    graph.set("x",
                              std::span<float const>(numbers("x", static_cast<std::size_t>(inputs * tokens * 2), 3)));
                    graph.compute();
                    auto expected = graph.read("plain");
                    gelu_tanh(expected.data(), expected.data(), expected.size());
                    auto const what = std::string(ggml_type_name(type)) + " " + std::to_string(inputs);
                    EXPECT_LT(largest_difference(graph.read("got"), expected), 1e-6F) << what;
                    EXPECT_LT(largest_difference(graph.read("rounded"), expected), rounds(type) ? 2e-2F : 1e-6F)
                        << what;
                }
            }
        }
    }
}

TEST(CpuTransformer, NormsGiveBf16WhereTheProcessorHasIt) {
    auto backend = make_backend(2);
    for (std::int64_t c : {256, 37}) {
        Graph graph(backend, 64, [&](Graph::Builder& b) {
            auto* x = b.input("x", {c, 19, 2});
            auto *weight = b.input("weight", {c}), *bias = b.input("bias", {c});
            b.output("exact", cpu_layer_norm(b.ctx, weight, bias, x, 1e-6F));
            auto* rounded = cpu_layer_norm(b.ctx, weight, bias, x, 1e-6F, true);
            EXPECT_EQ(rounded->type == GGML_TYPE_BF16, rounds(GGML_TYPE_BF16));
            b.output("rounded", ggml_cast(b.ctx, rounded, GGML_TYPE_F32));
        });
        for (auto const* name : {"x", "weight", "bias"}) {
            auto const count = static_cast<std::size_t>(*name == 'x' ? c * 38 : c);
            graph.set(name, std::span<float const>(numbers(name, count)));
        }
        graph.compute();
        auto const difference = largest_difference(graph.read("rounded"), graph.read("exact"));
        EXPECT_LT(difference, 1.0F / 64); // numbers up to 3
        EXPECT_EQ(difference > 0, rounds(GGML_TYPE_BF16));
    }
}

// q, k and v as one product gives them, side by side; heads of 72 channels, of which the matrix unit takes 96.
TEST(CpuTransformer, AttentionReadsSomeChannelsOfATensor) {
    auto backend = make_backend(2);
    for (std::int64_t head : {72, 10, 514}) {
        std::int64_t const d = 2 * head, tokens = 77, batch = 2;
        for (auto type : {GGML_TYPE_F32, GGML_TYPE_BF16}) {
            CpuLayers layers(backend);
            Graph graph(backend, 64, [&](Graph::Builder& b) {
                auto* all = b.input("all", {3 * d, tokens, batch});
                auto const part = [&](std::int64_t i) {
                    return ggml_view_3d(b.ctx, all, d, tokens, batch, all->nb[1], all->nb[2],
                                        static_cast<std::size_t>(i * d) * sizeof(float));
                };
                auto *q = ggml_cont(b.ctx, part(0)), *k = ggml_cont(b.ctx, part(1)), *v = ggml_cont(b.ctx, part(2));
                b.output("expected", attention(b.ctx, q, k, v, 2));
                b.output("copied", layers.attention(b.ctx, q, k, v, 2, nullptr, type));
                b.output("got", layers.attention(b.ctx, part(0), part(1), part(2), 2, nullptr, type));
                auto* rounded = layers.attention(b.ctx, q, k, v, 2, nullptr, type, true);
                EXPECT_EQ(rounded->type == GGML_TYPE_BF16, rounds(type));
                b.output("rounded", ggml_cast(b.ctx, rounded, GGML_TYPE_F32));
            });
            graph.set("all", std::span<float const>(numbers("all", static_cast<std::size_t>(3 * d * tokens * batch))));
            graph.compute();
            EXPECT_EQ(graph.read("got"), graph.read("copied"));
            EXPECT_LT(largest_difference(graph.read("got"), graph.read("expected")), rounds(type) ? 2e-2F : 2e-5F);
            EXPECT_LT(largest_difference(graph.read("rounded"), graph.read("got")), rounds(type) ? 1.0F / 256 : 1e-9F);
        }
    }
}

// Whole numbers small enough for every sum to be exact, of rows in BF16 that are read where they lie: whichever way
// they are cut into chunks, blocks, tiles and parts, each result is the exact one.
TEST(CpuTransformer, RowsInPlaceAreMultipliedExactly) {
    if (!rounds(GGML_TYPE_BF16)) {
        GTEST_SKIP() << "this level has no BF16";
    }
    auto const weight_at = [](std::int64_t i, std::int64_t o) { return static_cast<float>((i * 5 + o * 3) % 7 - 3); };
    auto const pixel_at = [](std::int64_t i, std::int64_t p) { return static_cast<float>((i * 3 + p * 11) % 15 - 7); };
    for (std::int64_t inputs : {64, 262, 1184, 2400}) {
        for (std::int64_t outputs : {48, 96}) {
            auto const matrix = pack(
                PanelType::bf16, inputs, outputs,
                [&](std::int64_t o, std::span<float> values) {
                    for (std::size_t i = 0; i < values.size(); ++i) {
                        values[i] = weight_at(static_cast<std::int64_t>(i), o);
                    }
                },
                nullptr);
            for (std::int64_t rows : {1, 33, 48, 300}) {
                std::vector<ggml_bf16_t> x;
                for (std::int64_t at = 0; at < rows * inputs; ++at) {
                    x.push_back(ggml_fp32_to_bf16(pixel_at(at % inputs, at / inputs)));
                }
                ProductShape shape{{}, inputs, rows, 1, 1, rows, 1};
                shape.bf16_input = true;
                auto const scratch = aligned_memory(product_scratch(matrix, rows));
                std::vector<float> sums;
                for (std::int64_t at = 0; at < rows * outputs; ++at) {
                    float sum = 0;
                    for (std::int64_t i = 0; i < inputs; ++i) {
                        sum += weight_at(i, at % outputs) * pixel_at(i, at / outputs);
                    }
                    sums.push_back(sum);
                }
                for (int parts : {1, 2, 3}) {
                    std::vector<float> y(static_cast<std::size_t>(rows * outputs));
                    for (int part = 0; part < parts; ++part) {
                        product(matrix, shape, x.data(), nullptr, y.data(), scratch.get(), part, parts);
                    }
                    EXPECT_EQ(y, sums) << inputs << " inputs, " << outputs << " outputs, " << rows << " rows";
                }
            }
        }
    }
}

} // namespace
} // namespace echollama::nn
