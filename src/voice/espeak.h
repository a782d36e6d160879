// espeak-ng. It is one global engine that carries much from one text to the next (a counter that lets the pitch waver,
// phases of waves, settings of the language), so each call works on a fresh copy of the engine as it was started. Built
// with ECHOLLAMA_ESPEAK=OFF, everything here but is_built_in() throws an Error that says so.
#pragma once

#include "media/sound/audio.h"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace echollama::espeak {

struct Voice {
    std::string name = "en-us"; // espeak-ng voice or language
    int words_per_minute = 175; // 80..900
    int pitch = 50;             // 0..100, 50 is the voice's own
};

// Whether this program has the engine in it.
bool is_built_in();

// Samples a second of what speak() delivers. Throws Error when espeak-ng's data are missing.
int sample_rate();

// Mono samples in [-1, 1] in pieces as they are made, with the words that were begun; `sink` returns false to stop. The
// same text and voice give the same samples. Throws Error for an unknown voice.
using Sink = std::function<bool(std::span<float const> samples, std::vector<SpokenWord> words)>;
void speak(std::string const& text, Voice const& voice, Sink const& sink);

// International Phonetic Alphabet as Unicode code points, clause by clause, with the clauses' own punctuation kept
// between them as Piper's voices expect.
std::vector<std::int32_t> phonemes(std::string const& text, std::string const& voice);
// Those of several texts, at the cost of one call. The first one's are as if it were alone; of the others the engine
// may remember what went before.
std::vector<std::vector<std::int32_t>> phonemes(std::vector<std::string> const& texts, std::string const& voice);

} // namespace echollama::espeak
