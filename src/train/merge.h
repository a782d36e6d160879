// A model with its adapter worked into the weights.
#pragma once

#include <filesystem>

namespace echollama::train {

// Writes the published model in `base` (a folder with safetensors or PyTorch weights) with the PEFT adapter in
// `adapter` added, W + factor B A in float64, as a published folder `output`: model.safetensors in the base's own
// number types, and the configuration and tokenizer beside it. Tensors go through memory one by one. Throws Error when
// the adapter is of another model, changes what is not in it, or `output` is the base's own folder.
void merge_adapter(std::filesystem::path const& base, std::filesystem::path const& adapter,
                   std::filesystem::path const& output);

} // namespace echollama::train
