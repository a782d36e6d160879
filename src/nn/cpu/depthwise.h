// Depthwise convolution on the CPU, alone or behind the 1x1 convolution that widens its input.
#pragma once

#include "nn/cpu/panels.h"
#include "nn/layers.h"

#include <ggml.h>

namespace echollama::nn {

// Of the numbers that are convolved, and of the result.
struct DepthwiseActivations {
    Activation before, after;
};

// after(convolution(before(x')) + bias) with one kernel a channel and TensorFlow's "same" padding, where x' is x [c, w,
// h, n] or, with `expand` (its inputs one chunk), the product of each pixel with it, whose lines stay in the cache.
// kernel [c', k, k] with k = 3, 5 or 7 and bias [c'] (or nullptr) are F32 → [c', ceil(w / stride), ceil(h / stride),
// n], F32 or BF16 (only where the processor has it).
ggml_tensor* cpu_depthwise(ggml_context* ctx, PackedMatrix const* expand, ggml_tensor* kernel, ggml_tensor* bias,
                           ggml_tensor* x, int stride, DepthwiseActivations const& activations, bool bf16_output);

} // namespace echollama::nn
