#include "networks/snac_layers.h"

#include "networks/sequence_weights.h"

#include <algorithm>
#include <cmath>

namespace echollama::snac {

using nn::sequence::set_depthwise, nn::sequence::set_product, nn::sequence::values;

namespace {

constexpr std::array<int, 4> decoder_strides{8, 8, 4, 2};
constexpr std::array<int, 4> encoder_strides{2, 4, 8, 8};
constexpr int decoder_width = 1024, encoder_width = 48;

struct Snake {
    std::vector<float> alpha, inverse;
};

Snake snake(nn::Weights const& weights, std::string const& name, int channels) {
    Snake s{values(weights, name, {channels}), {}};
    for (float a : s.alpha) {
        s.inverse.push_back(1.0F / (a + 1e-9F));
    }
    return s;
}

void set_snake(Layer& layer, Snake s) {
    layer.alpha = std::move(s.alpha);
    layer.inverse_alpha = std::move(s.inverse);
}

// Residual unit: x + conv1x1(snake(depthwise(snake(x))))
Layer residual_unit(nn::Weights const& weights, std::string const& name, int channels, int dilation) {
    Layer layer;
    layer.channels = channels;
    set_snake(layer, snake(weights, name + ".block.0.alpha", channels));
    set_depthwise(layer, weights, name + ".block.1", 7, dilation);
    auto second = snake(weights, name + ".block.2.alpha", channels);
    layer.alpha2 = std::move(second.alpha);
    layer.inverse_alpha2 = std::move(second.inverse);
    set_product(layer, weights, name + ".block.3", channels, true);
    return layer;
}

Layer upsample(nn::Weights const& weights, std::string const& name, int in, int out, int stride) {
    Layer layer = nn::sequence::transposed(weights, name + ".block.1", in, out, stride);
    set_snake(layer, snake(weights, name + ".block.0.alpha", in));
    return layer;
}

Layer noise(nn::Weights const& weights, std::string const& name, int channels) {
    Layer layer;
    layer.channels = channels;
    set_product(layer, weights, name + ".linear", channels, false);
    layer.finish = Layer::Finish::noise;
    return layer;
}

} // namespace

std::vector<NamedLayer> decoder_layers(nn::Weights const& weights) {
    std::vector<NamedLayer> layers;
    std::string const model = "decoder.model.";
    Layer first; // depthwise 7, then 1x1 to the decoder's width
    first.channels = latent_size;
    set_depthwise(first, weights, model + "0", 7, 1);
    set_product(first, weights, model + "1", decoder_width, true);
    layers.push_back({"decoder.1", std::move(first)});
    int width = decoder_width;
    for (int i = 0; i < 4; ++i, width /= 2) {
        std::string const block = model + std::to_string(i + 2);
        std::string const tap = "decoder." + std::to_string(i + 2);
        layers.push_back({tap + ".upsample",
                          upsample(weights, block, width, width / 2, decoder_strides[static_cast<std::size_t>(i)])});
        layers.push_back({tap + ".noise", noise(weights, block + ".block.2", width / 2), i, true});
        for (int unit = 0, dilation = 1; unit < 3; ++unit, dilation *= 3) {
            layers.push_back({unit == 2 ? tap : tap + ".unit" + std::to_string(unit),
                              residual_unit(weights, block + ".block." + std::to_string(unit + 3), width / 2, dilation),
                              -1, true});
        }
    }
    Layer last; // Snake, 7-tap convolution to one channel, tanh
    last.channels = width;
    set_snake(last, snake(weights, model + "6.alpha", width));
    last.taps = 7;
    last.pad = 3;
    set_product(last, weights, model + "7", 1, true);
    last.finish = Layer::Finish::tanh;
    layers.push_back({"audio", std::move(last)});
    return layers;
}

std::vector<NamedLayer> encoder_layers(nn::Weights const& weights) {
    std::vector<NamedLayer> layers;
    std::string const model = "encoder.block.";
    Layer first;
    first.channels = 1;
    first.taps = 7;
    first.pad = 3;
    set_product(first, weights, model + "0", encoder_width, true);
    layers.push_back({"encoder.0", std::move(first)});
    int width = encoder_width;
    for (int i = 0; i < 4; ++i, width *= 2) {
        std::string const block = model + std::to_string(i + 1);
        for (int unit = 0, dilation = 1; unit < 3; ++unit, dilation *= 3) {
            layers.push_back({"encoder." + std::to_string(i + 1) + ".unit" + std::to_string(unit),
                              residual_unit(weights, block + ".block." + std::to_string(unit), width, dilation), -1,
                              true});
        }
        int const stride = encoder_strides[static_cast<std::size_t>(i)];
        Layer down; // Snake, convolution of 2 s taps, step s
        down.channels = width;
        set_snake(down, snake(weights, block + ".block.3.alpha", width));
        down.taps = 2 * stride;
        down.step = stride;
        down.pad = (stride + 1) / 2;
        set_product(down, weights, block + ".block.4", width * 2, true);
        layers.push_back({"encoder." + std::to_string(i + 1), std::move(down)});
    }
    Layer last;
    last.channels = latent_size;
    set_depthwise(last, weights, model + "5", 7, 1);
    last.taps = 0;
    layers.push_back({"encoder.5", std::move(last)});
    return layers;
}

std::array<Quantizer, 3> quantizers(nn::Weights const& weights) {
    std::array<Quantizer, 3> levels;
    for (std::size_t i = 0; i < levels.size(); ++i) {
        std::string const name = "quantizer.quantizers." + std::to_string(i);
        Quantizer& q = levels[i];
        q.stride = code_strides[i];
        q.codebook = values(weights, name + ".codebook.weight", {code_size, code_count});
        q.in_weight = values(weights, name + ".in_proj.weight", {latent_size, 1, code_size});
        q.in_bias = values(weights, name + ".in_proj.bias", {code_size});
        q.out_weight = values(weights, name + ".out_proj.weight", {code_size, 1, latent_size});
        q.out_bias = values(weights, name + ".out_proj.bias", {latent_size});
        q.normal_codebook = q.codebook;
        for (auto row = q.normal_codebook.begin(); row != q.normal_codebook.end(); row += code_size) {
            double square = 0;
            std::for_each(row, row + code_size, [&](float v) { square += static_cast<double>(v) * v; });
            float length = static_cast<float>(std::max(std::sqrt(square), 1e-12));
            std::for_each(row, row + code_size, [&](float& v) { v /= length; });
        }
    }
    return levels;
}

namespace {

// out_proj of one code: 768 values added to `out` times `sign`.
void add_code(Quantizer const& q, std::int32_t code, float sign, float* out) {
    float const* row = &q.codebook[static_cast<std::size_t>(code) * code_size];
    for (std::size_t c = 0; c < latent_size; ++c) {
        float sum = q.out_bias[c];
        for (std::size_t j = 0; j < code_size; ++j) {
            sum += q.out_weight[c * code_size + j] * row[j];
        }
        out[c] += sign * sum;
    }
}

} // namespace

std::vector<float> latent(std::array<Quantizer, 3> const& levels, SnacCodes const& codes) {
    std::vector<float> z(codes.frames() * 4 * latent_size, 0.0F);
    std::vector<float> part(latent_size);
    for (std::size_t i = 0; i < levels.size(); ++i) {
        std::size_t const stride = static_cast<std::size_t>(levels[i].stride);
        for (std::size_t n = 0; n < codes.levels[i].size(); ++n) {
            std::fill(part.begin(), part.end(), 0.0F);
            add_code(levels[i], codes.levels[i][n], 1, part.data());
            for (std::size_t t = n * stride; t < (n + 1) * stride; ++t) {
                std::transform(part.begin(), part.end(), &z[t * latent_size], &z[t * latent_size], std::plus<>());
            }
        }
    }
    return z;
}

SnacCodes quantize(std::array<Quantizer, 3> const& levels, std::vector<float> residual,
                   std::array<std::vector<float>, 3>* projected) {
    SnacCodes codes;
    std::size_t const positions = residual.size() / latent_size;
    std::vector<float> mean(latent_size);
    for (std::size_t i = 0; i < levels.size(); ++i) {
        Quantizer const& q = levels[i];
        std::size_t const stride = static_cast<std::size_t>(q.stride);
        for (std::size_t first = 0; first + stride <= positions; first += stride) {
            std::fill(mean.begin(), mean.end(), 0.0F); // average pool
            for (std::size_t t = first; t < first + stride; ++t) {
                for (std::size_t c = 0; c < latent_size; ++c) {
                    mean[c] += residual[t * latent_size + c] / static_cast<float>(stride);
                }
            }
            std::array<double, code_size> e{};
            for (std::size_t j = 0; j < code_size; ++j) {
                e[j] = q.in_bias[j];
                for (std::size_t c = 0; c < latent_size; ++c) {
                    e[j] += static_cast<double>(q.in_weight[j * latent_size + c]) * mean[c];
                }
                if (projected) {
                    (*projected)[i].push_back(static_cast<float>(e[j]));
                }
            }
            // Nearest on the unit sphere: the largest cosine; the length of e does not change which.
            std::int32_t best = 0;
            double best_cosine = -1e300;
            for (std::int32_t code = 0; code < code_count; ++code) {
                float const* row = &q.normal_codebook[static_cast<std::size_t>(code) * code_size];
                double cosine = 0;
                for (std::size_t j = 0; j < code_size; ++j) {
                    cosine += e[j] * row[j];
                }
                if (cosine > best_cosine) {
                    best_cosine = cosine;
                    best = code;
                }
            }
            codes.levels[i].push_back(best);
            for (std::size_t t = first; t < first + stride; ++t) {
                add_code(q, best, -1, &residual[t * latent_size]);
            }
        }
    }
    return codes;
}

} // namespace echollama::snac
