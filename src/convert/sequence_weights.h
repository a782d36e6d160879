// Layers of networks over time (the codec, the Piper voices) as their GGUF files hold them.
#pragma once

#include "formats/gguf_writer.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace echollama::convert {

struct SourceTensor {
    std::vector<std::int64_t> shape; // PyTorch order, slowest dimension first
    std::vector<float> values;
};
// A tensor of the checkpoint by its name; empty when there is none.
using TensorLookup = std::function<std::optional<SourceTensor>(std::string const& name)>;

// w = g v / |v|, the norm over all dimensions but the first (torch.nn.utils.weight_norm with dim 0). Understands both
// spellings: parametrizations.weight.original0/1 and weight_g/weight_v, and weights that are folded already.
// `layer` is the name without .weight. Throws Error, ending in `hint`.
SourceTensor folded_weight(TensorLookup const& find, std::string const& layer, std::string const& hint);

// Everything throws Error naming the tensor that is missing or has another shape; `hint` says what is expected instead
// ("only the 24 kHz SNAC model can be converted").
struct SequenceWeights {
    TensorLookup const& find;
    GgufWriter& out;
    WeightType type; // of products; biases, depthwise kernels and whatever else is multiplied one by one stay f32
    std::string hint;

    SourceTensor require(std::string const& name, std::vector<std::int64_t> const& shape) const;
    void vector(std::string const& name, std::int64_t n) const;
    // The values of a tensor [shape] as a vector.
    void flat(std::string const& name, std::vector<std::int64_t> const& shape) const;
    // Conv1d NAME.weight [out, in, taps] as a row of a window for each output, channel fastest.
    std::vector<float> rows(std::string const& name, std::int64_t in, std::int64_t n_out, std::int64_t taps) const;
    // The same as ggml [in, taps, out]; and NAME.bias.
    void conv(std::string const& name, std::int64_t in, std::int64_t n_out, std::int64_t taps, bool bias = true) const;
    // Depthwise [channels, 1, taps] → ggml [channels, taps]
    void depthwise(std::string const& name, std::int64_t channels, std::int64_t taps) const;
    // ConvTranspose1d NAME.weight [in, out, taps] as [tap][out][in]
    std::vector<float> kernel(std::string const& name, std::int64_t in, std::int64_t n_out, std::int64_t taps) const;
    // The same as ggml [in, out, taps]; and NAME.bias.
    void transposed(std::string const& name, std::int64_t in, std::int64_t n_out, std::int64_t taps) const;
};

} // namespace echollama::convert
