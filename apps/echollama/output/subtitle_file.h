// --vtt: subtitles beside the speech.
#pragma once

#include "media/sound/webvtt.h"
#include "voice/subtitles.h"

#include <filesystem>
#include <memory>
#include <string>

namespace echollama {

class SubtitleFile {
  public:
    // An empty path: no subtitles, everything else does nothing. Throws Error at once when the place cannot be written.
    // When nobody reads them any more (a pipe), no more are written, and nothing else happens.
    explicit SubtitleFile(std::filesystem::path const& path);

    bool wanted() const { return track_ != nullptr; }
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
    template <class Work>
    void unless_nobody_reads(Work const& work);

    std::unique_ptr<Track> track_;
};

} // namespace echollama
