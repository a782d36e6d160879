// DETR ResNet-50 (facebook/detr-resnet-50) to GGUF, from the Hugging Face names or the original ones.
#pragma once

#include "formats/checkpoint.h"
#include "formats/gguf_writer.h"

#include <filesystem>
#include <string>
#include <vector>

namespace echollama::convert {

bool is_detr(Checkpoint const& file);

// What its classes are called, the last one "no object": `id2label` of the config.json beside it where that has a name
// for each of them ("N/A" where a number is left out), else COCO's where there are as many. Throws Error where the
// names are missing or do not fit.
std::vector<std::string> detr_labels(Checkpoint const& file);

// Frozen batch norms are folded; matrices and convolutions get `type`, everything else stays float32. Throws Error
// when a tensor is missing or has another shape.
void convert_detr(Checkpoint const& file, std::filesystem::path const& output, WeightType type);

} // namespace echollama::convert
