// NanoDet (80 COCO classes) from its TensorFlow.js graph model to GGUF.
#pragma once

#include "formats/gguf_writer.h"

#include <filesystem>

namespace echollama::convert {

// `type` is for the kernels; biases stay float32. The published weights are float16, so f16 loses nothing. Throws Error
// when the files are not this network.
void convert_nanodet(std::filesystem::path const& json, std::filesystem::path const& bin,
                     std::filesystem::path const& output, WeightType type);

} // namespace echollama::convert
