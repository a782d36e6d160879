// Sound from files.
#pragma once

#include "media/sound/audio.h"
#include "media/sound/mono.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace echollama {

// WAV, FLAC, Ogg, Opus, MP3, AIFF, and the sound of MP4, M4A, AAC, WebM, Matroska and WMA files; several channels
// become one (mono.h). Throws Error with one sentence when the file is missing, a folder, empty, no recording, damaged,
// or longer than max_audio_seconds.
AudioBuffer load_audio(std::filesystem::path const& path);

// From memory; `name` is for messages.
AudioBuffer decode_audio(std::span<std::uint8_t const> bytes, std::string const& name);

// A sample of 16 bits: [-1, 1] to [-32767, 32767], rounded to the nearest; what is outside is clipped, and what is no
// number is silence.
std::int16_t to_pcm16(float sample);

} // namespace echollama
