// What makes speech hard to understand, and what is no speech at all: made here, the same every time. Mono, [-1, 1].
#pragma once

#include "base/counter_rng.h"
#include "listener/vad.h"
#include "media/sound/audio.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

namespace echollama::test {

using Samples = std::vector<float>;

inline Samples white_noise(std::size_t count, std::uint64_t seed) {
    Samples noise(count);
    for (std::size_t i = 0; i < count; ++i) {
        noise[i] = normal(seed, i);
    }
    return noise;
}

// Falls by 3 dB an octave: Paul Kellet's filter of white noise (within 0.05 dB above 9 Hz at 44.1 kHz).
inline Samples pink_noise(std::size_t count, std::uint64_t seed) {
    auto noise = white_noise(count, seed);
    float b[6] = {};
    constexpr float poles[] = {0.99886F, 0.99332F, 0.96900F, 0.86650F, 0.55000F, -0.7616F};
    constexpr float gains[] = {0.0555179F, 0.0750759F, 0.1538520F, 0.3104856F, 0.5329522F, -0.0168980F};
    for (auto& sample : noise) {
        float sum = sample * 0.5362F;
        for (int i = 0; i < 6; ++i) {
            b[i] = poles[i] * b[i] + gains[i] * sample;
            sum += b[i];
        }
        sample = sum;
    }
    return noise;
}

// Several recordings of speech at once, each from another place on and round and round.
inline Samples babble(std::vector<Samples> const& speech, std::size_t count, std::uint64_t seed, int talkers = 6) {
    Samples mixed(count, 0.0F);
    for (int t = 0; t < talkers; ++t) {
        auto const& one = speech[static_cast<std::size_t>(t) % speech.size()];
        auto const from = splitmix64(seed, static_cast<std::uint64_t>(t)) % one.size();
        float const level = 0.1F / std::max(1e-6F, rms(one));
        for (std::size_t i = 0; i < count; ++i) {
            mixed[i] += level * one[(i + from) % one.size()];
        }
    }
    return mixed;
}

// The noise so loud that the speech stands `decibels` above it.
inline Samples with_noise(Samples speech, Samples const& noise, float decibels) {
    float const gain = rms(speech) / std::max(1e-9F, rms(noise)) * std::pow(10.0F, -decibels / 20);
    for (std::size_t i = 0; i < speech.size(); ++i) {
        speech[i] += gain * noise[i % noise.size()];
    }
    return speech;
}

// A room whose echo falls by 60 dB in `seconds`: exponentially decaying noise behind the direct sound (Polack's model),
// its energy `decibels` below it.
inline Samples in_a_room(Samples const& speech, int rate, float seconds, float decibels, std::uint64_t seed) {
    auto const length = static_cast<std::size_t>(seconds * static_cast<float>(rate));
    auto const before = static_cast<std::size_t>(rate / 100); // the first echo comes after 10 ms
    Samples echo(length);
    double energy = 0;
    for (std::size_t i = before; i < length; ++i) {
        echo[i] = normal(seed, i) * std::pow(10.0F, -3 * static_cast<float>(i) / static_cast<float>(length));
        energy += static_cast<double>(echo[i]) * echo[i];
    }
    auto const gain = static_cast<float>(std::sqrt(std::pow(10.0, -static_cast<double>(decibels) / 10) / energy));
    Samples heard(speech.size() + length);
    for (std::size_t i = 0; i < speech.size(); ++i) {
        heard[i] += speech[i];
        float const sample = gain * speech[i];
        for (std::size_t j = before; j < length; j += 3) { // every third reflection, as loud together
            heard[i + j] += sample * echo[j] * std::numbers::sqrt3_v<float>;
        }
    }
    return heard;
}

struct NamedSound {
    std::string name;
    AudioBuffer sound;
};

// Sixty clips of four seconds at 16 kHz in which nobody says anything: silence, noises, hum, clicks, keyboards, knocks,
// music, bells, sirens, engines, dogs, whistles and dripping water, each in several forms.
std::vector<NamedSound> sixty_sounds_without_speech();

// Forty more, of kinds that no gate was chosen on: brown noise, noise in the rhythm of syllables, telephones, dialling,
// alarms, game tunes, drums, birds, crickets, rain, thunder, applause, cats, buzzers, sweeps and coughs without a
// voice.
std::vector<NamedSound> forty_other_sounds_without_speech();

} // namespace echollama::test
