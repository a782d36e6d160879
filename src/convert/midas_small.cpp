#include "convert/midas.h"
#include "convert/vision_weights.h"

#include <array>

namespace echollama::convert {
namespace {

// The stages of tf_efficientnet_lite3 inside midas_net_custom.py's four layers.
struct Stage {
    char const* source;
    int layer; // 1..4
    int stride;
};
constexpr std::array<Stage, 7> stages{{{"layer1.3", 1, 1},
                                       {"layer1.4", 1, 2},
                                       {"layer2.0", 2, 2},
                                       {"layer3.0", 3, 2},
                                       {"layer3.1", 3, 1},
                                       {"layer4.0", 4, 2},
                                       {"layer4.1", 4, 1}}};
constexpr double norm_eps = 1e-3;

struct SmallConversion {
    Checkpoint const& file;
    WeightType wanted;
    GgufWriter writer{"midas-small"};
    std::vector<std::int32_t> strides = {}, residual = {}, layer = {};

    // The last level makes the map itself.
    WeightType type_of(std::string const& name) const {
        return type_of_layer(name, wanted, {{{WeightType::q8_0}, {"fusion.1.", "head."}, WeightType::bf16}});
    }

    void fold(ConvWeights& conv, std::string const& norm) const {
        auto part = [&](char const* what) { return file.read(norm + "." + what, {conv.out}); };
        fold_batch_norm(conv, part("weight"), part("bias"), part("running_mean"), part("running_var"), norm_eps);
    }
    // A convolution whose channels the file decides.
    ConvWeights read_conv(std::string const& source, std::int64_t in, std::int64_t kernel) const {
        auto out = file.tensor(source + ".weight").shape.empty() ? 0 : file.tensor(source + ".weight").shape[0];
        return {out, in, kernel, file.read(source + ".weight", {out, in, kernel, kernel}), {}};
    }
    std::int64_t conv_bn(std::string const& name, std::string const& source, std::string const& norm, std::int64_t in,
                         std::int64_t kernel) {
        auto conv = read_conv(source, in, kernel);
        fold(conv, norm);
        add_conv(writer, name, conv, type_of(name));
        return conv.out;
    }
    // [channels, 1, k, k] → channels fastest; always float32, as nn/channel_last.h wants it
    void depthwise_bn(std::string const& name, std::string const& source, std::string const& norm,
                      std::int64_t channels) {
        auto const& shape = file.tensor(source + ".weight").shape;
        auto k = shape.empty() ? 0 : shape.back();
        ConvWeights conv{channels, 1, k, file.read(source + ".weight", {channels, 1, k, k}), {}};
        fold(conv, norm);
        add_depthwise(writer, name, conv, channels);
    }

    std::int64_t block(Stage const& stage, int index, std::int64_t in) {
        std::string const source = std::string("pretrained.") + stage.source + "." + std::to_string(index) + ".";
        std::string const name = "block." + std::to_string(strides.size()) + ".";
        bool expands = file.has(source + "conv_pwl.weight");
        std::int64_t channels = in;
        if (expands) {
            channels = conv_bn(name + "expand", source + "conv_pw", source + "bn1", in, 1);
        }
        depthwise_bn(name + "depthwise", source + "conv_dw", source + (expands ? "bn2" : "bn1"), channels);
        auto out = conv_bn(name + "project", source + (expands ? "conv_pwl" : "conv_pw"),
                           source + (expands ? "bn3" : "bn2"), channels, 1);
        strides.push_back(index == 0 ? stage.stride : 1);
        residual.push_back(strides.back() == 1 && in == out ? 1 : 0);
        layer.push_back(stage.layer);
        return out;
    }

    void backbone(std::array<std::int64_t, 4>& widths) {
        std::int64_t channels = conv_bn("stem", "pretrained.layer1.0", "pretrained.layer1.1", 3, 3);
        for (auto const& stage : stages) {
            auto exists = [&](int index) {
                return file.has(std::string("pretrained.") + stage.source + "." + std::to_string(index) +
                                ".conv_dw.weight");
            };
            for (int index = 0; index == 0 || exists(index); ++index) {
                channels = block(stage, index, channels);
            }
            widths[static_cast<std::size_t>(stage.layer - 1)] = channels;
        }
    }

    void conv(std::string const& name, std::string const& source, std::int64_t in, std::int64_t kernel) {
        auto weights = read_conv(source, in, kernel);
        weights.bias = file.read(source + ".bias", {weights.out});
        add_conv(writer, name, weights, type_of(name));
    }

    void decoder(std::array<std::int64_t, 4> const& widths) {
        std::int64_t fused = 0;
        for (std::size_t i = 4; i-- > 0;) {
            std::string const index = std::to_string(i + 1), name = "fusion." + index + ".";
            auto input = read_conv("scratch.layer" + index + "_rn", widths[i], 3);
            add_conv(writer, name + "input", input, type_of(name));
            for (int unit = i == 3 ? 2 : 1; unit <= 2; ++unit) { // the coarsest has a first unit that nothing uses
                for (int c = 1; c <= 2; ++c) {
                    std::string const part = std::to_string(unit) + ".conv" + std::to_string(c);
                    conv(name + "unit" + part, "scratch.refinenet" + index + ".resConfUnit" + part, input.out, 3);
                }
            }
            conv(name + "out", "scratch.refinenet" + index + ".out_conv", input.out, 1);
            fused = file.tensor("scratch.refinenet" + index + ".out_conv.weight").shape[0];
        }
        for (int i : {0, 2, 4}) {
            std::string const source = "scratch.output_conv." + std::to_string(i);
            conv("head." + std::to_string(i), source, fused, i < 4 ? 3 : 1);
            fused = file.tensor(source + ".weight").shape[0];
        }
    }

    void hyper_parameters() {
        writer.set("midas.block.stride", strides);
        writer.set("midas.block.residual", residual);
        writer.set("midas.block.layer", layer);
        writer.set("midas.input_size", std::uint32_t{256});
        writer.set("midas.mean", std::vector<float>{0.485F, 0.456F, 0.406F});
        writer.set("midas.std", std::vector<float>{0.229F, 0.224F, 0.225F});
    }
};

} // namespace

bool is_midas_small(Checkpoint const& file) {
    return file.has("pretrained.layer1.3.0.conv_dw.weight") && file.has("scratch.output_conv.4.weight");
}

void convert_midas_small(Checkpoint const& file, std::filesystem::path const& output, WeightType type) {
    SmallConversion conversion{file, type};
    std::array<std::int64_t, 4> widths{};
    conversion.backbone(widths);
    conversion.hyper_parameters();
    conversion.decoder(widths);
    conversion.writer.write(output);
}

} // namespace echollama::convert
