// Subtitles in the SubRip format, as players and editors read it: UTF-8, a number, times with a comma, lines of text
// and an empty line.
#pragma once

#include "media/sound/cue_file.h"
#include "media/sound/webvtt.h"

#include <filesystem>
#include <string>

namespace echollama {

// "00:01:02,345"; never negative.
std::string srt_time(double seconds);

// The cue with its number, which counts from 1. The text is one line, so that nothing in it can end the cue; word times
// are not told, for the format has no place for them. Ends with an empty line.
std::string srt_cue(int number, Subtitle const& subtitle);

// A file of subtitles, written as they come (CueFile).
class SrtWriter {
  public:
    // Throws Error at once when the place cannot be written.
    explicit SrtWriter(std::filesystem::path const& path) : file_(path) {}

    // In the order of their times. Subtitles without text are left out.
    void write(Subtitle const& subtitle);
    void finish() { file_.finish(); }

  private:
    CueFile file_;
    int number_ = 0;
    double last_end_s_ = 0;
};

} // namespace echollama
