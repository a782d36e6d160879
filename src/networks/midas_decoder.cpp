#include "networks/midas_decoder.h"

#include <string>

namespace echollama {
namespace {

using nn::Convolution;

Convolution const conv3{3, 1, nn::all_sides(1)};

// sum + conv(relu(conv(relu(x))))
ggml_tensor* residual_unit(Net const& net, std::string const& name, ggml_tensor* x, ggml_tensor* sum) {
    ggml_tensor* y = net.conv(name + ".conv1", x, conv3, {.relu = true, .relu_before = true, .rounded = true});
    return net.conv(name + ".conv2", y, conv3, {.add = sum, .rounded = true});
}

} // namespace

ggml_tensor* midas_decoder(Net const& net, nn::Graph::Builder& builder, std::array<ggml_tensor*, 4> const& features,
                           bool head_corners) {
    ggml_tensor* path = nullptr; // what the coarser levels made, half as large
    for (std::size_t level = 4; level >= 1; --level) {
        std::string const index = std::to_string(level), name = "fusion." + index + ".";
        ggml_tensor* x = net.conv(name + "input", features[level - 1], conv3, {.rounded = true}, false);
        builder.tap("layer" + index + "_rn", x);
        if (path) {
            net.require(x->ne[0] == path->ne[0] && x->ne[1] == 2 * path->ne[1] && x->ne[2] == 2 * path->ne[2], name);
            x = residual_unit(net, name + "unit1", x, net.upsample2(path, true, x));
        }
        x = residual_unit(net, name + "unit2", x, x);
        // The original upsamples first; a 1x1 convolution after it gives the same and costs four times as much.
        path = net.conv(name + "out", x, {}, {.rounded = true});
        if (builder.with_taps()) {
            builder.tap("refinenet" + index, net.upsample2(path, true));
        }
    }
    ggml_tensor* x = net.conv("head.0", net.upsample2(path, true), conv3, {.rounded = true}); // [c, w/2, h/2, n]
    builder.tap("head.0", x);
    if (builder.with_taps()) {                                                     // what passes within the last step
        ggml_tensor* wide = builder.tap("head.1", net.upsample2(x, head_corners)); // [c, w, h, n]
        builder.tap("head.2", net.conv("head.2", wide, conv3));                    // before its ReLU
    }
    return net.depth_head("head.2", "head.4", x, head_corners);
}

} // namespace echollama
