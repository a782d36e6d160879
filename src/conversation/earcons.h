// Short quiet sounds that tell whose turn it is.
#pragma once

#include <vector>

namespace echollama {

enum class Earcon {
    listening,   // speak now: two tones that rise
    thinking,    // heard; the answer is being made: one low soft tone
    interrupted, // what was said was stopped: two tones that fall
};

// Mono samples, at most 0.12 seconds, never louder than 0.08; begins and ends without a click.
std::vector<float> earcon(Earcon kind, int rate);

} // namespace echollama
