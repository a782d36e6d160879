// One channel out of several, without losing what was said in one of them.
#pragma once

#include "media/sound/audio.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace echollama {

// Recordings longer than this are refused (two hours).
inline constexpr double max_audio_seconds = 7200;

// A decoder's output in pieces: samples a second, channels, interleaved samples. What it throws ends the decoding.
using FrameSink = std::function<void(int rate, int channels, std::span<float const> interleaved)>;
using Decoder = std::function<void(FrameSink const&)>;

// The average of all channels. Where they cancel each other (a plug with its poles changed, a balanced microphone on
// two channels), or where one alone carries the sound beside many silent ones, the loudest channel instead; then
// `decode` is run twice. A constant offset does not count as sound. `name` is for messages. Throws Error for impossible
// rates and channels, recordings that are too long, and those without a sample.
AudioBuffer decode_mono(Decoder const& decode, std::string const& name);

} // namespace echollama
