// Mono sound in memory and in pieces.
#pragma once

#include <cstdint>
#include <vector>

namespace echollama {

// Mono samples in [-1, 1].
struct AudioBuffer {
    int rate = 0; // samples a second
    std::vector<float> samples;

    double seconds() const { return rate > 0 ? static_cast<double>(samples.size()) / rate : 0.0; }
};

// One piece of a stream of speech. Pieces of one answer have one rate and follow each other without a gap:
// first_sample is the index of samples[0] in the whole answer.
struct AudioChunk {
    std::vector<float> samples; // mono, [-1, 1]
    int rate = 0;
    std::int64_t first_sample = 0;
    bool end = false; // the last piece of its sentence
};

} // namespace echollama
