// Subtitles in the WebVTT format (https://www.w3.org/TR/webvtt1/).
#pragma once

#include "media/sound/cue_file.h"

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

// Where the times of a subtitle's words come from.
enum class WordTimes {
    estimated,  // from pauses and letters
    told,       // by the voice
    recognised, // by who wrote down what was said
};

struct Subtitle {
    std::string text;
    double start_s = 0, end_s = 0;        // of the whole recording
    std::vector<SubtitleWord> words = {}; // in order; may be empty
    WordTimes times = WordTimes::estimated;
};

// There is nothing to show.
bool is_blank(Subtitle const& subtitle);

// The same, not before the one that went before it has ended; it lasts a millisecond at least, as cues must.
Subtitle after(double last_end_s, Subtitle subtitle);

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
    CueFile file_;
    double last_end_s_ = 0;
    std::optional<WordTimes> times_;
};

} // namespace echollama
