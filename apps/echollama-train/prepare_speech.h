// echollama-train prepare-speech: recordings to the tokens that a speaking language model learns from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama {

struct SpeechPreparation {
    std::filesystem::path folder, snac, output;
    int threads = 1;
    std::stop_token stop;
};

// The model's tokens of a text, and how many tokens it has.
struct SpeechVocabulary {
    std::function<std::vector<std::int32_t>(std::string const& text)> tokenize;
    std::int64_t size = 0;
};

// Writes a JSON object a line to `output`, which 'echollama-train sft' reads. told: how far it is. Throws Error, and
// Cancelled on a stop; the output is then not there.
void prepare_speech(SpeechPreparation const& what, SpeechVocabulary const& vocabulary,
                    std::function<void(std::string const& text)> const& told);

// The same into a file of the folder `output`, whose name tells recordings, texts and codec; what is there already is
// not made again. Gives the file.
std::filesystem::path prepare_speech_once(SpeechPreparation what, SpeechVocabulary const& vocabulary,
                                          std::function<void(std::string const& text)> const& told);

} // namespace echollama
