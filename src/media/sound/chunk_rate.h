// Speech at the rate that its listener expects.
#pragma once

#include "media/sound/audio.h"

#include <functional>

namespace echollama {

// Passes mono chunks on at `rate` samples a second, whatever rate they come with; chunks that have it already pass
// unchanged. One sentence (up to the chunk with `end`) is one stream.
std::function<void(AudioChunk&&)> at_rate(int rate, std::function<void(AudioChunk&&)> sink);

} // namespace echollama
