// Changing the sample rate, by libsamplerate.
#pragma once

#include "media/audio.h"

namespace echollama {

// Band-limited conversion of the whole recording (sinc interpolation, about 97 dB). The same rate is returned
// unchanged.
AudioBuffer resample(AudioBuffer const& audio, int rate);

} // namespace echollama
