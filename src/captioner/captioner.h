// Opens a captioner from its files, whatever kind they are.
#pragma once

#include "roles/roles.h"

#include <filesystem>
#include <memory>
#include <string>

namespace echollama {

struct CaptionerFiles {
    std::filesystem::path model;  // the text model (GGUF)
    std::filesystem::path vision; // the vision encoder (GGUF); empty: found beside the model
};

// Moondream2 as `models convert` writes it, or any pair of text model and mmproj that llama.cpp's libmtmd knows
// (Moondream2, SmolVLM, Gemma 3, Qwen-VL, LLaVA …). Throws Error when a file is missing, damaged, or they do not belong
// together. `device`: see nn::make_backend. A stop is answered at once, wherever the networks are; what is still being
// computed ends on its own thread, and the next caption waits for it.
std::unique_ptr<Captioner> make_captioner(CaptionerFiles const& files, int threads, std::string const& device = "cpu");

// The vision encoder that belongs to a text model: MODEL-vision.gguf, else the only *mmproj*.gguf of the folder. Empty:
// there is none.
std::filesystem::path find_vision_file(std::filesystem::path const& model);

} // namespace echollama
