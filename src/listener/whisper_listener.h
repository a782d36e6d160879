// Speech to text by whisper.cpp.
#pragma once

#include "roles/roles.h"

#include <filesystem>
#include <memory>
#include <string>

namespace echollama {

struct WhisperOptions {
    std::filesystem::path vad_model; // Silero in whisper.cpp's format; empty: an energy rule finds the speech
    int threads = 4;
    std::string language = "en"; // "auto": let a multilingual model decide
    bool word_times = false;     // tell the words of each segment
    std::string device = "cpu";  // as nn::make_backend names them; the voice activity model stays on the processor
};

// Loads the model. Throws Error when the file is damaged, is no whisper.cpp model, or does not know the language.
// The listener resamples, finds the speech, and recognises it in pieces of at most 28 seconds; recordings without
// speech give an empty transcript. hear() returns within 200 ms of a stop with the pieces that were finished; a step of
// the network that is under way ends on its own thread.
std::unique_ptr<Listener> make_whisper_listener(std::filesystem::path const& model, WhisperOptions const& options);

} // namespace echollama
