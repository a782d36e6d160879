// Steps that measured and computed heads share.
#pragma once

#include "media/spatial/hrtf.h"

#include <cstddef>
#include <span>
#include <vector>

namespace echollama::hrtf {

inline constexpr int working_rate = 44100;
inline constexpr std::size_t lead = 20;          // samples before the arrival in every shape, room for filters to ring
inline constexpr std::size_t shape_length = 192; // samples; a head's response is over after 3 ms
inline constexpr double longest_delay_s = 0.001; // any head's is shorter

// The signal moved by a fraction of samples (negative: earlier), by a windowed sinc of 32 samples; `length` samples.
std::vector<float> shifted(std::span<float const> signal, double samples, std::size_t length);

// First sample, with its fraction, at which the response reaches a tenth of its height.
double arrival(std::span<float const> response);

// A filter that makes the average power spectrum of the responses flat: linear prediction by Levinson and Durbin
// (Makhoul, "Linear prediction: a tutorial review", Proc. IEEE 63(4), 1975). Minimum phase, first tap 1.
std::vector<float> whitening_filter(std::vector<std::vector<float>> const& responses, std::size_t order);

std::vector<float> convolved(std::span<float const> signal, std::span<float const> filter);

// Power of speech after the response, the unprocessed being 1. Speech here rises by 6 dB an octave up to 250 Hz and
// falls by 12 above 800 Hz: nearly the long-term average of Byrne and others (JASA 96(4), 1994), with more weight on
// the formants, where words are.
double speech_power(std::span<float const> response, int rate);

// Delays counted from the earliest arrival of all; the front as loud for speech as the unprocessed sound.
void make_front_neutral(Head& head); // at least one direction

} // namespace echollama::hrtf
