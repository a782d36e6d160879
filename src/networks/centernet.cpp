#include "networks/centernet.h"

#include "base/error.h"
#include "media/picture/resize.h"
#include "nn/channel_last.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

using namespace nn;

CenterNetParams read_params(Weights const& weights) {
    CenterNetParams params;
    auto strides = weights.i32_array("centernet.block.stride");
    auto swish = weights.i32_array("centernet.block.hard_swish");
    auto residual = weights.i32_array("centernet.block.residual");
    bool strides_known =
        std::all_of(strides.begin(), strides.end(), [](int stride) { return stride == 1 || stride == 2; });
    if (swish.size() != strides.size() || residual.size() != strides.size() || strides.size() < 13 ||
        strides.size() > 24 || !strides_known) {
        throw Error("The model file " + weights.file() +
                    " cannot be used: its list of blocks is broken. Convert it again.");
    }
    for (std::size_t i = 0; i < strides.size(); ++i) {
        params.blocks.push_back({strides[i], swish[i] != 0, residual[i] != 0});
    }
    params.input_size = static_cast<int>(weights.u32("centernet.input_size"));
    params.output_stride = static_cast<int>(weights.u32("centernet.output_stride"));
    params.hard_slope = weights.f32("centernet.hard_slope");
    params.size_scale = weights.f32("centernet.size_scale");
    params.labels = weights.text_array("centernet.labels");
    if (params.input_size < 64 || params.input_size > 2048 || params.input_size % 32 != 0 ||
        params.output_stride != 4) {
        throw Error("The model file " + weights.file() +
                    " cannot be used: its input size is impossible. Convert it again.");
    }
    return params;
}

// Where the layers find their weights; every look-up checks the shape.
struct Net {
    ggml_context* ctx;
    Weights const& weights;
    CenterNetParams const& params;

    // ggml ends the program when shapes do not fit, so what the file decides is checked before.
    void require(bool fits, std::string const& where) const {
        if (!fits) {
            throw Error("The model file " + weights.file() + " cannot be used: its layers do not fit together at '" +
                        where + "'. Convert it again.");
        }
    }
    ggml_tensor* add(std::string const& where, ggml_tensor* a, ggml_tensor* b) const {
        require(ggml_are_same_shape(a, b), where);
        return ggml_add(ctx, a, b);
    }
    // Every channel of x times its gate [c, 1, 1]
    ggml_tensor* gated(std::string const& where, ggml_tensor* x, ggml_tensor* gate) const {
        require(gate->ne[0] == x->ne[0], where);
        return ggml_mul(ctx, x, gate);
    }

    // relu6(x + 3) * slope
    ggml_tensor* hard_sigmoid(ggml_tensor* x) const {
        return ggml_scale(ctx, ggml_hardsigmoid(ctx, x), 6 * params.hard_slope);
    }
    ggml_tensor* hard_swish(ggml_tensor* x) const {
        return ggml_scale(ctx, ggml_hardswish(ctx, x), 6 * params.hard_slope);
    }

    // 1x1 convolution, [in, w, h] → [out, w, h]
    ggml_tensor* pointwise(std::string const& name, ggml_tensor* x) const {
        auto out = weights.dimension(name + ".weight", 1);
        x = ggml_mul_mat(ctx, weights.tensor(name + ".weight", {x->ne[0], out}), x);
        return weights.has(name + ".bias") ? ggml_add(ctx, x, weights.tensor(name + ".bias", {out})) : x;
    }

    // One kernel per channel with TensorFlow's "same" padding, [c, w, h] → [c, w / stride, h / stride]
    ggml_tensor* depthwise(std::string const& name, ggml_tensor* x, int stride) const {
        auto k = weights.dimension(name + ".weight", 1);
        require(k % 2 == 1 && k <= 7, name);
        auto* kernel = weights.floats(name + ".weight", {x->ne[0], k, k});
        x = depthwise_same(ctx, kernel, x, stride);
        return weights.has(name + ".bias") ? ggml_add(ctx, x, weights.tensor(name + ".bias", {x->ne[0]})) : x;
    }

    ggml_tensor* separable(std::string const& name, ggml_tensor* x) const {
        return pointwise(name + ".pointwise", depthwise(name + ".depthwise", x, 1));
    }

