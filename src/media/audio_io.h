// Sound from and to files.
#pragma once

#include "media/audio.h"
#include "media/output_file.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace echollama {

// Recordings longer than this are refused (two hours).
inline constexpr double max_audio_seconds = 7200;

// WAV, FLAC, Ogg, Opus, MP3, AIFF; several channels are averaged to one. Throws Error with one sentence when the file
// is missing, a folder, empty, no recording or damaged.
AudioBuffer load_audio(std::filesystem::path const& path);

// From memory; `name` is for messages.
AudioBuffer decode_audio(std::span<std::uint8_t const> bytes, std::string const& name);

// A sample of 16 bits: [-1, 1] to [-32767, 32767], rounded to the nearest; what is outside is clipped, and what is no
// number is silence.
std::int16_t to_pcm16(float sample);

// Mono 16-bit WAV, written as the samples come. To a file: it appears under its name when finish() is called, and
// nothing stays if that never happens. To standard output ("-"), pipes and devices: the header announces an unknown
// length, as players of pipes expect.
class WavWriter {
  public:
    // Throws Error at once when the place cannot be written.
    WavWriter(std::filesystem::path const& path, int rate);

    // Throws Error when the disk is full or the reader of a pipe has gone.
    void write(std::span<float const> samples);
    // Completes the file with what was written so far.
    void finish();

    std::int64_t samples_written() const { return samples_; }

  private:
    void put_header(std::uint32_t data_bytes);

    OutputFile file_;
    int rate_ = 0;
    std::int64_t samples_ = 0;
};

} // namespace echollama
