// The Orpheus voice: a language model that writes sound codes, and the SNAC codec that makes them heard.
#pragma once

#include "llm/llm.h"
#include "nn/backend.h"
#include "roles/roles.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace echollama {

struct OrpheusOptions {
    std::string voice = "tara"; // one of orpheus_voices; empty for fine-tunes without voice names
    int threads = 2;
    std::string device = nn::cpu_device; // of both models, as for nn::make_backend
    int context = 4096;                  // tokens
    std::vector<LlmAdapter> adapters = {};
    // canopyai's: without a repetition penalty of 1.1 or more the model does not end; higher speaks faster.
    float temperature = 0.6F;
    float top_p = 0.9F;
    float repeat_penalty = 1.1F; // over the whole answer
    std::uint32_t seed = 0;      // the same seed speaks the same sentence in the same way
    bool noise = true;           // SNAC's noise blocks
};

// Speaks while the model still writes: the first sound comes after 21 tokens, first and last frames included. 24 kHz.
// The model writes up to eight seconds ahead of a sink that waits. <laugh> and the other orpheus_emotions are acted.
// Throws Error when a file cannot be used, the model is not an Orpheus, or the voice is unknown.
std::unique_ptr<Speaker> make_orpheus_speaker(std::filesystem::path const& llm, std::filesystem::path const& snac,
                                              OrpheusOptions const& options = {});

} // namespace echollama
