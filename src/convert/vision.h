// Recognises a vision checkpoint by its tensor names and converts it.
#pragma once

#include "convert/gguf_writer.h"

#include <filesystem>
#include <string>

namespace echollama::convert {

// DETR ResNet-50, DPT-Hybrid or MiDaS v2.1 small, from safetensors or a PyTorch file. Returns what it was, in plain
// words. Throws Error when the file is damaged or of another kind.
std::string convert_vision(std::filesystem::path const& source, std::filesystem::path const& output, WeightType type);

} // namespace echollama::convert
