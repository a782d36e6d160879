// Layers against the plain loops of their definitions.
#include "base/counter_rng.h"
#include "nn/channel_last.h"
#include "nn/graph.h"
#include "nn/layers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace echollama::nn {
namespace {

using Shape = std::vector<std::int64_t>;

// A tensor by its definition: element (c, x, y, n), zeros outside the picture.
struct Values {
    Shape shape; // 4 dimensions
    std::vector<float> data;

    Values(Shape s, std::string const& name) : shape(std::move(s)) {
        shape.resize(4, 1);
        data.resize(static_cast<std::size_t>(shape[0] * shape[1] * shape[2] * shape[3]));
        for (std::size_t i = 0; i < data.size(); ++i) {
            data[i] = 2 * uniform(fnv1a64(name), i) - 1;
        }
    }
    float& at(std::int64_t c, std::int64_t x, std::int64_t y = 0, std::int64_t n = 0) {
        return data[static_cast<std::size_t>(((n * shape[2] + y) * shape[1] + x) * shape[0] + c)];
    }
    float padded(std::int64_t c, std::int64_t x, std::int64_t y, std::int64_t n) {
        return x < 0 || y < 0 || x >= shape[1] || y >= shape[2] ? 0 : at(c, x, y, n);
    }
};

using Inputs = std::vector<Values const*>;
using Build = std::function<ggml_tensor*(ggml_context*, std::vector<ggml_tensor*> const&)>;

Values computed(Inputs const& inputs, Build const& build) {
    auto backend = make_backend(2);
    Graph graph(backend, 256, [&](Graph::Builder& builder) {
        std::vector<ggml_tensor*> tensors;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            tensors.push_back(builder.input("in" + std::to_string(i), inputs[i]->shape));
        }
        builder.output("out", build(builder.ctx, tensors));
    });
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        graph.set("in" + std::to_string(i), inputs[i]->data);
    }
    graph.compute();
    Values result(graph.shape("out"), "");
    result.data = graph.read("out");
    return result;
}

// Every element of `found` against expected(c, x, y, n).
template <typename Expected>
void expect_values(Values found, Shape shape, Expected expected, float tolerance = 1e-5F) {
    shape.resize(4, 1);
    ASSERT_EQ(found.shape, shape);
    for (std::int64_t n = 0; n < shape[3]; ++n) {
        for (std::int64_t y = 0; y < shape[2]; ++y) {
            for (std::int64_t x = 0; x < shape[1]; ++x) {
                for (std::int64_t c = 0; c < shape[0]; ++c) {
                    ASSERT_NEAR(found.at(c, x, y, n), expected(c, x, y, n), tolerance)
                        << c << " " << x << " " << y << " " << n;
                }
            }
        }
    }
}

void check_convolution(Convolution const& shape, std::int64_t width, std::int64_t height, std::int64_t batch) {
    std::int64_t in = 5, out = 7, k = shape.kernel;
    Values x({in, width, height, batch}, "x"), weight({in * k * k, out}, "w"), bias({out}, "b");
    auto const& p = shape.padding;
    auto found = computed({&x, &weight, &bias},
                          [&](ggml_context* ctx, auto const& t) { return conv2d(ctx, t[1], t[2], t[0], shape); });
    Shape expected{out, (width + p.left + p.right - k) / shape.stride + 1,
                   (height + p.top + p.bottom - k) / shape.stride + 1, batch};
    expect_values(found, expected, [&](auto o, auto ox, auto oy, auto n) {
        double sum = bias.at(o, 0);
        for (std::int64_t ky = 0; ky < k; ++ky) {
            for (std::int64_t kx = 0; kx < k; ++kx) {
                for (std::int64_t c = 0; c < in; ++c) {
                    sum += weight.at((ky * k + kx) * in + c, o) *
                           x.padded(c, ox * shape.stride + kx - p.left, oy * shape.stride + ky - p.top, n);
                }
            }
        }
        return static_cast<float>(sum);
    });
}

TEST(Layers, ConvolutionIsItsDefinition) {
    check_convolution({1, 1, {}}, 6, 4, 2);
    check_convolution({1, 2, {}}, 7, 4, 1);
    check_convolution({3, 1, all_sides(1)}, 6, 5, 1);
    check_convolution({3, 2, all_sides(1)}, 9, 6, 3);
    check_convolution({3, 2, same_padding(8, 7, 3, 2)}, 8, 7, 2);
    check_convolution({7, 2, same_padding(16, 12, 7, 2)}, 16, 12, 1);
    check_convolution({16, 16, {}}, 32, 16, 1);
}

