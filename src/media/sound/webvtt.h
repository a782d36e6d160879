// Subtitles in the WebVTT format (https://www.w3.org/TR/webvtt1/).
#pragma once

#include "base/output_file.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace echollama {

// A word of a subtitle and when it is heard.
struct SubtitleWord {
    std::size_t begin = 0, end = 0; // bytes of the subtitle's text
    double start_s = 0;
};

struct Subtitle {
    std::string text;
    double start_s = 0, end_s = 0;        // of the whole recording
    std::vector<SubtitleWord> words = {}; // in order; may be empty
    bool words_told = false;              // by the voice; else their times are estimated
};

// "00:01:02.345"; never negative.
std::string webvtt_time(double seconds);

// The cue: times, and the text with the words' times where they lie inside the cue and grow. Markup characters are
// escaped and line breaks become spaces. Ends with an empty line.
std::string webvtt_cue(Subtitle const& subtitle);

// A file of subtitles, written as they come. It appears when finish() is called; to standard output ("-") and pipes
// each subtitle goes at once.
class WebVttWriter {
  public:
    // Throws Error at once when the place cannot be written.
    explicit WebVttWriter(std::filesystem::path const& path);

    // In the order of their times. Subtitles without text are left out. A comment tells where word times come from, at
    // first and whenever that changes.
    void write(Subtitle const& subtitle);
    void finish();

  private:
    void put(std::string const& text);

    OutputFile file_;
    double last_end_s_ = 0;
    std::optional<bool> words_told_;
};

} // namespace echollama
