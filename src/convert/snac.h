// SNAC 24 kHz (hubertsiuzdak/snac_24khz) → GGUF, weight norm folded.
#pragma once

#include "formats/gguf_writer.h"

#include <cstdint>
#include <filesystem>
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
// `layer` is the name without .weight.
SourceTensor folded_weight(TensorLookup const& find, std::string const& layer);

// Writes the file that Snac opens. `type` is for the large weights (f32 or f16); biases, Snake and code books stay f32.
// Throws Error naming the tensor that is missing or has another shape than the 24 kHz model.
void convert_snac(TensorLookup const& find, std::filesystem::path const& out, WeightType type);

// The same from a safetensors or PyTorch file. Throws Error when it cannot be read.
void convert_snac(std::filesystem::path const& source, std::filesystem::path const& out, WeightType type);

} // namespace echollama::convert