TEST(Layers, SamePaddingPutsTheLargerHalfLast) {
    auto p = same_padding(512, 511, 3, 2);
    EXPECT_EQ(p.left, 0);
    EXPECT_EQ(p.right, 1);
    EXPECT_EQ(p.top, 1);
    EXPECT_EQ(p.bottom, 1);
    auto q = same_padding(384, 384, 7, 2);
    EXPECT_EQ(q.left, 2);
    EXPECT_EQ(q.right, 3);
}

TEST(Layers, DepthwiseIsItsDefinition) {
    for (int stride : {1, 2}) {
        for (std::int64_t width : {7, 8}) {
            Values x({6, width, 5}, "x"), kernel({6, 3, 3}, "k");
            auto p = same_padding(width, 5, 3, stride);
            auto found = computed({&x, &kernel}, [&](ggml_context* ctx, auto const& t) {
                return ggml_cont(ctx, depthwise_same(ctx, t[1], t[0], stride));
            });
            expect_values(found, {6, (width + stride - 1) / stride, (5 + stride - 1) / stride},
                          [&](auto c, auto ox, auto oy, auto) {
                              double sum = 0;
                              for (int ky = 0; ky < 3; ++ky) {
                                  for (int kx = 0; kx < 3; ++kx) {
                                      sum += kernel.at(c, kx, ky) *
                                             x.padded(c, ox * stride + kx - p.left, oy * stride + ky - p.top, 0);
                                  }
                              }
                              return static_cast<float>(sum);
                          });
        }
    }
}

TEST(Layers, GroupNormUsesAllPixelsOfAGroup) {
    Values x({12, 5, 3, 2}, "x"), weight({12}, "w"), bias({12}, "b");
    auto found = computed({&x, &weight, &bias}, [&](ggml_context* ctx, auto const& t) {
        return group_norm(ctx, t[1], t[2], t[0], 3, 1e-5F);
    });
    expect_values(found, {12, 5, 3, 2}, [&](auto c, auto px, auto py, auto n) {
        double sum = 0, squares = 0;
        for (std::int64_t g = c / 4 * 4; g < c / 4 * 4 + 4; ++g) {
            for (std::int64_t y = 0; y < 3; ++y) {
                for (std::int64_t i = 0; i < 5; ++i) {
                    sum += x.at(g, i, y, n);
                    squares += x.at(g, i, y, n) * x.at(g, i, y, n);
                }
            }
        }
        double mean = sum / 60, variance = squares / 60 - mean * mean;
        return static_cast<float>((x.at(c, px, py, n) - mean) / std::sqrt(variance + 1e-5) * weight.at(c, 0) +
                                  bias.at(c, 0));
    });
}

TEST(Layers, LayerNormUsesTheChannelsOfAToken) {
    Values x({9, 4}, "x"), weight({9}, "w"), bias({9}, "b");
    auto found = computed({&x, &weight, &bias},
                          [&](ggml_context* ctx, auto const& t) { return layer_norm(ctx, t[1], t[2], t[0], 1e-3F); });
    expect_values(found, {9, 4}, [&](auto c, auto token, auto, auto) {
        double sum = 0, squares = 0;
        for (int i = 0; i < 9; ++i) {
            sum += x.at(i, token);
            squares += x.at(i, token) * x.at(i, token);
        }
        double mean = sum / 9, variance = squares / 9 - mean * mean;
        return static_cast<float>((x.at(c, token) - mean) / std::sqrt(variance + 1e-3) * weight.at(c, 0) +
                                  bias.at(c, 0));
    });
}

// Attention of one head: weights over keys, hidden keys left out.
std::vector<double> attention_weights(Values& q, Values& k, std::int64_t head, std::int64_t size, std::int64_t token,
                                      std::int64_t n, std::int64_t visible) {
    std::vector<double> weights;
    for (std::int64_t j = 0; j < visible; ++j) {
        double dot = 0;
        for (std::int64_t c = head * size; c < (head + 1) * size; ++c) {
            dot += q.at(c, token, n) * k.at(c, j, n);
        }
        weights.push_back(std::exp(dot / std::sqrt(static_cast<double>(size))));
    }
    double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (auto& weight : weights) {
        weight /= total;
    }
    return weights;
}

