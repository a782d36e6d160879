// Depthwise convolution on the CPU.
#pragma once

#include <ggml.h>

namespace echollama::nn {

// ReLU6(convolution(ReLU6(x)) + bias) with one kernel a channel and TensorFlow's "same" padding: x [c, w, h, n],
// kernel [c, k, k] with k = 3, 5 or 7, bias [c], all F32 → [c, ceil(w / stride), ceil(h / stride), n].
ggml_tensor* cpu_depthwise_relu6(ggml_context* ctx, ggml_tensor* kernel, ggml_tensor* bias, ggml_tensor* x, int stride);

} // namespace echollama::nn
