#include "networks/net.h"

#include "base/error.h"
#include "nn/channel_last.h"
#include "nn/cpu/pixels.h"
#include "nn/cpu/resize.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace echollama {
namespace {

constexpr std::int64_t most_outputs = 1 << 14; // of a layer; the widest that is published has 3072

// The shape of a convolution's result.
std::array<std::int64_t, 4> result_shape(ggml_tensor const* x, nn::Convolution const& shape, std::int64_t outputs) {
    auto size = [&](std::int64_t n, int padding) { return (n + padding - shape.kernel) / shape.stride + 1; };
    auto const& p = shape.padding;
    return {outputs, size(x->ne[1], p.left + p.right), size(x->ne[2], p.top + p.bottom), x->ne[3]};
}

} // namespace

void refuse_model(nn::Weights const& weights, std::string const& what) {
    throw Error("The model file " + weights.file() + " cannot be used: " + what + ". Convert it again.");
}

void read_normalisation(nn::Weights const& weights, std::string const& key, std::array<float, 3>& mean,
                        std::array<float, 3>& std) {
    auto const means = weights.f32_array(key + ".mean"), divisors = weights.f32_array(key + ".std");
    if (means.size() != mean.size() || divisors.size() != std.size() ||
        !std::all_of(divisors.begin(), divisors.end(), [](float x) { return x > 0 && std::isfinite(x); })) {
        refuse_model(weights, "its description is broken");
    }
    std::copy(means.begin(), means.end(), mean.begin());
    std::copy(divisors.begin(), divisors.end(), std.begin());
}

void Net::require(bool fits, std::string const& where) const {
    if (!fits) {
        refuse_model(*weights, "its layers do not fit together at '" + where + "'");
    }
}

ggml_tensor* Net::add(std::string const& where, ggml_tensor* a, ggml_tensor* b) const {
    require(ggml_are_same_shape(a, b), where);
    return ggml_add(ctx, a, b);
}

ggml_tensor* Net::plain(std::string const& name, std::initializer_list<std::int64_t> shape) const {
    return weights->floats(name, shape);
}

ggml_tensor* Net::matrix(std::string const& name, std::int64_t in) const {
    auto outputs = weights->dimension(name, 1);
    require(outputs <= most_outputs, name);
    return weights->tensor(name, {in, outputs});
}

nn::CpuLayers::LayerTensors Net::layer(std::string const& name, std::int64_t in, bool bias) const {
    ggml_tensor* weight = matrix(name + ".weight", in);
    return {weight, bias ? plain(name + ".bias", {weight->ne[1]}) : nullptr};
}

ggml_tensor* Net::linear(std::string const& name, ggml_tensor* x, After const& after) const {
    return conv(name, x, {}, after);
}

ggml_tensor* Net::conv(std::string const& name, ggml_tensor* x, nn::Convolution const& shape, After const& after,
                       bool has_bias) const {
    auto [weight, bias] = layer(name, x->ne[0] * shape.kernel * shape.kernel, has_bias);
    if (after.add) {
        auto wanted = result_shape(x, shape, weight->ne[1]);
        require(std::equal(wanted.begin(), wanted.end(), after.add->ne), name);
    }
    if (cpu) {
        ggml_tensor* y = cpu->conv2d(ctx, weight, bias, x, shape, after);
        return ggml_format_name(y, "CONV %dx%d/%d %s from %d", shape.kernel, shape.kernel, shape.stride,
                                ggml_type_name(weight->type), static_cast<int>(x->ne[0]));
    }
    ggml_tensor* y = nn::conv2d(ctx, weight, bias, after.relu_before ? ggml_relu(ctx, x) : x, shape);
    y = after.add ? ggml_add(ctx, y, after.add) : y;
    y = after.relu ? ggml_relu(ctx, y) : y;
    return after.gelu ? ggml_gelu(ctx, y) : y;
}

