#include "output/subtitle_file.h"

#include "base/error.h"

namespace echollama {

SubtitleFile::Track::Track(std::filesystem::path const& path)
    : file(path), subtitles([this](Subtitle const& subtitle) { file.write(subtitle); }) {}

SubtitleFile::SubtitleFile(std::filesystem::path const& path) {
    if (!path.empty()) {
        unless_nobody_reads([&] { track_ = std::make_unique<Track>(path); });
    }
}

template <class Work>
void SubtitleFile::unless_nobody_reads(Work const& work) {
    try {
        work();
    } catch (ReaderGone const&) {
        track_.reset();
    }
}

void SubtitleFile::expect(std::string const& sentence) {
    if (track_) {
        track_->subtitles.expect(sentence);
    }
}

void SubtitleFile::write(AudioChunk const& chunk) {
    if (track_) {
        unless_nobody_reads([&] { track_->subtitles.write(chunk); });
    }
}

void SubtitleFile::cut() {
    if (track_) {
        unless_nobody_reads([&] { track_->subtitles.finish(); });
    }
}

void SubtitleFile::finish() {
    cut();
    if (track_) {
        unless_nobody_reads([&] { track_->file.finish(); });
    }
}

} // namespace echollama
