// MobileNetV3-CenterNet (80 COCO classes) from its TensorFlow.js graph model to GGUF.
#pragma once

#include "formats/gguf_writer.h"

#include <filesystem>

namespace echollama::convert {

// Depthwise kernels and biases stay float32; `type` is for the 1x1 convolutions. Throws Error when the files are not
// this network.
void convert_centernet(std::filesystem::path const& json, std::filesystem::path const& bin,
                       std::filesystem::path const& output, WeightType type);

} // namespace echollama::convert
