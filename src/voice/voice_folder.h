// Which voice a folder holds.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace echollama {

// A voice as prepare_piper_voice makes it: model.gguf, or model.onnx with its large numbers in model.weights, with
// tokens.txt and settings in voice.json. Or as sherpa-onnx publishes it, Piper: one .onnx with sherpa-onnx's metadata,
// tokens.txt, and settings in NAME.onnx.json; Kokoro: model.onnx, voices.bin, tokens.txt.
struct VoiceFolder {
    enum class Kind { piper, kokoro };
    Kind kind = Kind::piper;
    std::filesystem::path model, tokens, voices; // voices: Kokoro's style vectors
    std::string language = "en-us";              // espeak-ng voice that makes the phonemes
    int speakers = 1;
    std::vector<std::string> names; // of the speakers; empty: they have only numbers
    int sample_rate = 22050;
    std::size_t style_rows = 0, style_width = 0; // Kokoro: floats of one speaker, a row for each length of a clause
    float noise_scale = 0.667F, noise_w = 0.8F, length_scale = 1; // Piper
};

// `path`: the folder, or its .onnx file. What the files say of themselves is checked here, before a network is opened.
// Throws Error with one sentence that says what is missing.
VoiceFolder read_voice_folder(std::filesystem::path const& path);

// The speaker that the text names: one of voice.names, or a number from 0; empty: Kokoro's best (af_heart), or the
// first. Throws UsageError, which tells who there is.
int find_speaker(VoiceFolder const& voice, std::string const& wanted);
// The espeak-ng voice for this speaker: the first letter of Kokoro's names tells the language.
std::string speaker_language(VoiceFolder const& voice, int speaker);

} // namespace echollama
