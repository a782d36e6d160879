// One layer of networks over time (the codec, the Piper voices) on the CPU, fused so that activations pass through
// memory once:
//   Snake or leaky ReLU → depthwise convolution (7 taps) → Snake → matrix product over a window of rows → bias, sums,
//   noise or tanh
// with every part optional. Activations are rows of channels (channel fastest), so that a window of neighbouring rows
// is one contiguous vector: a 1x1 convolution (1 row), a strided convolution (2 s rows, step s) and a transposed
// convolution (2 rows, all s output phases side by side) are the same product.
// Each output element is summed in one fixed order whatever the tiling, so that cutting the time axis differently gives
// the same bits.
// Why not ggml's own operations: docs/performance.md, "SNAC".
#pragma once

#include "nn/sequence_panels.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace echollama::nn::sequence {

struct Layer {
    enum class Finish { plain, noise, tanh };

    int channels = 0; // of the input; a multiple of 16 where there is an activation or a depthwise convolution
    // Snake x + sin²(a x) / (a + 1e-9) before the depthwise convolution, or before the product when there is none.
    std::vector<float> alpha, inverse_alpha;
    float slope = 1; // leaky ReLU in its place: what is below zero times this, at most 1 (0: ReLU, 1: as it is)
    // Depthwise convolution, [7][channels], zero padding 3 * dilation.
    std::vector<float> depthwise, depthwise_bias;
    int dilation = 1;
    std::vector<float> alpha2, inverse_alpha2; // Snake after the depthwise convolution

    // Product: output row r sees `taps` input rows, the first r * step - pad, each `spread` behind the one before;
    // zeros outside. taps 0: none.
    int taps = 1, step = 1, pad = 0, spread = 1;
    Matrix weight;
    // Of two neighbouring taps with step 1, their sum [channels, columns]: then two output rows take three products
    // instead of four. Empty: not used.
    Matrix both_taps;
    std::vector<float> bias;     // one a column, or empty
    std::int64_t crop_front = 0; // values dropped from the front of the flat output (transposed convolution)
    Finish finish = Finish::plain;

    // The transposed convolution makes one row more than it has inputs and `phases` output steps a row.
    bool transposed = false;
    int phases = 1;

    std::int64_t output_steps(std::int64_t input_steps) const;
    int output_channels() const;
    // Floats of scratch memory one thread needs.
    std::size_t scratch(std::int64_t input_steps, int threads) const;
};

// What a layer reads and writes.
struct Rows {
    float const* x = nullptr; // [channels, steps]
    std::int64_t steps = 0;
    std::array<float const*, 2> added{}; // of the output's shape; nullptr: none
    float const* noise = nullptr;        // Finish::noise: what each step's products are multiplied by
    float* y = nullptr;                  // [output_channels(), output_steps(steps)]
};

// Part `part` of `parts` of the layer.
void run(Layer const& layer, Rows const& rows, float* scratch, int part, int parts);

} // namespace echollama::nn::sequence
