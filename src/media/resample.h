// Changing the sample rate, by libsamplerate.
#pragma once

#include "media/audio.h"

#include <stop_token>

namespace echollama {

// Band-limited conversion of the whole recording (sinc interpolation, about 97 dB). The same rate is returned
// unchanged. Stops early, with what was converted until then, when stop is requested.
AudioBuffer resample(AudioBuffer const& audio, int rate, std::stop_token stop = {});

} // namespace echollama
