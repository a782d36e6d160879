#include "networks/centernet.h"

#include "media/picture/resize.h"
#include "networks/net.h"

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
        refuse_model(weights, "its list of blocks is broken");
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
        refuse_model(weights, "its input size is impossible");
    }
    return params;
}

struct CenterNetNet {
    Net net;
    CenterNetParams const& params;

    Activation hard_swish() const { return {Activation::Kind::hard_swish, params.hard_slope}; }

    // Every channel of x times its gate [c, 1, 1]
    ggml_tensor* gated(std::string const& where, ggml_tensor* x, ggml_tensor* gate) const {
        net.require(gate->ne[0] == x->ne[0], where);
        return ggml_mul(net.ctx, x, gate);
    }

    // Squeeze and excitation: every channel is scaled by a gate computed from all channel means, relu6(x + 3) * slope.
    ggml_tensor* squeeze_excite(std::string const& name, ggml_tensor* x) const {
        ggml_tensor* gate = net.conv(name + "squeeze", net.channel_means(x), {}, {.relu = true}); // [c, 1, 1]
        gate = ggml_hardsigmoid(net.ctx, net.conv(name + "excite", gate, {}));
        return gated(name + "excite", x, ggml_scale(net.ctx, gate, 6 * params.hard_slope));
    }

    // The inverted residual of MobileNetV3. With `expanded` it receives the tensor between expansion and depthwise
    // convolution.
    ggml_tensor* block(std::size_t index, ggml_tensor* input, ggml_tensor** expanded) const {
        auto const& block = params.blocks[index];
        std::string const name = "block." + std::to_string(index) + ".";
        Activation const activation = block.hard_swish ? hard_swish() : Activation{Activation::Kind::relu};
        bool const expands = net.weights->has(name + "expand.weight");
        ggml_tensor* x = input;
        if (expanded) {
            x = expands ? net.activate(activation, net.conv(name + "expand", x, {})) : x;
            *expanded = x;
            x = net.depthwise(name + "depthwise", x, block.stride, {{}, activation}, name + "project");
        } else {
            x = net.expand_depthwise(name, x, block.stride, {expands ? activation : Activation{}, activation},
                                     name + "project");
        }
        if (net.weights->has(name + "squeeze.weight")) {
            x = squeeze_excite(name, x);
        }
        return net.conv(name + "project", x, {}, {.add = block.residual ? input : nullptr});
    }

    ggml_tensor* separable(std::string const& name, ggml_tensor* x, ggml_tensor* add = nullptr) const {
        bool const bias = net.weights->has(name + ".depthwise.bias"); // published files have none
        x = net.depthwise(name + ".depthwise", x, 1, {}, name + ".pointwise", bias);
        return net.conv(name + ".pointwise", x, {}, {.add = add});
    }

    ggml_tensor* lateral(std::string const& level, ggml_tensor* x) const {
        return separable("lateral." + level, net.conv("lateral." + level + ".reduce", x, {}, {.relu = true}));
    }

    // Two parallel separable convolutions, then twice the size.
    ggml_tensor* upsample(std::string const& level, ggml_tensor* x) const {
        std::string const name = "up." + level;
        return net.upsample2_asymmetric(separable(name + ".y", x, separable(name + ".x", x)));
    }
};

struct BackboneOutput {
    ggml_tensor* c2; // stride 4, before the depthwise convolution that halves it
    ggml_tensor* c3; // stride 8, likewise
    ggml_tensor* c4; // stride 16
    ggml_tensor* c5; // stride 32
};

BackboneOutput backbone(CenterNetNet const& centernet, ggml_tensor* image, Graph::Builder& builder) {
    Net const& net = centernet.net;
    BackboneOutput levels{};
    ggml_tensor* x = net.conv("stem", image, {3, 2, same_padding(image->ne[1], image->ne[2], 3, 2)});
    x = builder.tap("stem", net.activate(centernet.hard_swish(), x)); // [16, s/2, s/2]
    for (std::size_t i = 0; i < centernet.params.blocks.size(); ++i) {
        ggml_tensor** const expanded = i == 3 ? &levels.c2 : i == 5 ? &levels.c3 : nullptr;
        x = builder.tap("block." + std::to_string(i), centernet.block(i, x, expanded));
        levels.c4 = i == 11 ? x : levels.c4;
    }
    levels.c5 = builder.tap("extern", net.activate(centernet.hard_swish(), net.conv("extern", x, {})));
    return levels;
}

void head(CenterNetNet const& centernet, BackboneOutput const& levels, Graph::Builder& builder) {
    Net const& net = centernet.net;
    auto join = [&](std::string const& level, ggml_tensor* from, ggml_tensor* coarse) {
        return builder.tap("merge." + level,
                           net.join("merge." + level, centernet.lateral(level, from), coarse, /*relu=*/true));
    };
    ggml_tensor* x = join("c4", levels.c4, centernet.upsample("c5", levels.c5));
    x = join("c3", levels.c3, centernet.upsample("c4", x));
    x = join("c2", levels.c2, centernet.upsample("c3", x)); // [128, 128, 128]

    ggml_tensor* gate = net.conv("head.squeeze", net.channel_means(x), {}, {.relu = true});
    gate = ggml_sigmoid(net.ctx, net.conv("head.excite", gate, {}, {}, net.weights->has("head.excite.bias")));
    x = centernet.gated("head.excite", x, gate);
    builder.output("heat", ggml_sigmoid(net.ctx, centernet.separable("head.cls", x)));
    builder.output("sides", ggml_scale(net.ctx, centernet.separable("head.wh", x), centernet.params.size_scale));
}

} // namespace

CenterNet::CenterNet(std::filesystem::path const& gguf, int threads, std::string const& device, bool with_taps)
    : backend_(make_backend(threads, device)), weights_(gguf, "centernet", backend_), params_(read_params(weights_)) {
    if (backend_.own_layers) {
        cpu_.emplace(backend_);
    }
    graph_ = std::make_unique<Graph>(
        backend_, nodes_for(params_.blocks.size()),
        [&](Graph::Builder& builder) {
            CenterNetNet const centernet{{builder.ctx, &weights_, cpu_ ? &*cpu_ : nullptr}, params_};
            ggml_tensor* image = builder.input("image", {3, params_.input_size, params_.input_size});
            head(centernet, backbone(centernet, image, builder), builder);
        },
        with_taps, most_bytes_at_own_size);
    weights_.expect_all_used();
    auto classes = static_cast<std::int64_t>(params_.labels.size());
    auto heat = graph_->shape("heat"), sides = graph_->shape("sides");
    auto cells = params_.input_size / params_.output_stride;
    if (heat[0] != classes || sides[0] != 4 || heat[1] != cells || heat[2] != cells) {
        refuse_model(weights_, "its labels or its input size do not fit its outputs");
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
