#include "convert/efficientnet_lite.h"

#include "base/error.h"
#include "convert/vision_weights.h"
#include "scene/imagenet.h"

#include <array>
#include <numeric>

namespace echollama::convert {
namespace {

// Where a stage begins the picture may be halved: strides of the seven stages (Tan and Le 2019, table 1).
constexpr std::array<int, 7> stage_strides{1, 2, 2, 2, 1, 2, 1};

// Lite2's layers of each stage, its picture's side in pixels, and the short side before the crop.
constexpr std::array<int, 7> repeats{1, 3, 3, 4, 4, 5, 1};
constexpr std::uint32_t input_size = 260, short_side = 292;
constexpr double norm_eps = 1e-3;

struct LiteConversion {
    Checkpoint const& file;
    WeightType type;
    GgufWriter writer{"efficientnet-lite"};
    std::vector<std::int32_t> strides = {}, residual = {};

    ConvWeights folded(std::string const& source, std::string const& norm, std::int64_t in, std::int64_t kernel) const {
        auto const& shape = file.tensor(source + ".weight").shape;
        auto out = shape.empty() ? 0 : shape[0];
        ConvWeights conv{out, in, kernel, file.read(source + ".weight", {out, in, kernel, kernel}), {}};
        auto part = [&](char const* what) { return file.read(norm + "." + what, {out}); };
        fold_batch_norm(conv, part("weight"), part("bias"), part("running_mean"), part("running_var"), norm_eps);
        return conv;
    }
    std::int64_t convolution(std::string const& name, std::string const& source, std::string const& norm,
                             std::int64_t in, std::int64_t kernel = 1) {
        auto conv = folded(source, norm, in, kernel);
        add_conv(writer, name, conv, type);
        return conv.out;
    }
    void depthwise(std::string const& name, std::string const& source, std::string const& norm, std::int64_t channels) {
        auto const& shape = file.tensor(source + ".weight").shape;
        auto conv = folded(source, norm, 1, shape.empty() ? 0 : shape.back());
        add_depthwise(writer, name, conv, channels);
    }

    std::int64_t block(int stride, std::int64_t in) {
        std::string const index = std::to_string(strides.size());
        std::string const source = "_blocks." + index + "._", name = "block." + index + ".";
        auto channels = in;
        if (!strides.empty()) {
            channels = convolution(name + "expand", source + "expand_conv", source + "bn0", in);
        }
        depthwise(name + "depthwise", source + "depthwise_conv", source + "bn1", channels);
        auto out = convolution(name + "project", source + "project_conv", source + "bn2", channels);
        strides.push_back(stride);
        residual.push_back(stride == 1 && in == out ? 1 : 0);
        return out;
    }

    void network() {
        auto channels = convolution("stem", "_conv_stem", "_bn0", 3, 3);
        for (std::size_t stage = 0; stage < repeats.size(); ++stage) {
            for (int i = 0; i < repeats[stage]; ++i) {
                channels = block(i == 0 ? stage_strides[stage] : 1, channels);
            }
        }
        auto features = convolution("head", "_conv_head", "_bn1", channels);
        auto classes = static_cast<std::int64_t>(imagenet_class_count);
        add_linear(writer, "classes", classes, features, file.read("_fc.weight", {classes, features}),
                   file.read("_fc.bias", {classes}), type);
        writer.set("efficientnet.block.stride", strides);
        writer.set("efficientnet.block.residual", residual);
        writer.set("efficientnet.input_size", input_size);
        writer.set("efficientnet.short_side", short_side);
        writer.set("efficientnet.mean", std::vector<float>{127, 127, 127});
        writer.set("efficientnet.std", std::vector<float>{128, 128, 128});
    }
};

} // namespace

bool is_efficientnet_lite(Checkpoint const& file) {
    return file.has("_conv_stem.weight") && file.has("_blocks.0._depthwise_conv.weight") &&
           !file.has("_blocks.0._se_reduce.weight") && file.has("_fc.weight");
}

void convert_efficientnet_lite(Checkpoint const& file, std::filesystem::path const& output, WeightType type) {
    auto const blocks = static_cast<std::size_t>(std::accumulate(repeats.begin(), repeats.end(), 0));
    auto exists = [&](std::size_t block) {
        return file.has("_blocks." + std::to_string(block) + "._depthwise_conv.weight");
    };
    if (!exists(blocks - 1) || exists(blocks)) {
        throw Error("The file " + file.file() + " is another size of EfficientNet-Lite than Lite2; choose that one.");
    }
    LiteConversion conversion{file, type};
    conversion.network();
    conversion.writer.write(output);
}

} // namespace echollama::convert
