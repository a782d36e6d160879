// GELU in its tanh form, exact to float32: ggml's own looks the value up in a table of F16 numbers on the CPU.
#pragma once

#include <ggml.h>

#include <cstddef>

namespace echollama::nn {

// x sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)) = 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), as
// torch.nn.GELU(approximate="tanh"). In place is allowed.
void gelu_tanh(float const* x, float* y, std::size_t count);

// The same as a node of a graph; x F32 and contiguous. On another backend than the CPU it is ggml's own.
ggml_tensor* gelu_tanh(ggml_context* ctx, ggml_tensor* x, bool on_cpu);

} // namespace echollama::nn
