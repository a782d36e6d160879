#include "listener/speech_level.h"

#include "listener/vad.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

constexpr float rumble_hz = 40;
constexpr float wanted_rms = 0.1F;     // -20 dBFS
constexpr float audible_rms = 0.0001F; // -80 dBFS: below is the last bit of 16
constexpr float highest_gain = 1000;   // 60 dB

// RMS that one frame in twenty exceeds.
float loud_rms(std::span<float const> samples) {
    return samples.empty() ? 0 : quantile(frame_levels(samples), 0.95);
}

} // namespace

void high_pass(std::span<float> samples, int rate, float cut_hz) {
    if (samples.empty()) {
        return;
    }
    // y[n] = a (y[n-1] + x[n] - x[n-1]), the analogue RC filter sampled; a = RC / (RC + 1 / rate).
    double const rc = 1 / (2 * std::numbers::pi * static_cast<double>(cut_hz));
    double const a = rc / (rc + 1.0 / rate);
    double before = samples[0];
    double out = 0;
    for (auto& sample : samples) {
        out = a * (out + static_cast<double>(sample) - before);
        before = sample;
        sample = static_cast<float>(out);
    }
}

std::vector<float> levelled_speech(std::vector<float> samples, int rate) {
    for (auto& sample : samples) { // one NaN would spread through the whole network
        sample = std::isfinite(sample) ? std::clamp(sample, -8.0F, 8.0F) : 0.0F;
    }
    high_pass(samples, rate, rumble_hz);
    float const loud = loud_rms(samples);
    if (loud < audible_rms) {
        return samples;
    }
    float const gain = std::clamp(wanted_rms / loud, 1.0F, highest_gain);
    for (auto& sample : samples) {
        sample = std::clamp(sample * gain, -1.0F, 1.0F);
    }
    return samples;
}

} // namespace echollama