    // Squeeze and excitation: every channel is scaled by a gate computed from all channel means.
    ggml_tensor* squeeze_excite(std::string const& name, ggml_tensor* x) const {
        ggml_tensor* gate = channel_means(ctx, x); // [c, 1, 1]
        gate = ggml_relu(ctx, pointwise(name + "squeeze", gate));
        return gated(name + "excite", x, hard_sigmoid(pointwise(name + "excite", gate)));
    }
};

struct BackboneOutput {
    ggml_tensor* c2; // stride 4, before the depthwise convolution that halves it
    ggml_tensor* c3; // stride 8, likewise
    ggml_tensor* c4; // stride 16
    ggml_tensor* c5; // stride 32
};

// 3x3 stride 2 convolution of the picture, [3, s, s] → [16, s/2, s/2]
ggml_tensor* stem(Net const& net, ggml_tensor* image) {
    ggml_tensor* patches = patches_same(net.ctx, image, 3, 2); // [27, s/2, s/2]
    ggml_tensor* x = ggml_mul_mat(net.ctx, net.weights.floats("stem.weight", {27, 16}), patches);
    return net.hard_swish(ggml_add(net.ctx, x, net.weights.tensor("stem.bias", {16})));
}

// The inverted residual of MobileNetV3. `expanded` receives the tensor between expansion and depthwise convolution.
ggml_tensor* block(Net const& net, int index, ggml_tensor* input, ggml_tensor** expanded) {
    auto const& params = net.params.blocks[static_cast<std::size_t>(index)];
    std::string const name = "block." + std::to_string(index) + ".";
    auto activate = [&](ggml_tensor* t) { return params.hard_swish ? net.hard_swish(t) : ggml_relu(net.ctx, t); };
    ggml_tensor* x = input;
    if (net.weights.has(name + "expand.weight")) {
        x = activate(net.pointwise(name + "expand", x));
    }
    *expanded = x;
    x = activate(net.depthwise(name + "depthwise", x, params.stride));
    if (net.weights.has(name + "squeeze.weight")) {
        x = net.squeeze_excite(name, x);
    }
    x = net.pointwise(name + "project", x);
    return params.residual ? net.add(name + "project", x, input) : x;
}

BackboneOutput backbone(Net const& net, ggml_tensor* image, Graph::Builder& builder) {
    BackboneOutput levels{};
    ggml_tensor* x = builder.tap("stem", stem(net, image));
    for (int i = 0; i < static_cast<int>(net.params.blocks.size()); ++i) {
        ggml_tensor* expanded = nullptr;
        x = builder.tap("block." + std::to_string(i), block(net, i, x, &expanded));
        if (i == 3) {
            levels.c2 = expanded;
        } else if (i == 5) {
            levels.c3 = expanded;
        } else if (i == 11) {
            levels.c4 = x;
        }
    }
    levels.c5 = builder.tap("extern", net.hard_swish(net.pointwise("extern", x)));
    return levels;
}

ggml_tensor* lateral(Net const& net, std::string const& level, ggml_tensor* x) {
    return net.separable("lateral." + level, ggml_relu(net.ctx, net.pointwise("lateral." + level + ".reduce", x)));
}

// Two parallel separable convolutions, then twice the size.
ggml_tensor* upsample(Net const& net, std::string const& level, ggml_tensor* x) {
    std::string const name = "up." + level;
    return upsample2_asymmetric(net.ctx, net.add(name, net.separable(name + ".x", x), net.separable(name + ".y", x)));
}

void head(Net const& net, BackboneOutput const& levels, Graph::Builder& builder) {
    auto join = [&](std::string const& level, ggml_tensor* from, ggml_tensor* coarse) {
        net.require(from && from->ne[1] == coarse->ne[1] && from->ne[2] == coarse->ne[2], "merge." + level);
        return builder.tap("merge." + level,
                           ggml_relu(net.ctx, ggml_concat(net.ctx, lateral(net, level, from), coarse, 0)));
    };
    ggml_tensor* x = join("c4", levels.c4, upsample(net, "c5", levels.c5));
    x = join("c3", levels.c3, upsample(net, "c4", x));
    x = join("c2", levels.c2, upsample(net, "c3", x)); // [128, 128, 128]

    ggml_tensor* gate = ggml_relu(net.ctx, net.pointwise("head.squeeze", channel_means(net.ctx, x)));
    x = net.gated("head.excite", x, ggml_sigmoid(net.ctx, net.pointwise("head.excite", gate)));
    builder.output("heat", ggml_sigmoid(net.ctx, net.separable("head.cls", x)));
    builder.output("sides", ggml_scale(net.ctx, net.separable("head.wh", x), net.params.size_scale));
}

} // namespace

