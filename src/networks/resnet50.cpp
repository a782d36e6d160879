#include "networks/resnet50.h"

namespace echollama {
namespace {

// x [in, w, h, n] → [out, w / stride, h / stride, n]
ggml_tensor* bottleneck(Net const& net, std::string const& name, ggml_tensor* x, int stride) {
    if (ggml_tensor* whole = net.bottleneck(name, x, stride)) {
        return whole;
    }
    ggml_tensor* y = net.conv(name + "conv1", x, {}, {.relu = true});
    y = net.conv(name + "conv2", y, {3, stride, nn::all_sides(1)}, {.relu = true});
    bool projects = net.weights->has(name + "shortcut.weight");
    ggml_tensor* shortcut = projects ? net.conv(name + "shortcut", x, {1, stride, {}}) : x;
    return net.conv(name + "conv3", y, {}, {.add = shortcut, .relu = true});
}

} // namespace

ggml_tensor* resnet50(Net const& net, nn::Graph::Builder& builder, std::span<int const> blocks, ggml_tensor* x) {
    x = net.pooled_conv("resnet.stem", x, {7, 2, nn::all_sides(3)}, {3, 2, nn::all_sides(1)}); // [64, w/4, h/4, n]
    builder.tap("stem", x);
    for (std::size_t stage = 0; stage < blocks.size(); ++stage) {
        for (int block = 0; block < blocks[stage]; ++block) {
            int stride = stage > 0 && block == 0 ? 2 : 1;
            x = bottleneck(net, "resnet." + std::to_string(stage) + "." + std::to_string(block) + ".", x, stride);
        }
        builder.tap("layer" + std::to_string(stage + 1), x);
    }
    return x;
}

int resnet50_feature_size(int pixels, std::size_t stages) {
    for (std::size_t i = 0; i < stages + 1; ++i) { // stem, pool, and all stages but the first halve
        pixels = (pixels + 1) / 2;
    }
    return pixels;
}

} // namespace echollama
