#include "networks/efficientnet_lite.h"

#include <algorithm>
#include <string>

namespace echollama {
namespace {

// x [in, w, h, n] → [out, w / stride, h / stride, n]; no activation after the projection.
ggml_tensor* inverted_residual(Net const& net, std::string const& name, EfficientNetParams::Block const& block,
                               ggml_tensor* x) {
    ggml_tensor* y = net.expand_depthwise(name, x, block.stride);
    if (!block.residual) {
        return net.conv(name + "project", y, {});
    }
    return net.conv(name + "project", y, {}, {.add = x});
}

} // namespace

EfficientNetParams read_efficientnet(nn::Weights const& weights) {
    EfficientNetParams params;
    auto strides = weights.i32_array("midas.block.stride");
    auto residual = weights.i32_array("midas.block.residual");
    auto layer = weights.i32_array("midas.block.layer");
    constexpr std::size_t most_blocks = 128;
    bool good = !strides.empty() && strides.size() <= most_blocks && residual.size() == strides.size() &&
                layer.size() == strides.size() && std::is_sorted(layer.begin(), layer.end()) && layer.front() == 1 &&
                layer.back() == 4;
    int halvings[5] = {};
    for (std::size_t i = 0; good && i < strides.size(); ++i) {
        good = strides[i] == 1 || strides[i] == 2;
        halvings[layer[i]] += strides[i] == 2 ? 1 : 0;
        params.blocks.push_back({strides[i], residual[i] != 0, layer[i]});
    }
    // after the stem each of the four maps is half as large as the one before
    if (!good || halvings[1] != 1 || halvings[2] != 1 || halvings[3] != 1 || halvings[4] != 1) {
        refuse_model(weights, "its list of blocks is broken");
    }
    return params;
}

std::array<ggml_tensor*, 4> efficientnet_features(Net const& net, nn::Graph::Builder& builder,
                                                  EfficientNetParams const& params, ggml_tensor* x) {
    std::array<ggml_tensor*, 4> maps{};
    // [c, w/2, h/2, n]; its ReLU6 is applied by the first block's depthwise convolution
    x = builder.tap("stem", net.conv("stem", x, {3, 2, nn::same_padding(x->ne[1], x->ne[2], 3, 2)}));
    for (std::size_t i = 0; i < params.blocks.size(); ++i) {
        if (net.weights->has("block." + std::to_string(i) + ".expand.weight") != (i > 0)) {
            refuse_model(*net.weights, "all blocks but the first must expand");
        }
        x = inverted_residual(net, "block." + std::to_string(i) + ".", params.blocks[i], x);
        maps[static_cast<std::size_t>(params.blocks[i].layer - 1)] = x;
    }
    for (std::size_t i = 0; i < maps.size(); ++i) {
        builder.tap("layer" + std::to_string(i + 1), maps[i]);
    }
    return maps;
}

} // namespace echollama
