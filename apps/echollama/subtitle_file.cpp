#include "subtitle_file.h"

#include "base/error.h"

namespace echollama {

SubtitleFile::Track::Track(std::filesystem::path const& path)
    : file(path), subtitles([this](Subtitle const& subtitle) { file.write(subtitle); }) {}

SubtitleFile::SubtitleFile(std::filesystem::path const& path) {
    if (!path.empty()) {
        track_ = std::make_unique<Track>(path);
    }
}

void SubtitleFile::expect(std::string const& sentence) {
    if (track_) {
        track_->subtitles.expect(sentence);
    }
}

void SubtitleFile::write(AudioChunk const& chunk) {
    if (track_) {
        track_->subtitles.write(chunk);
    }
}

void SubtitleFile::cut() {
    if (track_) {
        track_->subtitles.finish();
    }
}

void SubtitleFile::finish() {
    cut();
    if (track_) {
        track_->file.finish();
    }
}

void add_subtitle_option(Command& command, std::filesystem::path& path) {
    command.option("--vtt", path, "Subtitles of the speech with the times of words, as a WebVTT file");
}

void check_subtitles(std::filesystem::path const& path, bool speaks, bool output_is_taken) {
    if (!path.empty() && !speaks) {
        throw UsageError("Subtitles go with speech: give --play, or --out speech.wav.");
    }
    if (path == "-" && output_is_taken) {
        throw UsageError("Standard output is used already; give --vtt a file.");
    }
}

} // namespace echollama