ggml_tensor* Net::bottleneck(std::string const& name, ggml_tensor* x, int stride) const {
    if (!cpu) {
        return nullptr;
    }
    auto conv1 = layer(name + "conv1", x->ne[0]);
    auto conv2 = layer(name + "conv2", conv1.weight->ne[1] * 9);
    auto conv3 = layer(name + "conv3", conv2.weight->ne[1]);
    nn::CpuLayers::LayerTensors shortcut;
    if (weights->has(name + "shortcut.weight")) {
        shortcut = layer(name + "shortcut", x->ne[0]);
    }
    std::int64_t added = shortcut.weight ? shortcut.weight->ne[1] : x->ne[0];
    require(added == conv3.weight->ne[1] && (shortcut.weight || stride == 1), name + "conv3");
    return cpu->bottleneck(ctx, conv1, conv2, conv3, shortcut, x, stride);
}

bool Net::rounds(std::string const& name) const {
    std::string const weight = name + ".weight";
    return cpu && nn::rounds_pictures(nn::panel_type(matrix(weight, weights->dimension(weight, 0))->type));
}

ggml_tensor* Net::attention(std::string const& values, ggml_tensor* q, ggml_tensor* k, ggml_tensor* v, int heads,
                            ggml_tensor* mask, bool rounded) const {
    require(q->ne[0] == k->ne[0] && q->ne[0] == v->ne[0] && q->ne[0] % heads == 0, values);
    if (!cpu) {
        auto const together = [&](ggml_tensor* x) { return ggml_is_contiguous(x) ? x : ggml_cont(ctx, x); };
        return nn::attention(ctx, together(q), together(k), together(v), heads, mask);
    }
    std::string const weight = values + ".weight";
    return cpu->attention(ctx, q, k, v, heads, mask, matrix(weight, weights->dimension(weight, 0))->type, rounded);
}

ggml_tensor* Net::max_pool(ggml_tensor* x, nn::Convolution const& shape) const {
    return cpu ? cpu->max_pool(ctx, x, shape) : nn::max_pool(ctx, x, shape);
}

ggml_tensor* Net::pooled_conv(std::string const& name, ggml_tensor* x, nn::Convolution const& shape,
                              nn::Convolution const& pool) const {
    if (!cpu) {
        return max_pool(conv(name, x, shape, {.relu = true}), pool);
    }
    return cpu->pooled_conv2d(ctx, layer(name, x->ne[0] * shape.kernel * shape.kernel), x, shape, pool);
}

ggml_tensor* Net::layer_norm(std::string const& name, ggml_tensor* x, float eps, bool rounded) const {
    ggml_tensor *weight = plain(name + ".weight", {x->ne[0]}), *bias = plain(name + ".bias", {x->ne[0]});
    return cpu ? nn::cpu_layer_norm(ctx, weight, bias, x, eps, rounded) : nn::layer_norm(ctx, weight, bias, x, eps);
}

ggml_tensor* Net::group_norm(std::string const& name, ggml_tensor* x, int groups, float eps, After const& after) const {
    require(groups >= 1 && x->ne[0] % groups == 0, name);
    require(!after.add || ggml_are_same_shape(x, after.add), name);
    ggml_tensor *weight = plain(name + ".weight", {x->ne[0]}), *bias = plain(name + ".bias", {x->ne[0]});
    if (cpu) {
        return nn::cpu_group_norm(ctx, weight, bias, x, groups, eps, after.add, after.relu);
    }
    ggml_tensor* y = nn::group_norm(ctx, weight, bias, x, groups, eps);
    y = after.add ? ggml_add(ctx, y, after.add) : y;
    return after.relu ? ggml_relu(ctx, y) : y;
}

ggml_tensor* Net::gelu(ggml_tensor* x) const {
    return cpu ? nn::cpu_gelu(ctx, x) : ggml_gelu_erf(ctx, x);
}

ggml_tensor* Net::activate(nn::Activation const& activation, ggml_tensor* x) const {
    return cpu ? nn::cpu_activate(ctx, activation, x) : nn::activate(ctx, activation, x);
}

