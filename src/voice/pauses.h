// Pauses in made speech.
#pragma once

#include <vector>

namespace echollama {

// Networks pause for long, most of all where a sentence ends: each stretch of at least 0.2 s in which no sample is
// above 0.01 keeps its first fifth. Mono samples in [-1, 1]; `rate`: samples a second.
std::vector<float> shorten_pauses(std::vector<float> const& samples, int rate);

} // namespace echollama
