// --vtt: captions beside the speech.
#pragma once

#include "app.h"
#include "media/webvtt.h"
#include "stages/captions.h"

#include <filesystem>
#include <memory>
#include <string>

namespace echollama {

class CaptionFile {
  public:
    // An empty path: no captions, everything else does nothing. Throws Error at once when the place cannot be written.
    explicit CaptionFile(std::filesystem::path const& path);

    // SpeechCaptions' functions.
    void expect(std::string const& sentence);
    void write(AudioChunk const& chunk);
    void cut(); // SpeechCaptions::finish: an answer was ended early
    void finish();

  private:
    struct Track {
        WebVttWriter file;
        SpeechCaptions captions;

        explicit Track(std::filesystem::path const& path);
    };
    std::unique_ptr<Track> track_;
};

void add_caption_option(CLI::App& app, std::filesystem::path& path);

// Throws UsageError when captions are wanted without speech, or on a standard output that is used already.
void check_captions(std::filesystem::path const& path, bool speaks, bool output_is_taken);

} // namespace echollama
