#include "networks/efficientnet_lite_classifier.h"

#include "media/picture/resize.h"
#include "scene/imagenet.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace echollama {
namespace {

using namespace nn;

EfficientNetLiteParams read_params(Weights const& weights) {
    EfficientNetLiteParams p;
    p.blocks = read_efficientnet_blocks(weights, "efficientnet");
    p.input_size = static_cast<int>(weights.u32("efficientnet.input_size"));
    p.short_side = static_cast<int>(weights.u32("efficientnet.short_side"));
    read_normalisation(weights, "efficientnet", p.mean, p.std);
    bool good = p.input_size >= 32 && p.input_size <= 1024 && p.short_side >= p.input_size && p.short_side <= 2048;
    if (!good) {
        refuse_model(weights, "its description is broken");
    }
    return p;
}

void build(Net const& net, Graph::Builder& builder, EfficientNetLiteParams const& params, ggml_tensor* picture) {
    // its ReLU6 is applied by the first block's depthwise convolution
    ggml_tensor* x = efficientnet_stem(net, picture);
    builder.tap("stem", x);
    for (std::size_t i = 0; i < params.blocks.size(); ++i) {
        x = builder.tap("block." + std::to_string(i), efficientnet_block(net, i, params.blocks[i], x));
    }
    x = builder.tap("head", net.activate({Activation::Kind::relu6}, net.conv("head", x, {}))); // [1280, w/32, h/32]
    builder.output("logits", net.linear("classes", net.channel_means(x)));
}

PictureInput as_input(Image const& square, EfficientNetLiteParams const& params) {
    PictureInput input{square.width, square.height, {square.rgb.begin(), square.rgb.end()}};
    normalise(input.values, params.mean, params.std);
    return input;
}

Image cut(Image const& image, int left, int top, int width, int height) {
    Image part{width, height, {}};
    part.rgb.reserve(static_cast<std::size_t>(3 * width * height));
    for (int y = top; y < top + height; ++y) {
        auto row = image.rgb.begin() + 3 * (static_cast<std::ptrdiff_t>(y) * image.width + left);
        part.rgb.insert(part.rgb.end(), row, row + 3 * width);
    }
    return part;
}

} // namespace

EfficientNetLite::EfficientNetLite(std::filesystem::path const& gguf, int threads, std::string const& device,
                                   bool with_taps)
    : backend_(make_backend(threads, device)), weights_(gguf, "efficientnet-lite", backend_),
      params_(read_params(weights_)) {
    if (backend_.own_layers) {
        cpu_.emplace(backend_);
    }
    auto describe = [&](Graph::Builder& b) {
        Net net{b.ctx, &weights_, cpu_ ? &*cpu_ : nullptr};
        build(net, b, params_, b.input("picture", {3, params_.input_size, params_.input_size}));
    };
    graph_ = std::make_unique<Graph>(backend_, nodes_for(params_.blocks.size()), describe, with_taps,
                                     most_bytes_at_own_size);
    weights_.expect_all_used();
    if (graph_->shape("logits")[0] != static_cast<std::int64_t>(imagenet_class_count)) {
        refuse_model(weights_, "it does not tell the 1,000 classes of ImageNet");
    }
}

std::vector<float> EfficientNetLite::run(PictureInput const& input, std::stop_token stop) {
    if (input.width != params_.input_size || input.height != params_.input_size) {
        throw std::logic_error("EfficientNetLite::run: impossible input size");
    }
    graph_->set("picture", std::span<float const>(input.values));
    graph_->compute(stop);
    return graph_->read("logits");
}

PictureInput efficientnet_lite_input(Image const& image, EfficientNetLiteParams const& params) {
    int const side =
        std::max(1, static_cast<int>(std::lround(static_cast<double>(params.input_size) / params.short_side *
                                                 std::min(image.width, image.height))));
    Image const square = cut(image, (image.width - side) / 2, (image.height - side) / 2, side, side);
    return as_input(resize_bicubic(square, params.input_size, params.input_size), params);
}

PictureInput efficientnet_lite_input(Image const& image, Box const& box, EfficientNetLiteParams const& params) {
    auto inside = [](float x, int size) { return std::clamp(static_cast<int>(std::lround(x)), 0, size); };
    int const width = std::max(1, inside(box.x1, image.width) - inside(box.x0, image.width));
    int const height = std::max(1, inside(box.y1, image.height) - inside(box.y0, image.height));
    int const side = std::max(width, height);
    auto start = [&](float centre, int length, int size) {
        return std::clamp(static_cast<int>(std::lround(centre)) - length / 2, 0, size - length);
    };
    int const across = std::min(side, image.width), down = std::min(side, image.height);
    Image const part =
        cut(image, start(box.center_x(), across, image.width), start(box.center_y(), down, image.height), across, down);
    return as_input(resize_bicubic(part, params.input_size, params.input_size), params);
}

} // namespace echollama
