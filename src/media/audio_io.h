// Sound from and to files.
#pragma once

#include "media/audio.h"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
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

// Mono 16-bit WAV, written as the samples come. To a file: it appears under its name when finish() is called, and
// nothing stays if that never happens. To standard output ("-"): the header announces an unknown length, as players of
// pipes expect.
class WavWriter {
  public:
    // Throws Error at once when the place cannot be written.
    WavWriter(std::filesystem::path const& path, int rate);
    ~WavWriter();
    WavWriter(WavWriter const&) = delete;
    WavWriter& operator=(WavWriter const&) = delete;

    // Samples outside [-1, 1] are clipped. Throws Error when the disk is full or the reader of a pipe has gone.
    void write(std::span<float const> samples);
    // Completes the file with what was written so far.
    void finish();

    std::int64_t samples_written() const { return samples_; }

  private:
    void put_header(std::uint32_t data_bytes);

    std::filesystem::path path_;
    std::filesystem::path part_; // empty for standard output
    std::FILE* file_ = nullptr;
    int rate_ = 0;
    std::int64_t samples_ = 0;
};

} // namespace echollama
