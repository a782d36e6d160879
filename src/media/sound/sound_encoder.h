// Sound to the formats that other programs take, while it is being made.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace echollama {

enum class SoundFormat { wav, flac, opus, mp3, raw }; // raw: 16-bit little-endian samples without a header

// "wav", "flac", "opus", "mp3", "raw"; "ogg" is opus and "pcm" is raw. Throws UsageError for any other name.
SoundFormat parse_sound_format(std::string_view name);
// By the ending of the name; WAV for standard output, pipes, devices and names without an ending. Throws UsageError for
// an ending that names no format.
SoundFormat sound_format_of(std::filesystem::path const& path);

// Where encoded bytes go.
struct ByteTarget {
    std::function<void(std::span<std::uint8_t const>)> append;
    // Changes what was written `at` bytes from the beginning; null where that is impossible (pipes): the format's
    // header then announces an unknown length.
    std::function<void(std::int64_t at, std::span<std::uint8_t const>)> rewrite;
};

class SoundEncoder {
  public:
    virtual ~SoundEncoder() = default;
    // Samples in [-1, 1] (clipped), channels interleaved, whole frames. What is encoded so far is given out at once:
    // WAV and raw every sample, FLAC blocks of 4096 frames, Opus and MP3 within 0.2 s.
    virtual void write(std::span<float const> samples) = 0;
    // Once, at the end.
    virtual void finish() = 0;
};

// rate: 1000..768000 samples a second; Opus and MP3 know only some rates, others are resampled. channels: 1 or 2.
std::unique_ptr<SoundEncoder> make_sound_encoder(SoundFormat format, int rate, int channels, ByteTarget target);

} // namespace echollama
