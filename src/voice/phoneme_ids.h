// Phonemes as the numbers that a voice's network takes.
#pragma once

#include "voice/voice_folder.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <unordered_map>
#include <vector>

namespace echollama {

// A phoneme's code point and its number.
using PhonemeIds = std::unordered_map<std::int32_t, std::int64_t>;

// Reads tokens.txt: a line "symbol id" each, in which the symbol may itself be a space. Symbols of several code points
// are left out, for no phoneme is one. Throws Error when a line is none, or when the file lacks a number that sentences
// of this kind of voice need.
PhonemeIds read_phoneme_ids(std::filesystem::path const& file, VoiceFolder::Kind kind);

struct NumberedPhonemes {
    std::vector<std::int64_t> ids;
    std::vector<std::size_t> places; // of each phoneme: the index of its number, or of the next one where it has none
};

// A sentence as the network was trained on it. Piper: a start, an end, and a blank after everything but the end
// (piper-phonemize, phoneme_ids.cpp). Kokoro: zeros around (hexgrad/kokoro, model.py). Phonemes that the voice does not
// know are left out.
NumberedPhonemes phoneme_ids(PhonemeIds const& ids, VoiceFolder::Kind kind, std::span<std::int32_t const> phonemes);

} // namespace echollama
