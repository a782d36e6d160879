// --vtt: subtitles beside the speech.
#pragma once

#include "app.h"
#include "media/sound/webvtt.h"
#include "voice/subtitles.h"

#include <filesystem>
#include <memory>
#include <string>

namespace echollama {

class SubtitleFile {
  public:
    // An empty path: no subtitles, everything else does nothing. Throws Error at once when the place cannot be written.
    explicit SubtitleFile(std::filesystem::path const& path);

    // SpeechSubtitles' functions.
    void expect(std::string const& sentence);
    void write(AudioChunk const& chunk);
    void cut(); // SpeechSubtitles::finish: an answer was ended early
    void finish();

  private:
    struct Track {
        WebVttWriter file;
        SpeechSubtitles subtitles;

        explicit Track(std::filesystem::path const& path);
    };
    std::unique_ptr<Track> track_;
};

void add_subtitle_option(Command& command, std::filesystem::path& path);

// Throws UsageError when subtitles are wanted without speech, or on a standard output that is used already.
void check_subtitles(std::filesystem::path const& path, bool speaks, bool output_is_taken);

} // namespace echollama
