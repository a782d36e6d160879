// Measuring sound: power, colour, loudness, and the differences between two ears.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <random>
#include <vector>

namespace echollama::test {

struct Stereo {
    int rate = 0;
    std::vector<float> left, right;

    std::vector<float> mono() const {
        std::vector<float> sum(left.size());
        for (std::size_t i = 0; i < sum.size(); ++i) {
            sum[i] = (left[i] + right[i]) / 2;
        }
        return sum;
    }
};

inline Stereo split(std::vector<float> const& frames, int rate) {
    Stereo out{rate, {}, {}};
    for (std::size_t i = 0; i + 1 < frames.size(); i += 2) {
        out.left.push_back(frames[i]);
        out.right.push_back(frames[i + 1]);
    }
    return out;
}

inline double power(std::vector<float> const& samples) {
    double sum = 0;
    for (float value : samples) {
        sum += static_cast<double>(value) * value;
    }
    return sum / static_cast<double>(std::max<std::size_t>(samples.size(), 1));
}

inline double decibels(double ratio) {
    return 10 * std::log10(ratio);
}

inline std::vector<float> convolved(std::vector<float> const& signal, std::vector<float> const& filter) {
    std::vector<float> out(signal.size() + filter.size() - 1);
    for (std::size_t i = 0; i < signal.size(); ++i) {
        for (std::size_t k = 0; k < filter.size(); ++k) {
            out[i + k] += signal[i] * filter[k];
        }
    }
    return out;
}

// Second-order section: b0 b1 b2 a1 a2.
using Section = std::array<double, 5>;

inline std::vector<float> filtered(std::vector<float> samples, Section const& s) {
    double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    for (auto& value : samples) {
        double const x = value;
        double const y = s[0] * x + s[1] * x1 + s[2] * x2 - s[3] * y1 - s[4] * y2;
        x2 = x1;
        x1 = x;
        y2 = y1;
        y1 = y;
        value = static_cast<float>(y);
    }
    return samples;
}

// From R. Bristow-Johnson's "Cookbook formulae for audio equalizer biquad filter coefficients".
inline Section band_pass(double hz, double octaves, int rate) {
    double const w = 2 * std::numbers::pi * hz / rate;
    double const alpha = std::sin(w) * std::sinh(std::log(2.0) / 2 * octaves * w / std::sin(w));
    double const a0 = 1 + alpha;
    return {alpha / a0, 0, -alpha / a0, -2 * std::cos(w) / a0, (1 - alpha) / a0};
}

// Steep enough that what is outside does not count, whatever the colour of the sound.
inline std::vector<float> only_band(std::vector<float> samples, double hz, double octaves, int rate) {
    for (int pass = 0; pass < 4; ++pass) {
        samples = filtered(std::move(samples), band_pass(hz, octaves, rate));
    }
    return samples;
}

// Noise with the colour and the syllables of speech.
inline std::vector<float> speech_like(std::size_t count, int rate, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> noise(0, 1);
    std::vector<float> out(count);
    for (auto& value : out) {
        value = noise(random);
    }
    out = filtered(out, band_pass(350, 2, rate));
    for (std::size_t i = 0; i < count; ++i) {
        double const syllable = std::sin(2 * std::numbers::pi * 4 * static_cast<double>(i) / rate);
        out[i] *= static_cast<float>(0.5 * syllable * syllable);
    }
    return out;
}

// Seconds by which the left ear hears later (from the right: positive): the largest cross-correlation around 500 Hz,
// where ears use time most.
inline double time_difference(Stereo const& sound) {
    auto const left = only_band(sound.left, 500, 2, sound.rate), right = only_band(sound.right, 500, 2, sound.rate);
    int const reach = sound.rate / 1000, count = static_cast<int>(left.size());
    std::vector<double> sums;
    for (int lag = -reach; lag <= reach; ++lag) {
        double sum = 0;
        for (int i = reach; i + reach < count; ++i) {
            sum += static_cast<double>(left[static_cast<std::size_t>(i + lag)]) * right[static_cast<std::size_t>(i)];
        }
        sums.push_back(sum);
    }
    auto const best = std::max_element(sums.begin() + 1, sums.end() - 1);
    double const a = best[-1], b = best[0], c = best[1];
    double const fraction = 0.5 * (a - c) / (a - 2 * b + c);
    return (static_cast<double>(best - sums.begin()) + fraction - reach) / sound.rate;
}

// Decibels by which the right ear hears more.
inline double level_difference(Stereo const& sound) {
    return decibels(power(sound.right) / power(sound.left));
}

// The same in four octaves.
inline std::vector<double> level_differences(Stereo const& sound) {
    std::vector<double> out;
    for (double hz : {700.0, 1400.0, 2800.0, 5600.0}) {
        out.push_back(level_difference(
            {sound.rate, only_band(sound.left, hz, 1, sound.rate), only_band(sound.right, hz, 1, sound.rate)}));
    }
    return out;
}

// Loudness of the whole in LUFS (ITU-R BS.1770-4, without gates), at 48 kHz.
inline double loudness(Stereo const& sound) {
    constexpr Section shelf{1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585};
    constexpr Section high{1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621};
    auto const weighted = [&](std::vector<float> const& samples) {
        return power(filtered(filtered(samples, shelf), high));
    };
    return -0.691 + decibels(weighted(sound.left) + weighted(sound.right));
}

} // namespace echollama::test
