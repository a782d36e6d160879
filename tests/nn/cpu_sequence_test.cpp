// Layers of networks over time against plain loops.
#include "base/counter_rng.h"
#include "nn/cpu/sequence_layer.h"
#include "nn/cpu/sequence_steps.h"
#include "nn/graph.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace echollama::nn::sequence {
namespace {

std::vector<float> numbers(std::uint64_t seed, std::int64_t count, float most = 1) {
    Draws draws(seed);
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& v : values) {
        v = draws.between(-most, most);
    }
    return values;
}

float at(std::vector<float> const& rows, std::int64_t row, std::int64_t channel, std::int64_t channels) {
    bool const inside = row >= 0 && row < static_cast<std::int64_t>(rows.size()) / channels;
    return inside ? rows[static_cast<std::size_t>(row * channels + channel)] : 0;
}

// Everything that a layer may do beside Snake and the depthwise convolution, which the codec's tests cover.
std::vector<float> expected(Layer const& layer, std::vector<float> const& x, std::vector<float> const& weights,
                            std::vector<float> const& added) {
    std::int64_t const c = layer.channels, steps = static_cast<std::int64_t>(x.size()) / c,
                       outputs = layer.weight.outputs;
    std::vector<float> y;
    for (std::int64_t row = 0; row < steps; ++row) {
        for (std::int64_t out = 0; out < outputs; ++out) {
            double sum = layer.bias.empty() ? 0 : static_cast<double>(layer.bias[static_cast<std::size_t>(out)]);
            for (int tap = 0; tap < layer.taps; ++tap) {
                for (std::int64_t in = 0; in < c; ++in) {
                    float const value = at(x, row - layer.pad + tap * layer.spread, in, c);
                    float const active = value < 0 ? value * layer.slope : value;
                    sum += static_cast<double>(active) *
                           static_cast<double>(weights[static_cast<std::size_t>((out * layer.taps + tap) * c + in)]);
                }
            }
            sum += added.empty() ? 0 : static_cast<double>(at(added, row, out, outputs));
            y.push_back(static_cast<float>(layer.finish == Layer::Finish::tanh ? std::tanh(sum) : sum));
        }
    }
    return y;
}

std::vector<float> computed(Layer const& layer, std::vector<float> const& x, std::vector<float> const& added,
                            int parts) {
    auto const steps = static_cast<std::int64_t>(x.size()) / layer.channels;
    std::vector<float> y(static_cast<std::size_t>(steps * layer.weight.outputs), NAN);
    std::vector<float> scratch(layer.scratch(steps, parts));
    for (int part = 0; part < parts; ++part) {
        Rows rows{x.data(), steps, {}, nullptr, y.data()};
        rows.added = {nullptr, added.empty() ? nullptr : added.data()};
        run(layer, rows, scratch.data(), part, parts);
    }
    return y;
}

TEST(CpuSequence, ConvolutionsEqualPlainLoops) {
    std::uint64_t seed = 0;
    for (int channels : {2, 16, 48, 192}) {
        for (int outputs : {1, 16, 29, 64, 100}) {
            for (int taps : {1, 3, 7}) {
                for (int spread : {1, 2, 12}) {
                    for (std::int64_t steps : {1, 5, 40}) {
                        Layer layer;
                        layer.channels = channels;
                        layer.taps = taps;
                        layer.spread = spread;
                        layer.pad = taps / 2 * spread;
                        layer.slope = channels % 16 != 0 ? 1.0F : ++seed % 3 == 0 ? 0.0F : 0.1F;
                        auto const weights = numbers(++seed, std::int64_t{channels} * taps * outputs, 0.1F);
                        layer.weight = pack(weights, channels * taps, outputs);
                        layer.bias = seed % 2 == 0 ? numbers(++seed, outputs) : std::vector<float>{};
                        layer.finish = outputs == 1 ? Layer::Finish::tanh : Layer::Finish::plain;
                        auto const x = numbers(++seed, channels * steps);
                        auto const added = seed % 3 == 0 ? numbers(++seed, outputs * steps) : std::vector<float>{};
                        auto const want = expected(layer, x, weights, added);
                        auto const have = computed(layer, x, added, 1);
                        for (std::size_t i = 0; i < want.size(); ++i) {
                            ASSERT_NEAR(have[i], want[i], 2e-5F)
                                << channels << " " << outputs << " " << taps << " " << spread;
                        }
                        EXPECT_EQ(computed(layer, x, added, 3), have) << "whoever computes which part";
                    }
                }
            }
        }
    }
}

TEST(CpuSequence, PanelsHoldEveryNumberOnceAndZeros) {
    for (int outputs : {1, 15, 16, 17, 64}) {
        for (int inputs : {1, 16, 33}) {
            auto const rows = numbers(3, std::int64_t{inputs} * outputs);
            auto const packed = pack(rows, inputs, outputs);
            EXPECT_EQ(unpack(packed), rows);
            EXPECT_EQ(packed.panels.size(), panel_floats(inputs, outputs));
            auto const zeros = std::count(packed.panels.begin(), packed.panels.end(), 0.0F);
            EXPECT_EQ(static_cast<std::size_t>(zeros), packed.panels.size() - rows.size());
        }
    }
}

