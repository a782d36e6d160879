#include "networks/snac_plain.h"

#include "base/error.h"

#include <ggml-alloc.h>
#include <ggml-backend.h>
#include <ggml-cpp.h>

#include <algorithm>

namespace echollama::snac {
namespace {

constexpr int depthwise_taps = 7;

// On the device; null where the layer has no such part.
struct Constants {
    ggml_tensor *alpha = nullptr, *inverse_alpha = nullptr;
    ggml_tensor* depthwise = nullptr; // [channels, taps]
    ggml_tensor *depthwise_bias = nullptr, *alpha2 = nullptr, *inverse_alpha2 = nullptr;
    ggml_tensor *weight = nullptr, *bias = nullptr; // weight [channels * taps, outputs]
};

// x + sin²(a x) / a
ggml_tensor* snake(ggml_context* ctx, ggml_tensor* x, ggml_tensor* alpha, ggml_tensor* inverse) {
    ggml_tensor* sine = ggml_sin(ctx, ggml_mul(ctx, x, alpha));
    return ggml_add(ctx, x, ggml_mul(ctx, ggml_sqr(ctx, sine), inverse));
}

// `before` and `after` steps of zeros around x [c, t].
ggml_tensor* padded(ggml_context* ctx, ggml_tensor* x, std::int64_t before, std::int64_t after) {
    return before == 0 && after == 0
               ? x
               : ggml_pad_ext(ctx, x, 0, 0, static_cast<int>(before), static_cast<int>(after), 0, 0, 0, 0);
}

// Seven taps `dilation` steps apart, as the convolution of a picture one pixel high: [c, t] → [c, t]
ggml_tensor* depthwise(ggml_context* ctx, Constants const& c, ggml_tensor* x, int dilation) {
    std::int64_t const channels = x->ne[0];
    constexpr int middle = depthwise_taps / 2;
    if (x->ne[1] == 1) { // only the middle tap meets it; ggml mistakes its memory layout
        ggml_tensor* tap = ggml_view_1d(ctx, c.depthwise, channels, middle * c.depthwise->nb[1]);
        return ggml_add(ctx, ggml_mul(ctx, x, tap), c.depthwise_bias);
    }
    // Both with channels still fastest in memory: [taps, 1, 1, c] and [t, 1, c].
    ggml_tensor* taps =
        ggml_permute(ctx, ggml_reshape_4d(ctx, c.depthwise, 1, channels, depthwise_taps, 1), 2, 3, 0, 1);
    ggml_tensor* y =
        ggml_conv_2d_dw_direct(ctx, taps, ggml_permute(ctx, x, 2, 0, 1, 3), 1, 1, middle * dilation, 0, dilation, 1);
    return ggml_add(ctx, ggml_permute(ctx, y, 1, 2, 0, 3), c.depthwise_bias);
}

// Windows of `taps` neighbouring rows, `step` apart, each as one row: [c, t] → [c taps, rows]. taps is a multiple of
// step, so a window is some whole blocks of `step` rows.
ggml_tensor* windows(ggml_context* ctx, Layer const& layer, ggml_tensor* x, std::int64_t rows) {
    std::int64_t const after = std::max<std::int64_t>(0, (rows - 1) * layer.step - layer.pad + layer.taps - x->ne[1]);
    ggml_tensor* wide = padded(ctx, x, layer.pad, after);
    std::size_t const block = static_cast<std::size_t>(layer.step) * wide->nb[1];
    ggml_tensor* all = nullptr;
    for (int at = 0; at < layer.taps; at += layer.step) {
        ggml_tensor* blocks =
            ggml_view_2d(ctx, wide, x->ne[0] * layer.step, rows, block, static_cast<std::size_t>(at) * wide->nb[1]);
        all = all ? ggml_concat(ctx, all, blocks, 0) : blocks;
    }
    return all;
}

// The product of nn/cpu/sequence_layer.h: each output row sees a window of input rows.
ggml_tensor* product(ggml_context* ctx, Layer const& layer, Constants const& c, ggml_tensor* x) {
    std::int64_t const steps = x->ne[1], rows = layer.transposed ? steps + 1 : steps / layer.step;
    x = layer.taps > 1 ? windows(ctx, layer, x, rows) : x;
    ggml_tensor* y = ggml_mul_mat(ctx, c.weight, x);
    ggml_prec_set_acc(y, GGML_PREC_F32);
    y = c.bias ? ggml_add(ctx, y, c.bias) : y;
    if (!layer.transposed) {
        return y;
    }
    std::int64_t const channels = layer.output_channels();
    return ggml_cont(ctx, ggml_view_2d(ctx, y, channels, layer.output_steps(steps),
                                       static_cast<std::size_t>(channels) * sizeof(float),
                                       static_cast<std::size_t>(layer.crop_front) * sizeof(float)));
}

} // namespace

struct PlainLayers::State {
    std::vector<NamedLayer> const& layers;
    std::vector<Constants> constants;
    ggml_context_ptr ctx;
    ggml_backend_buffer_ptr buffer;
};

PlainLayers::PlainLayers(std::vector<NamedLayer> const& layers, nn::Backend const& backend)
    : state_(new State{layers, {}, nullptr, nullptr}) {
    auto& s = *state_;
    s.ctx.reset(ggml_init({ggml_tensor_overhead() * layers.size() * 16, nullptr, /*no_alloc=*/true}));
    std::vector<std::pair<ggml_tensor*, std::vector<float>>> values;
    auto add = [&](std::vector<float> from, std::int64_t rows) {
        ggml_tensor* tensor = nullptr;
        if (!from.empty()) {
            tensor =
                ggml_new_tensor_2d(s.ctx.get(), GGML_TYPE_F32, static_cast<std::int64_t>(from.size()) / rows, rows);
            values.emplace_back(tensor, std::move(from));
        }
        return tensor;
    };
    for (auto const& [name, layer, block, residual] : layers) {
        Constants c;
        c.alpha = add(layer.alpha, 1);
        c.inverse_alpha = add(layer.inverse_alpha, 1);
        c.depthwise = add(layer.depthwise, depthwise_taps);
        c.depthwise_bias = add(layer.depthwise_bias, 1);
        c.alpha2 = add(layer.alpha2, 1);
        c.inverse_alpha2 = add(layer.inverse_alpha2, 1);
        c.weight = layer.taps > 0 ? add(nn::sequence::unpack(layer.weight), layer.weight.outputs) : nullptr;
        c.bias = add(layer.bias, 1);
        s.constants.push_back(c);
    }
    s.buffer.reset(ggml_backend_alloc_ctx_tensors(s.ctx.get(), backend.handle.get()));
    if (!s.buffer) {
        throw Error("The compute device '" + backend.name() +
                    "' has too little memory for the sound codec; use the "
                    "device 'cpu'.");
    }
    for (auto const& [tensor, from] : values) {
        ggml_backend_tensor_set(tensor, from.data(), 0, ggml_nbytes(tensor));
    }
}

PlainLayers::~PlainLayers() = default;

ggml_tensor* PlainLayers::apply(ggml_context* ctx, std::size_t index, ggml_tensor* input, ggml_tensor* noise) const {
    auto const& [name, layer, noise_block, residual] = state_->layers[index];
    Constants const& c = state_->constants[index];
    ggml_tensor* x = c.alpha ? snake(ctx, input, c.alpha, c.inverse_alpha) : input;
    if (c.depthwise_bias) {
        x = depthwise(ctx, c, x, layer.dilation);
        x = c.alpha2 ? snake(ctx, x, c.alpha2, c.inverse_alpha2) : x;
    }
    x = layer.taps > 0 ? product(ctx, layer, c, x) : x;
    if (layer.finish == Layer::Finish::noise) { // one draw a step, the same for all channels
        x = ggml_mul(ctx, x, ggml_reshape_2d(ctx, noise, 1, x->ne[1]));
    }
    x = residual ? ggml_add(ctx, input, x) : x;
    return layer.finish == Layer::Finish::tanh ? ggml_tanh(ctx, x) : x;
}

} // namespace echollama::snac
