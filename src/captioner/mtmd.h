// Any text model with a vision encoder that llama.cpp's libmtmd knows: SmolVLM, Gemma 3, Qwen-VL, LLaVA, and Moondream2
// in the form that llama.cpp lists.
#pragma once

#include "roles/roles.h"

#include <filesystem>
#include <memory>
#include <string>

namespace echollama {

struct MtmdOptions {
    int threads = 2;
    std::string device = "cpu"; // of both models, as nn::make_backend names them
    int context = 4096;         // tokens; a picture takes from 64 to some thousands
    int max_tokens = 256;
};

// `text` and `mmproj` as llama.cpp's tools name them. Throws Error when one is missing, damaged, or they do not belong
// together.
//
// Models with a chat template are asked in it; what the user says is never read as special tokens. Moondream2 (arch
// phi2) is asked as its own code does, not in the template that its file carries (which has no place for the picture),
// and its picture is squashed to the encoder's square first, because libmtmd would pad it with grey, which the model
// never saw. What libmtmd does not do for Moondream2: tiles or overlapping crops (its file holds a projection of one
// picture). Prefix attention, which the weights of 2025 were trained with, is done here.
std::unique_ptr<Captioner> make_mtmd_captioner(std::filesystem::path const& text, std::filesystem::path const& mmproj,
                                               MtmdOptions const& options = {});

} // namespace echollama
