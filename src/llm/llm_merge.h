// An adapter worked into the language model that it was taught on: nothing is left to be computed beside it.
#pragma once

#include "formats/gguf_writer.h"

#include <filesystem>

namespace echollama {

// Writes `output`: the model `base` (GGUF, its weights of any type) whose matrices are W + strength · alpha / rank · B
// A of the adapter (GGUF, llama.cpp's names and arch), the sum in float64, stored as `type`; vectors stay float32. A
// few megabytes are in memory at once. Throws Error when a file is damaged, the adapter is none or of another model;
// Cancelled when options.stop asks for it. Then `output` is as it was before.
void merge_llm(std::filesystem::path const& base, std::filesystem::path const& adapter,
               std::filesystem::path const& output, convert::WeightType type, float strength = 1,
               convert::WriteOptions const& options = {});

} // namespace echollama
