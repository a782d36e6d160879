// Moondream2 (vikhyatk/moondream2, safetensors) to two GGUF files: the text model as llama.cpp's phi2, and the vision
// encoder in our own layout (networks/moondream_vision.h).
#pragma once

#include "formats/checkpoint.h"
#include "formats/gguf_writer.h"

#include <filesystem>

namespace echollama::convert {

bool is_moondream(Checkpoint const& file);

// Where the vision encoder of the text model `text` goes: "moondream2.gguf" → "moondream2-vision.gguf".
std::filesystem::path moondream_vision_path(std::filesystem::path const& text);

// Reads tokenizer.json beside the checkpoint. Writes the text model to `output` and the vision encoder to
// moondream_vision_path(output), with what the weights were trained with as moondream.revision:
//   "2024-03"  until 2024-05-19: one squashed picture, causal attention
//   "2024-05"  2024-05-20 to the end of 2024 (the paper's): up to four tiles, causal attention
//   "2025-01"  2025: overlapping crops; the picture's part of the text sees the whole of itself
//   "2025-06"  the same with a tokenizer of its own
// Numbers stream through. Throws Error when a tensor is missing or has another shape, or without the tokenizer, and
// Cancelled.
void convert_moondream(Checkpoint const& file, std::filesystem::path const& output, WeightType type,
                       WriteOptions const& options = {});

} // namespace echollama::convert
