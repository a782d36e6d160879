// The voices.
#pragma once

#include "roles/roles.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace echollama {

// espeak-ng: instant, 80 to 900 words a minute, the same samples for the same text. `language` is an espeak-ng voice.
std::unique_ptr<Speaker> make_fast_voice(std::string const& language = "en-us");

// Words a minute of the fast voice at rate 1.
inline constexpr int normal_words_per_minute = 175;

// A Piper or Kokoro voice (read_voice_folder), by networks/vits.h or ONNX Runtime, which is loaded when it is asked
// for. `speaker`:
// the name or number of one of the model's (find_speaker). Throws Error when the folder, its files or the runtime
// cannot be used.
std::unique_ptr<Speaker> make_network_voice(std::filesystem::path const& path, std::string const& speaker, int threads);

struct VoiceChoice {
    // "natural", "fast", one of orpheus_voices, "none" (an Orpheus fine-tune without voice names), or the folder of a
    // Piper or Kokoro voice.
    std::string name = "natural";
    // An Orpheus language model (GGUF), or the folder of a Piper or Kokoro voice; empty: from the models folder
    // (orpheus*.gguf, piper-joe).
    std::filesystem::path model = {};
    std::filesystem::path snac = {}; // Orpheus' codec; empty: snac*.gguf beside the model or in the models folder
    std::vector<std::filesystem::path> adapters = {}; // GGUF, of what an Orpheus that is named was taught
    std::string language = {};                        // espeak-ng voice or language; empty: the voice's own
    std::string speaker = {};                         // of a model with several: name or number (find_speaker)
    std::string device = "cpu";                       // of Orpheus, as for nn::make_backend
    bool live = false; // heard while it is made: a voice that is late is replaced (standby_voice.h)
};

// The fast voice's part of the choice.
std::string fast_language(VoiceChoice const& choice);

// What make_speaker() would load from files, the model first: empty for a voice without a model. Throws nothing; files
// that are not there may be named.
std::vector<std::filesystem::path> speaker_files(VoiceChoice const& choice, std::filesystem::path const& models_dir);

// Without an Orpheus model the natural voice speaks, without a natural one the fast voice, and a warning says so. What
// the user named (VoiceChoice::model) must work. Built without espeak-ng (espeak.h) only Orpheus speaks. Throws Error,
// UsageError for a choice that cannot be.
std::unique_ptr<Speaker> make_speaker(VoiceChoice const& choice, std::filesystem::path const& models_dir, int threads);

} // namespace echollama
