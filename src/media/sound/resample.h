// Changing the sample rate, by libsamplerate (band-limited sinc interpolation, about 97 dB).
#pragma once

#include "media/sound/audio.h"

#include <memory>
#include <span>
#include <stop_token>
#include <vector>

namespace echollama {

// A stream changes its rate piece by piece. Cutting the input into other pieces never changes a single output sample;
// nothing is delayed against the input (sample 0 stays at time 0), and n samples become n * to / from, give or take
// one.
class Resampler {
  public:
    // Samples a second; 1/256 <= to / from <= 256. Throws Error.
    Resampler(int from, int to);
    ~Resampler();
    Resampler(Resampler&&) noexcept;
    Resampler& operator=(Resampler&&) noexcept;

    // The output that is certain by now; later output is at most a few milliseconds behind.
    std::vector<float> push(std::span<float const> samples);
    // The rest. Afterwards a new stream may begin.
    std::vector<float> finish();

  private:
    std::vector<float> process(std::span<float const> samples, bool end);

    struct State;
    std::unique_ptr<State> state_; // null: the rates are equal
    double ratio_ = 1;
};

// The whole recording. The same rate is returned unchanged. Stops early, with what was converted until then, when stop
// is requested.
AudioBuffer resample(AudioBuffer const& audio, int rate, std::stop_token stop = {});

} // namespace echollama