nn::CpuLayers::LayerTensors Net::depthwise_layer(std::string const& name, std::int64_t channels, bool bias) const {
    auto const k = weights->dimension(name + ".weight", 1);
    if (k % 2 != 1 || k < 3 || k > 7) {
        refuse_model(*weights, "the kernel of '" + name + "' has an impossible size");
    }
    return {plain(name + ".weight", {channels, k, k}), bias ? plain(name + ".bias", {channels}) : nullptr};
}

ggml_tensor* Net::expand_depthwise(std::string const& name, ggml_tensor* x, int stride,
                                   nn::DepthwiseActivations const& activations, std::string const& next) const {
    if (!weights->has(name + "expand.weight")) {
        return depthwise(name + "depthwise", x, stride, activations, next);
    }
    auto const expand = layer(name + "expand", x->ne[0]);
    auto const channels = expand.weight->ne[1];
    if (!cpu) {
        return depthwise(name + "depthwise", conv(name + "expand", x, {}), stride, activations, next);
    }
    return cpu->depthwise(ctx, expand, depthwise_layer(name + "depthwise", channels), x, stride, activations,
                          matrix(next + ".weight", channels)->type);
}

ggml_tensor* Net::depthwise(std::string const& name, ggml_tensor* x, int stride,
                            nn::DepthwiseActivations const& activations, std::string const& next, bool has_bias) const {
    auto const [kernel, bias] = depthwise_layer(name, x->ne[0], has_bias);
    if (cpu) {
        return cpu->depthwise(ctx, {}, {kernel, bias}, x, stride, activations,
                              matrix(next + ".weight", x->ne[0])->type);
    }
    x = nn::depthwise_same(ctx, kernel, nn::activate(ctx, activations.before, x), stride);
    return nn::activate(ctx, activations.after, bias ? ggml_add(ctx, x, bias) : x);
}

ggml_tensor* Net::channel_means(ggml_tensor* x) const {
    return cpu ? nn::cpu_channel_means(ctx, x) : nn::channel_means(ctx, x);
}

ggml_tensor* Net::join(std::string const& where, ggml_tensor* a, ggml_tensor* b, bool relu) const {
    require(std::equal(a->ne + 1, a->ne + GGML_MAX_DIMS, b->ne + 1), where);
    return cpu ? nn::cpu_join_channels(ctx, a, b, relu) : nn::join_channels(ctx, a, b, relu);
}

ggml_tensor* Net::upsample2(ggml_tensor* x, bool align_corners, ggml_tensor* add) const {
    if (cpu) {
        return nn::cpu_resize_bilinear(ctx, x, 2 * x->ne[1], 2 * x->ne[2],
                                       align_corners ? nn::Grid::corners : nn::Grid::edges, add);
    }
    x = nn::resize(ctx, x, 2 * x->ne[1], 2 * x->ne[2], nn::Interpolation::bilinear, align_corners);
    return add ? ggml_add(ctx, x, add) : x;
}

ggml_tensor* Net::upsample2_asymmetric(ggml_tensor* x) const {
    return cpu ? nn::cpu_resize_bilinear(ctx, x, 2 * x->ne[1], 2 * x->ne[2], nn::Grid::origin, nullptr)
               : nn::upsample2_asymmetric(ctx, x);
}

ggml_tensor* Net::depth_head(std::string const& name, std::string const& last, ggml_tensor* x,
                             bool align_corners) const {
    auto inner = layer(name, x->ne[0] * 9), outer = layer(last, inner.weight->ne[1]);
    if (outer.weight->ne[1] != 1) {
        refuse_model(*weights, "its last layer does not give one number for a pixel");
    }
    if (cpu) {
        return ggml_set_name(cpu->depth_head(ctx, inner, outer, x, align_corners), "DEPTH HEAD");
    }
    x = conv(name, upsample2(x, align_corners), {3, 1, nn::all_sides(1)}, {.relu = true});
    return conv(last, x, {}, {.relu = true});
}

} // namespace echollama
