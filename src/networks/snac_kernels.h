// The one CPU kernel that SNAC needs, fused so that activations pass through memory once a layer:
//   Snake → depthwise convolution (7 taps) → Snake → matrix product over a window of rows → bias, residual, noise or
//   tanh
// with every part optional. Activations are rows of channels (channel fastest), so that a window of neighbouring rows
// is one contiguous vector: a 1x1 convolution (1 row), a strided convolution (2 s rows, step s) and a transposed
// convolution (2 rows, all s output phases side by side) are the same product.
// Each output element is summed in one fixed order whatever the tiling, so that cutting the time axis differently gives
// the same bits.
// Why not ggml's own operations: docs/performance.md, "SNAC".
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace echollama::snac {

// A matrix [inputs, outputs] in panels as the product reads it.
struct PackedMatrix {
    int inputs = 0;
    int outputs = 0;
    std::vector<float> panels;
};
// rows: `outputs` rows of `inputs` values.
PackedMatrix pack(std::vector<float> const& rows, int inputs, int outputs);
std::vector<float> unpack(PackedMatrix const& packed);

struct Layer {
    enum class Finish { plain, residual, noise, tanh };

    int channels = 0; // of the input; a multiple of 16 where Snake or the depthwise convolution is used
    // Snake x + sin²(a x) / (a + 1e-9) before the depthwise convolution, or before the product when there is none.
    std::vector<float> alpha, inverse_alpha;
    // Depthwise convolution, [7][channels], zero padding 3 * dilation.
    std::vector<float> depthwise, depthwise_bias;
    int dilation = 1;
    std::vector<float> alpha2, inverse_alpha2; // Snake after the depthwise convolution

    // Product: output row r sees input rows r * step - pad … r * step - pad + taps - 1, zeros outside. taps 0: none.
    int taps = 1, step = 1, pad = 0;
    PackedMatrix weight;
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

// Part `part` of `parts` of layer(x): x [channels, steps] → y. noise: one value a step for Finish::noise.
void run(Layer const& layer, float const* x, std::int64_t steps, float const* noise, float* y, float* scratch, int part,
         int parts);

} // namespace echollama::snac