CenterNet::CenterNet(std::filesystem::path const& gguf, int threads, std::string const& device, bool with_taps)
    : backend_(make_backend(threads, device)), weights_(gguf, "centernet", backend_), params_(read_params(weights_)) {
    graph_ = std::make_unique<Graph>(
        backend_, nodes_for(params_.blocks.size()),
        [&](Graph::Builder& builder) {
            Net net{builder.ctx, weights_, params_};
            ggml_tensor* image = builder.input("image", {3, params_.input_size, params_.input_size});
            head(net, backbone(net, image, builder), builder);
        },
        with_taps, most_bytes_at_own_size);
    weights_.expect_all_used();
    auto classes = static_cast<std::int64_t>(params_.labels.size());
    auto heat = graph_->shape("heat"), sides = graph_->shape("sides");
    auto cells = params_.input_size / params_.output_stride;
    if (heat[0] != classes || sides[0] != 4 || heat[1] != cells || heat[2] != cells) {
        throw Error("The model file " + weights_.file() +
                    " cannot be used: its labels or its input size do not fit its outputs. Convert it again.");
    }
}

CenterNet::Output CenterNet::run(std::vector<float> const& input, std::stop_token stop) {
    graph_->set("image", input);
    graph_->compute(stop);
    return {params_.input_size / params_.output_stride, graph_->read("heat"), graph_->read("sides")};
}

std::vector<float> centernet_input(Image const& image, int size) {
    Image square = resize_bilinear(image, size, size);
    return {square.rgb.begin(), square.rgb.end()};
}

namespace {

bool is_peak(CenterNet::Output const& output, int classes, int x, int y, int label) {
    auto at = [&](int column, int row) {
        return output.heat[(static_cast<std::size_t>(row) * static_cast<std::size_t>(output.cells) +
                            static_cast<std::size_t>(column)) *
                               static_cast<std::size_t>(classes) +
                           static_cast<std::size_t>(label)];
    };
    float value = at(x, y);
    for (int row = std::max(y - 1, 0); row <= std::min(y + 1, output.cells - 1); ++row) {
        for (int column = std::max(x - 1, 0); column <= std::min(x + 1, output.cells - 1); ++column) {
            if (at(column, row) > value) {
                return false;
            }
        }
    }
    return true;
}

} // namespace

std::vector<Detection> centernet_decode(CenterNet::Output const& output, CenterNetParams const& params, float threshold,
                                        int image_width, int image_height) {
    int classes = static_cast<int>(params.labels.size());
    auto size = static_cast<float>(params.input_size);
    float scale_x = static_cast<float>(image_width) / size;
    float scale_y = static_cast<float>(image_height) / size;
    std::vector<Detection> found;
    for (int y = 0; y < output.cells; ++y) {
        for (int x = 0; x < output.cells; ++x) {
            auto cell = static_cast<std::size_t>(y * output.cells + x);
            for (int label = 0; label < classes; ++label) {
                float score = output.heat[cell * static_cast<std::size_t>(classes) + static_cast<std::size_t>(label)];
                if (!(score > threshold) || !is_peak(output, classes, x, y, label)) {
                    continue;
                }
                float const* side = &output.sides[cell * 4];
                auto center_x = static_cast<float>(x * params.output_stride);
                auto center_y = static_cast<float>(y * params.output_stride);
                Box box{(center_x - side[0]) * scale_x, (center_y - side[1]) * scale_y, (center_x + side[2]) * scale_x,
                        (center_y + side[3]) * scale_y};
                if (!std::isfinite(box.width()) || !std::isfinite(box.height())) {
                    continue; // only damaged weights do this
                }
                found.push_back({params.labels[static_cast<std::size_t>(label)], label, score, box, std::nullopt});
            }
        }
    }
    std::stable_sort(found.begin(), found.end(), [](auto const& a, auto const& b) { return a.score > b.score; });
    return found;
}

} // namespace echollama
