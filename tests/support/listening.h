// What tests of speech recognition share: the starter model, a recording, and texts that can be compared.
#pragma once

#include "support/paths.h"
#include "support/support.h"

#include <cctype>
#include <filesystem>
#include <string>

namespace echollama::test {

inline std::filesystem::path whisper_model() {
    return models_dir() / "whisper-tiny.en.bin";
}

inline std::filesystem::path silero_model() {
    return models_dir() / "silero-vad.bin";
}

inline std::filesystem::path jfk() {
    return whisper_samples_dir() / "jfk.mp3";
}

// Lower-case letters, and one space for each run of anything else behind a letter.
inline std::string words(std::string const& text) {
    std::string plain;
    for (char c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (std::isalpha(byte)) {
            plain += static_cast<char>(std::tolower(byte));
        } else if (!plain.empty() && plain.back() != ' ') {
            plain += ' ';
        }
    }
    return plain;
}

} // namespace echollama::test
