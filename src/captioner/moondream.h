// Moondream2 as its own code (github.com/vikhyat/moondream) runs it: our vision encoder before libllama's phi2.
#pragma once

#include "roles/roles.h"

#include <filesystem>
#include <memory>
#include <string>

namespace echollama {

struct MoondreamOptions {
    int threads = 2;
    std::string device = "cpu"; // of both models, as nn::make_backend names them
    int max_tokens = 256;       // of an answer, as the original
};

// `text` and `vision` as convert/moondream.h writes them. Throws Error when one is missing, damaged, or they do not
// belong together. The last picture stays in the text model's memory: a second question about it is answered at
// once. A stop is
// heard between the layers of either network.
std::unique_ptr<Captioner> make_moondream_captioner(std::filesystem::path const& text,
                                                    std::filesystem::path const& vision,
                                                    MoondreamOptions const& options = {});

} // namespace echollama
