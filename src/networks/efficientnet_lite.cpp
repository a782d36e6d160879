#include "networks/efficientnet_lite.h"

#include <algorithm>

namespace echollama {

std::vector<EfficientNetBlock> read_efficientnet_blocks(nn::Weights const& weights, std::string const& prefix) {
    auto strides = weights.i32_array(prefix + ".block.stride");
    auto residual = weights.i32_array(prefix + ".block.residual");
    constexpr std::size_t most_blocks = 128;
    bool good = !strides.empty() && strides.size() <= most_blocks && residual.size() == strides.size() &&
                std::all_of(strides.begin(), strides.end(), [](int stride) { return stride == 1 || stride == 2; });
    if (!good) {
        refuse_model(weights, "its list of blocks is broken");
    }
    std::vector<EfficientNetBlock> blocks;
    for (std::size_t i = 0; i < strides.size(); ++i) {
        blocks.push_back({strides[i], residual[i] != 0});
    }
    return blocks;
}

ggml_tensor* efficientnet_stem(Net const& net, ggml_tensor* x) {
    return net.conv("stem", x, {3, 2, nn::same_padding(x->ne[1], x->ne[2], 3, 2)});
}

// x [in, w, h, n] → [out, w / stride, h / stride, n]
ggml_tensor* efficientnet_block(Net const& net, std::size_t index, EfficientNetBlock const& block, ggml_tensor* x) {
    std::string const name = "block." + std::to_string(index) + ".";
    if (net.weights->has(name + "expand.weight") != (index > 0)) {
        refuse_model(*net.weights, "all blocks but the first must expand");
    }
    constexpr nn::Activation relu6{nn::Activation::Kind::relu6};
    ggml_tensor* y = net.expand_depthwise(name, x, block.stride, {relu6, relu6}, name + "project");
    if (!block.residual) {
        return net.conv(name + "project", y, {});
    }
    return net.conv(name + "project", y, {}, {.add = x});
}

EfficientNetParams read_efficientnet(nn::Weights const& weights) {
    EfficientNetParams params{read_efficientnet_blocks(weights, "midas"), weights.i32_array("midas.block.layer")};
    auto const& layer = params.layers;
    bool good = layer.size() == params.blocks.size() && std::is_sorted(layer.begin(), layer.end()) &&
                layer.front() == 1 && layer.back() == 4;
    int halvings[5] = {};
    for (std::size_t i = 0; good && i < layer.size(); ++i) {
        halvings[layer[i]] += params.blocks[i].stride == 2 ? 1 : 0;
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
    x = builder.tap("stem", efficientnet_stem(net, x)); // [c, w/2, h/2, n]
    for (std::size_t i = 0; i < params.blocks.size(); ++i) {
        x = efficientnet_block(net, i, params.blocks[i], x);
        maps[static_cast<std::size_t>(params.layers[i] - 1)] = x;
    }
    for (std::size_t i = 0; i < maps.size(); ++i) {
        builder.tap("layer" + std::to_string(i + 1), maps[i]);
    }
    return maps;
}

} // namespace echollama
