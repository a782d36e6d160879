// What happens between the products, on the CPU: norms, means and activations in as few passes over memory as possible.
// Tensors are F32, contiguous, channel-last (nn/layers.h); results do not depend on the number of threads.
#pragma once

#include "nn/layers.h"

#include <ggml.h>

#include <cstdint>

namespace echollama::nn {

// As nn::group_norm, then + add (may be nullptr, as x), then ReLU when asked. x is overwritten.
ggml_tensor* cpu_group_norm(ggml_context* ctx, ggml_tensor* weight, ggml_tensor* bias, ggml_tensor* x, int groups,
                            float eps, ggml_tensor* add, bool relu);

// As nn::layer_norm; the result is BF16 when asked, where the processor has it.
ggml_tensor* cpu_layer_norm(ggml_context* ctx, ggml_tensor* weight, ggml_tensor* bias, ggml_tensor* x, float eps,
                            bool bf16 = false);

// x (1 + erf(x / sqrt 2)) / 2; erf to 4e-7. x is overwritten.
ggml_tensor* cpu_gelu(ggml_context* ctx, ggml_tensor* x);

// As nn::activate, on all threads: ggml's leaky ReLU runs on one. x is overwritten.
ggml_tensor* cpu_activate(ggml_context* ctx, Activation const& activation, ggml_tensor* x);

// As nn::channel_means.
ggml_tensor* cpu_channel_means(ggml_context* ctx, ggml_tensor* x);

// As nn::join_channels.
ggml_tensor* cpu_join_channels(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b, bool relu);

} // namespace echollama::nn
