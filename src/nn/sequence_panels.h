// How matrices of networks over time lie in memory and, for some, in their files (nn/cpu/sequence_layer.h).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace echollama::nn::sequence {

// Columns of a panel, the same on every processor. Panels of a matrix [inputs, outputs] lie one behind the other, in
// each the columns of one input side by side; the last is filled up with zeros.
inline constexpr int panel_columns = 16;

// Floats of all panels.
std::size_t panel_floats(int inputs, int outputs);

struct Matrix {
    int inputs = 0;
    int outputs = 0;
    std::span<float const> panels;  // panel_floats()
    std::unique_ptr<float[]> owned; // nullptr: they lie in a file
};
// rows: `outputs` rows of `inputs` values.
Matrix pack(std::span<float const> rows, int inputs, int outputs);
std::vector<float> unpack(Matrix const& matrix);

// The rows of a transposed convolution of 2 s taps, s steps apart, kernel [tap][out][in], as a product over two
// neighbouring input rows: step t s + p of the uncropped signal is w[p + s] x[t - 1] + w[p] x[t], so output t of the
// product holds the s steps t s … t s + s - 1 side by side.
std::vector<float> transposed_rows(std::span<float const> kernel, int in, int out, int stride);

} // namespace echollama::nn::sequence
