#include "models/midas_decoder.h"

#include <string>

namespace echollama {
namespace {

using nn::Convolution;

Convolution const conv3{3, 1, nn::all_sides(1)};

// x + add + conv(relu(conv(relu(x)))); add may be nullptr
ggml_tensor* residual_unit(Net const& net, std::string const& name, ggml_tensor* x, ggml_tensor* add) {
    if (net.weights->dimension(name + ".conv2.weight", 1) != x->ne[0]) {
        refuse_model(*net.weights, "the layer '" + name + "' does not fit the one before it");
    }
    ggml_tensor* y = net.conv(name + ".conv1", ggml_relu(net.ctx, x), conv3, {.relu = true});
    return net.conv(name + ".conv2", y, conv3, {.add = add ? ggml_add(net.ctx, x, add) : x});
}

} // namespace

ggml_tensor* midas_decoder(Net const& net, nn::Graph::Builder& builder, std::array<ggml_tensor*, 4> const& features,
                           bool head_corners) {
    ggml_tensor* path = nullptr; // what the coarser levels made
    for (std::size_t level = 4; level >= 1; --level) {
        std::string const index = std::to_string(level), name = "fusion." + index + ".";
        ggml_tensor* x = net.conv(name + "input", features[level - 1], conv3);
        builder.tap("layer" + index + "_rn", x);
        if (path) {
            if (!ggml_are_same_shape(x, path)) {
                refuse_model(*net.weights, "the layer '" + name + "' does not fit the one before it");
            }
            x = residual_unit(net, name + "unit1", x, path);
        }
        x = residual_unit(net, name + "unit2", x, nullptr);
        // The original upsamples first; a 1x1 convolution after it gives the same and costs four times as much.
        path = net.upsample2(net.conv(name + "out", x, {}), true);
        builder.tap("refinenet" + index, path);
    }
    ggml_tensor* x = builder.tap("head.0", net.conv("head.0", path, conv3)); // [c, w/2, h/2, n]
    x = builder.tap("head.1", net.upsample2(x, head_corners));               // [c, w, h, n]
    if (builder.with_taps()) {
        builder.tap("head.2", net.conv("head.2", x, conv3)); // before its ReLU
    }
    x = net.conv("head.2", x, conv3, {.relu = true});
    x = net.conv("head.4", x, {}, {.relu = true});
    if (x->ne[0] != 1) {
        refuse_model(*net.weights, "its last layer does not give one number for a pixel");
    }
    return x;
}

} // namespace echollama