TEST(Layers, AttentionIsItsDefinitionAlsoWithAMask) {
    for (std::int64_t visible : {6, 4}) {
        Values q({64, 5, 2}, "q"), k({64, 6, 2}, "k"), v({64, 6, 2}, "v"), mask({6, 5}, "m");
        for (std::size_t i = 0; i < mask.data.size(); ++i) {
            mask.data[i] = static_cast<std::int64_t>(i % 6) < visible ? 0 : -INFINITY;
        }
        auto expected = [&](auto c, auto token, auto n, auto) {
            auto weights = attention_weights(q, k, c / 32, 32, token, n, visible);
            double sum = 0;
            for (std::size_t j = 0; j < weights.size(); ++j) {
                sum += weights[j] * v.at(c, static_cast<std::int64_t>(j), n);
            }
            return static_cast<float>(sum);
        };
        auto plain = computed({&q, &k, &v, &mask}, [&](ggml_context* ctx, auto const& t) {
            return attention(ctx, t[0], t[1], t[2], 2, t[3]);
        });
        expect_values(plain, {64, 5, 2}, expected);
        auto flash = computed({&q, &k, &v, &mask}, [&](ggml_context* ctx, auto const& t) {
            return attention(ctx, t[0], t[1], t[2], 2, ggml_cast(ctx, t[3], GGML_TYPE_F16), true);
        });
        expect_values(flash, {64, 5, 2}, expected, 2e-3F); // keys and values in half precision
    }
}

TEST(Layers, MaxPoolKeepsNegativeValuesWithEqualPadding) {
    Values x({3, 6, 5, 2}, "x");
    for (auto& value : x.data) {
        value -= 2; // all negative: a zero border must not win
    }
    auto found = computed({&x}, [&](ggml_context* ctx, auto const& t) {
        return max_pool(ctx, t[0], {3, 2, all_sides(1)});
    });
    expect_values(found, {3, 3, 3, 2}, [&](auto c, auto ox, auto oy, auto n) {
        float best = -INFINITY;
        for (auto y = std::max<std::int64_t>(2 * oy - 1, 0); y <= std::min<std::int64_t>(2 * oy + 1, 4); ++y) {
            for (auto px = std::max<std::int64_t>(2 * ox - 1, 0); px <= std::min<std::int64_t>(2 * ox + 1, 5); ++px) {
                best = std::max(best, x.at(c, px, y, n));
            }
        }
        return best;
    });
}

// One coordinate of PyTorch's interpolate: which source pixels with which weights.
std::vector<std::pair<std::int64_t, double>> taps(Interpolation how, std::int64_t at, std::int64_t from,
                                                  std::int64_t to, bool align) {
    double position = align
                          ? static_cast<double>(at) * static_cast<double>(from - 1) / static_cast<double>(to - 1)
                          : (static_cast<double>(at) + 0.5) * static_cast<double>(from) / static_cast<double>(to) - 0.5;
    auto clamped = [&](std::int64_t i) { return std::clamp<std::int64_t>(i, 0, from - 1); };
    if (how == Interpolation::bilinear) {
        position = std::max(position, 0.0);
        auto low = static_cast<std::int64_t>(position);
        double t = position - static_cast<double>(low);
        return {{clamped(low), 1 - t}, {clamped(low + 1), t}};
    }
    auto low = static_cast<std::int64_t>(std::floor(position));
    auto weight = [](double d) {
        constexpr double a = -0.75;
        d = std::abs(d);
        return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
    };
    std::vector<std::pair<std::int64_t, double>> result;
    for (std::int64_t i = low - 1; i <= low + 2; ++i) {
        result.emplace_back(clamped(i), weight(position - static_cast<double>(i)));
    }
    return result;
}

TEST(Layers, ResizingIsPyTorchsInBothCornerConventions) {
    for (auto how : {Interpolation::bilinear, Interpolation::bicubic}) {
        for (bool align : {false, true}) {
            Values x({3, 5, 4, 2}, "x");
            auto found =
                computed({&x}, [&](ggml_context* ctx, auto const& t) { return resize(ctx, t[0], 11, 7, how, align); });
            expect_values(found, {3, 11, 7, 2}, [&](auto c, auto px, auto py, auto n) {
                double sum = 0;
                for (auto [sy, wy] : taps(how, py, 4, 7, align)) {
                    for (auto [sx, wx] : taps(how, px, 5, 11, align)) {
                        sum += wx * wy * x.at(c, sx, sy, n);
                    }
                }
                return static_cast<float>(sum);
            });
        }
    }
}

TEST(Layers, AsymmetricDoublingRepeatsTheLastPixel) {
    Values x({2, 4, 3}, "x");
    auto found = computed({&x}, [&](ggml_context* ctx, auto const& t) { return upsample2_asymmetric(ctx, t[0]); });
    expect_values(found, {2, 8, 6}, [&](auto c, auto px, auto py, auto) {
        auto x1 = std::min<std::int64_t>(px / 2 + px % 2, 3), y1 = std::min<std::int64_t>(py / 2 + py % 2, 2);
        return (x.at(c, px / 2, py / 2) + x.at(c, x1, py / 2) + x.at(c, px / 2, y1) + x.at(c, x1, y1)) / 4;
    });
}

} // namespace
} // namespace echollama::nn
