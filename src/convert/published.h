// Recognises a published checkpoint by its tensor names and converts it.
#pragma once

#include "formats/gguf_writer.h"

#include <filesystem>
#include <string>

namespace echollama::convert {

struct PublishedOptions {
    std::filesystem::path base = {}; // the model that a LoRA adapter belongs to
    WriteOptions write = {};         // heeded where conversion takes long: language models and their adapters
};

// DETR ResNet-50, DPT-Hybrid, MiDaS v2.1 small, EfficientNet-Lite2, SNAC 24 kHz, Moondream2, a language model of the
// LLaMA family or a LoRA adapter for one, from safetensors or a PyTorch file (or the folder of one), under the names of
// Hugging Face or of the original code. Returns what it was, in plain words. Throws Error when the file is damaged, of
// another kind, or cannot be stored as `type`.
std::string convert_published(std::filesystem::path const& source, std::filesystem::path const& output, WeightType type,
                              PublishedOptions const& options = {});

} // namespace echollama::convert
