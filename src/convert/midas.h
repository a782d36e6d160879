// MiDaS depth networks to GGUF: DPT-Hybrid (Hugging Face or original names) and v2.1 small.
#pragma once

#include "formats/checkpoint.h"
#include "formats/gguf_writer.h"

#include <filesystem>

namespace echollama::convert {

bool is_dpt_hybrid(Checkpoint const& file);
bool is_midas_small(Checkpoint const& file);

// Weight standardisation and batch norms are folded; matrices and convolutions get `type`, everything else stays
// float32. Throw Error when a tensor is missing or has another shape.
void convert_dpt_hybrid(Checkpoint const& file, std::filesystem::path const& output, WeightType type);
void convert_midas_small(Checkpoint const& file, std::filesystem::path const& output, WeightType type);

} // namespace echollama::convert
