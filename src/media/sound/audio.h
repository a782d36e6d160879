// Sound in memory and in pieces.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace echollama {

// Mono samples in [-1, 1].
struct AudioBuffer {
    int rate = 0; // samples a second
    std::vector<float> samples;

    double seconds() const { return rate > 0 ? static_cast<double>(samples.size()) / rate : 0.0; }
};

// With half a second of silence on both sides, as listeners expect speech: whisper loses words at bare edges.
AudioBuffer with_silence_around(AudioBuffer sound);

// A word as it is spoken ("forty" for 40), and when it begins.
struct SpokenWord {
    std::string text;
    double start_s = 0; // after the beginning of its sentence
};

// One piece of a stream of speech. Pieces of one answer have one rate and one number of channels, and follow each other
// without a gap: first_sample is the index of the first frame in the whole answer.
struct AudioChunk {
    std::vector<float> samples; // [-1, 1]; with two channels left and right take turns
    int rate = 0;
    std::int64_t first_sample = 0;
    bool end = false; // the last piece of its sentence
    int channels = 1;
    // By voices that know, in order, each word once: told with the piece in which it begins, or earlier.
    std::vector<SpokenWord> words = {};

    // Samples a channel.
    std::int64_t frames() const { return static_cast<std::int64_t>(samples.size()) / channels; }
};

} // namespace echollama
