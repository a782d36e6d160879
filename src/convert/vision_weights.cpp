#include "convert/vision_weights.h"

#include <algorithm>
#include <cmath>

namespace echollama::convert {

WeightType type_of_layer(std::string const& name, WeightType wanted, std::vector<FinerLayers> const& finer) {
    for (auto const& rule : finer) {
        bool asked = std::find(rule.types.begin(), rule.types.end(), wanted) != rule.types.end();
        if (asked && std::any_of(rule.prefixes.begin(), rule.prefixes.end(),
                                 [&](auto const& prefix) { return name.starts_with(prefix); })) {
            return rule.stored;
        }
    }
    return wanted;
}

WeightType type_of_rows(WeightType wanted, std::int64_t row) {
    return wanted == WeightType::q8_0 && row % 32 != 0 ? WeightType::bf16 : wanted;
}

void fold_batch_norm(ConvWeights& conv, std::vector<float> const& gamma, std::vector<float> const& beta,
                     std::vector<float> const& mean, std::vector<float> const& variance, double eps) {
    auto row = conv.weight.size() / static_cast<std::size_t>(conv.out);
    conv.bias.resize(static_cast<std::size_t>(conv.out));
    for (std::size_t o = 0; o < conv.bias.size(); ++o) {
        double scale = static_cast<double>(gamma[o]) / std::sqrt(static_cast<double>(variance[o]) + eps);
        for (std::size_t i = o * row; i < (o + 1) * row; ++i) {
            conv.weight[i] = static_cast<float>(static_cast<double>(conv.weight[i]) * scale);
        }
        conv.bias[o] = static_cast<float>(static_cast<double>(beta[o]) - static_cast<double>(mean[o]) * scale);
    }
}

void standardise(ConvWeights& conv, double eps) {
    auto row = conv.weight.size() / static_cast<std::size_t>(conv.out);
    for (std::size_t begin = 0; begin < conv.weight.size(); begin += row) {
        double sum = 0, squares = 0;
        for (std::size_t i = begin; i < begin + row; ++i) {
            sum += static_cast<double>(conv.weight[i]);
        }
        double mean = sum / static_cast<double>(row);
        for (std::size_t i = begin; i < begin + row; ++i) {
            double d = static_cast<double>(conv.weight[i]) - mean;
            squares += d * d;
        }
        double scale = 1 / std::sqrt(squares / static_cast<double>(row) + eps);
        for (std::size_t i = begin; i < begin + row; ++i) {
            conv.weight[i] = static_cast<float>((static_cast<double>(conv.weight[i]) - mean) * scale);
        }
    }
}

std::vector<float> patch_rows(ConvWeights const& conv) {
    auto in = static_cast<std::size_t>(conv.in);
    auto area = static_cast<std::size_t>(conv.kernel * conv.kernel);
    std::vector<float> rows(conv.weight.size());
    for (std::size_t o = 0; o < static_cast<std::size_t>(conv.out); ++o) {
        for (std::size_t c = 0; c < in; ++c) {
            for (std::size_t p = 0; p < area; ++p) {
                rows[(o * area + p) * in + c] = conv.weight[(o * in + c) * area + p];
            }
        }
    }
    return rows;
}

void add_conv(GgufWriter& writer, std::string const& name, ConvWeights const& conv, WeightType type) {
    std::int64_t const row = conv.in * conv.kernel * conv.kernel;
    writer.add(name + ".weight", {row, conv.out}, patch_rows(conv), type_of_rows(type, row));
    if (!conv.bias.empty()) {
        writer.add(name + ".bias", {conv.out}, conv.bias, WeightType::f32);
    }
}

void add_depthwise(GgufWriter& writer, std::string const& name, ConvWeights const& conv, std::int64_t channels) {
    std::vector<float> kernel(conv.weight.size());
    auto area = static_cast<std::size_t>(conv.kernel * conv.kernel), c = static_cast<std::size_t>(channels);
    for (std::size_t i = 0; i < kernel.size(); ++i) {
        kernel[i % area * c + i / area] = conv.weight[i];
    }
    writer.add(name + ".weight", {channels, conv.kernel, conv.kernel}, kernel, WeightType::f32);
    writer.add(name + ".bias", {channels}, conv.bias, WeightType::f32);
}

void add_linear(GgufWriter& writer, std::string const& name, std::int64_t out, std::int64_t in,
                std::vector<float> const& weight, std::vector<float> const& bias, WeightType type) {
    writer.add(name + ".weight", {in, out}, weight, type_of_rows(type, in));
    writer.add(name + ".bias", {out}, bias, WeightType::f32);
}

void add_norm(GgufWriter& writer, std::string const& name, std::vector<float> const& weight,
              std::vector<float> const& bias) {
    auto size = static_cast<std::int64_t>(weight.size());
    writer.add(name + ".weight", {size}, weight, WeightType::f32);
    writer.add(name + ".bias", {size}, bias, WeightType::f32);
}

} // namespace echollama::convert
