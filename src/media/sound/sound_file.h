// A file of sound, written as the samples come.
#pragma once

#include "base/output_file.h"
#include "media/sound/sound_encoder.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace echollama {

// To a file: it appears under its name when finish() is called, and nothing stays if that never happens. Standard
// output ("-"), pipes and devices get every piece at once.
class SoundFile {
  public:
    // The format is taken from the name (sound_format_of) where none is given. Throws Error at once when the place
    // cannot be written.
    SoundFile(std::filesystem::path const& path, int rate, int channels = 1);
    SoundFile(std::filesystem::path const& path, SoundFormat format, int rate, int channels = 1);

    // Channels interleaved, whole frames. Throws Error when the disk is full or the reader of a pipe has gone.
    void write(std::span<float const> samples);
    // Completes the file with what was written so far.
    void finish();

    std::int64_t frames_written() const { return frames_; }

  private:
    ByteTarget target();

    OutputFile file_;
    int channels_;
    std::int64_t frames_ = 0;
    std::unique_ptr<SoundEncoder> encoder_;
};

} // namespace echollama
