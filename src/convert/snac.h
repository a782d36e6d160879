// SNAC 24 kHz (hubertsiuzdak/snac_24khz) → GGUF, weight norm folded.
#pragma once

#include "convert/sequence_weights.h"

#include <filesystem>

namespace echollama::convert {

// Writes the file that Snac opens. `type` is for the large weights (f32 or f16); biases, Snake and code books stay f32.
// Throws Error naming the tensor that is missing or has another shape than the 24 kHz model.
void convert_snac(TensorLookup const& find, std::filesystem::path const& out, WeightType type);

// The same from a safetensors or PyTorch file. Throws Error when it cannot be read.
void convert_snac(std::filesystem::path const& source, std::filesystem::path const& out, WeightType type);

} // namespace echollama::convert
