// Layers that find their weights by name: every look-up checks shape and number format before ggml sees the tensor.
#pragma once

#include "nn/cpu/layers.h"
#include "nn/layers.h"
#include "nn/weights.h"

#include <array>
#include <string>

namespace echollama {

struct Net {
    ggml_context* ctx = nullptr;
    nn::Weights const* weights = nullptr;
    nn::CpuLayers* cpu = nullptr; // faster layers where the backend is the CPU; nullptr: ggml's own

    using After = nn::CpuLayers::After;

    // ggml ends the program when shapes do not fit, so what the file decides is checked before.
    void require(bool fits, std::string const& where) const;
    // a + b of the same shape
    ggml_tensor* add(std::string const& where, ggml_tensor* a, ggml_tensor* b) const;

    // name.weight and, unless told otherwise, name.bias
    ggml_tensor* linear(std::string const& name, ggml_tensor* x, After const& after) const;
    ggml_tensor* linear(std::string const& name, ggml_tensor* x) const { return linear(name, x, {}); }
    ggml_tensor* conv(std::string const& name, ggml_tensor* x, nn::Convolution const& shape, After const& after,
                      bool bias = true) const;
    ggml_tensor* conv(std::string const& name, ggml_tensor* x, nn::Convolution const& shape) const {
        return conv(name, x, shape, {});
    }
    // A residual block from name.conv1, conv2, conv3 and, where the file has it, shortcut: in one step where that is
    // faster, else nullptr.
    ggml_tensor* bottleneck(std::string const& name, ggml_tensor* x, int stride) const;
    // q [d, tq, n], k and v [d, tk, n] as linear() gives them, or some channels of it; mask [tk, tq, 1, n] F32 or
    // nullptr. `values`: the layer that gave v; the products are rounded as its weights are. `rounded`: as
    // After::rounded.
    ggml_tensor* attention(std::string const& values, ggml_tensor* q, ggml_tensor* k, ggml_tensor* v, int heads,
                           ggml_tensor* mask = nullptr, bool rounded = false) const;
    // Whether layer `name` rounds its input to BF16 anyway, or more: then what only it reads may be `rounded`.
    bool rounds(std::string const& name) const;
    ggml_tensor* max_pool(ggml_tensor* x, nn::Convolution const& shape) const;
    // max_pool(ReLU(conv(x)))
    ggml_tensor* pooled_conv(std::string const& name, ggml_tensor* x, nn::Convolution const& shape,
                             nn::Convolution const& pool) const;
    // rounded: the result may be BF16.
    ggml_tensor* layer_norm(std::string const& name, ggml_tensor* x, float eps, bool rounded = false) const;
    // x is not used afterwards
    ggml_tensor* group_norm(std::string const& name, ggml_tensor* x, int groups, float eps, After const& after) const;
    // the form with erf; x is not used afterwards
    ggml_tensor* gelu(ggml_tensor* x) const;
    // x is not used afterwards
    ggml_tensor* activate(nn::Activation const& activation, ggml_tensor* x) const;
    // The 1x1 convolution name.expand, where the file has it, and the depthwise convolution name.depthwise with
    // TensorFlow's "same" padding; the layer `next` comes then.
    ggml_tensor* expand_depthwise(std::string const& name, ggml_tensor* x, int stride,
                                  nn::DepthwiseActivations const& activations, std::string const& next) const;
    // The second of them alone.
    ggml_tensor* depthwise(std::string const& name, ggml_tensor* x, int stride,
                           nn::DepthwiseActivations const& activations, std::string const& next,
                           bool bias = true) const;
    ggml_tensor* channel_means(ggml_tensor* x) const;
    // Channels side by side of two pictures, which must be of the same size.
    ggml_tensor* join(std::string const& where, ggml_tensor* a, ggml_tensor* b, bool relu) const;
    // Twice the width and height, then + add, of that size, or nullptr.
    ggml_tensor* upsample2(ggml_tensor* x, bool align_corners, ggml_tensor* add = nullptr) const;
    // As TensorFlow 1 does it: nn::upsample2_asymmetric.
    ggml_tensor* upsample2_asymmetric(ggml_tensor* x) const;
    // ReLU(last(ReLU(conv(upsample2(x))))), conv 3x3, last 1x1 to one channel
    ggml_tensor* depth_head(std::string const& conv, std::string const& last, ggml_tensor* x, bool align_corners) const;

    // name.weight and, unless told otherwise, name.bias of a layer with `in` inputs
    nn::CpuLayers::LayerTensors layer(std::string const& name, std::int64_t in, bool bias = true) const;
    // name.weight [channels, k, k] and, unless told otherwise, name.bias of a depthwise convolution
    nn::CpuLayers::LayerTensors depthwise_layer(std::string const& name, std::int64_t channels, bool bias = true) const;
    // A float32 tensor of exactly this shape.
    ggml_tensor* plain(std::string const& name, std::initializer_list<std::int64_t> shape) const;
    // A matrix [in, out] that ggml can multiply with; `out` is the file's.
    ggml_tensor* matrix(std::string const& name, std::int64_t in) const;
};

// Throws Error("… cannot be used: WHAT") for a model file whose values are impossible.
[[noreturn]] void refuse_model(nn::Weights const& weights, std::string const& what);

// What is subtracted from each channel and what it is divided by: KEY.mean and KEY.std. Refuses a file in which one of
// them has not three values, or a divisor is no positive number.
void read_normalisation(nn::Weights const& weights, std::string const& key, std::array<float, 3>& mean,
                        std::array<float, 3>& std);

} // namespace echollama
