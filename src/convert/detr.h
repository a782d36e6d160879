// DETR ResNet-50 (facebook/detr-resnet-50) to GGUF, from the Hugging Face names or the original ones.
#pragma once

#include "formats/checkpoint.h"
#include "formats/gguf_writer.h"

#include <filesystem>

namespace echollama::convert {

bool is_detr(Checkpoint const& file);

// Frozen batch norms are folded; matrices and convolutions get `type`, everything else stays float32. Throws Error
// when a tensor is missing or has another shape.
void convert_detr(Checkpoint const& file, std::filesystem::path const& output, WeightType type);

} // namespace echollama::convert