// What a node makes of x [channels, rows]; `made` builds it.
std::vector<float> run_node(std::vector<float> const& x, std::int64_t channels, int threads,
                            std::function<ggml_tensor*(ggml_context*, ggml_tensor*)> const& made) {
    auto const backend = make_backend(threads);
    Graph graph(backend, 64, [&](Graph::Builder& b) {
        auto* input = b.input("x", {channels, static_cast<std::int64_t>(x.size()) / channels});
        b.output("y", made(b.ctx, input));
    });
    graph.set("x", std::span<float const>(x));
    graph.compute();
    return graph.read("y");
}

TEST(CpuSequence, NormsAndGatesEqualPlainLoops) {
    constexpr std::int64_t c = 64, rows = 7;
    auto const x = numbers(1, c * rows, 3);
    Norm const by{numbers(2, c), numbers(3, c)};
    for (int threads : {1, 2}) {
        auto const normed =
            run_node(x, c, threads, [&](auto* ctx, auto* in) { return norm(ctx, by, in, NormActivation::gelu, in); });
        auto const gated = run_node(x, c, threads, [](auto* ctx, auto* in) { return gate(ctx, in); });
        ASSERT_EQ(gated.size(), static_cast<std::size_t>(c / 2 * rows));
        for (std::int64_t row = 0; row < rows; ++row) {
            double mean = 0, square = 0;
            for (std::int64_t i = 0; i < c; ++i) {
                mean += static_cast<double>(at(x, row, i, c)) / c;
            }
            for (std::int64_t i = 0; i < c; ++i) {
                square += std::pow(static_cast<double>(at(x, row, i, c)) - mean, 2) / c;
            }
            for (std::int64_t i = 0; i < c; ++i) {
                auto const k = static_cast<std::size_t>(i);
                double const v = (static_cast<double>(at(x, row, i, c)) - mean) / std::sqrt(square + 1e-5) *
                                     static_cast<double>(by.weight[k]) +
                                 static_cast<double>(by.bias[k]);
                double const gelu = v * (1 + std::erf(v / std::sqrt(2.0))) / 2;
                EXPECT_NEAR(at(normed, row, i, c), gelu + static_cast<double>(at(x, row, i, c)), 1e-5);
            }
        }
        for (std::int64_t row = 0; row < rows; ++row) {
            for (std::int64_t i = 0; i < c / 2; ++i) {
                auto const a = static_cast<double>(at(x, row, i, c)), b = static_cast<double>(at(x, row, c / 2 + i, c));
                EXPECT_NEAR(at(gated, row, i, c / 2), std::tanh(a) / (1 + std::exp(-b)), 1e-6);
            }
        }
    }
}

TEST(CpuSequence, AttentionKnowsHowFarRowsAreApart) {
    constexpr std::int64_t heads = 2, d = 16, c = heads * d;
    for (std::int64_t rows : {1, 3, 20, 65}) {
        for (int reach : {0, 4}) {
            RelativeAttention const by{heads, reach, numbers(5, (2 * reach + 1) * d), numbers(6, (2 * reach + 1) * d)};
            auto const x = numbers(7, 3 * c * rows, 2);
            auto const have = run_node(x, 3 * c, 2, [&](auto* ctx, auto* in) { return attention(ctx, by, in); });
            ASSERT_EQ(have.size(), static_cast<std::size_t>(c * rows));
            for (std::int64_t i = 0; i < rows; ++i) {
                for (std::int64_t h = 0; h < heads; ++h) {
                    std::vector<double> scores;
                    double sum = 0;
                    auto const place = [&](std::vector<float> const& of, std::int64_t j, std::int64_t k) {
                        bool const near = std::abs(j - i) <= reach;
                        return near ? static_cast<double>(of[static_cast<std::size_t>((j - i + reach) * d + k)]) : 0;
                    };
                    for (std::int64_t j = 0; j < rows; ++j) {
                        double score = 0;
                        for (std::int64_t k = 0; k < d; ++k) {
                            score += static_cast<double>(at(x, i, h * d + k, 3 * c)) *
                                     (static_cast<double>(at(x, j, c + h * d + k, 3 * c)) + place(by.key, j, k));
                        }
                        scores.push_back(std::exp(score / std::sqrt(static_cast<double>(d))));
                        sum += scores.back();
                    }
                    for (std::int64_t k = 0; k < d; ++k) {
                        double want = 0;
                        for (std::int64_t j = 0; j < rows; ++j) {
                            want += scores[static_cast<std::size_t>(j)] / sum *
                                    (static_cast<double>(at(x, j, 2 * c + h * d + k, 3 * c)) + place(by.value, j, k));
                        }
                        EXPECT_NEAR(at(have, i, h * d + k, c), want, 1e-5) << rows << " " << reach;
                    }
                }
            }
        }
    }
}

} // namespace
} // namespace echollama::nn::sequence
