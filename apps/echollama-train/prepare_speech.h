// echollama-train prepare-speech: recordings to the tokens that a speaking language model learns from.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

namespace echollama {

struct SpeechPreparation {
    std::filesystem::path folder, model, snac, output;
    int threads = 1;
    std::stop_token stop;
};

// Writes a JSON object a line to `output`, which 'echollama-train sft' reads. told: how far it is. Throws Error, and
// Cancelled on a stop; the output is then not there.
void prepare_speech(SpeechPreparation const& what, std::function<void(std::string const& text)> const& told);

} // namespace echollama
