// GELU in its tanh form, exact to float32: ggml's own looks the value up in a table of F16 numbers on the CPU. A
// product does it to its results (ProductShape::gelu).
#pragma once

#include <cstddef>

namespace echollama::nn {

// x sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)) = 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), as
// torch.nn.GELU(approximate="tanh"). In place is allowed.
void gelu_tanh(float const* x, float* y, std::size_t count);

} // namespace echollama::nn
