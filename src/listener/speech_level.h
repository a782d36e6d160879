// Recordings brought to the level and place that speech recognition expects, whatever the microphone and its plug did.
#pragma once

#include <span>
#include <vector>

namespace echollama {

// First-order high-pass filter at `cut_hz`, 3 dB down there and 6 dB an octave below: takes away a constant offset, and
// begins at the first sample's value so that an offset makes no click.
void high_pass(std::span<float> samples, int rate, float cut_hz);

// Without offset and rumble (high_pass at 40 Hz), and with the loud moments (95th percentile of the frames' RMS) at -20
// dBFS or above, when there is anything louder than -80 dBFS in it: whisper and the gates before it were made for such
// levels. Quiet recordings are raised by at most 60 dB; loud ones stay as they are, for lowered ones are understood
// worse (docs/performance.md, "Conversation"). Single peaks that would leave [-1, 1] are clipped.
std::vector<float> levelled_speech(std::vector<float> samples, int rate);

} // namespace echollama
