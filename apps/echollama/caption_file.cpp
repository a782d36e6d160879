#include "caption_file.h"

#include "base/error.h"

namespace echollama {

CaptionFile::Track::Track(std::filesystem::path const& path)
    : file(path), captions([this](Caption const& caption) { file.write(caption); }) {}

CaptionFile::CaptionFile(std::filesystem::path const& path) {
    if (!path.empty()) {
        track_ = std::make_unique<Track>(path);
    }
}

void CaptionFile::expect(std::string const& sentence) {
    if (track_) {
        track_->captions.expect(sentence);
    }
}

void CaptionFile::write(AudioChunk const& chunk) {
    if (track_) {
        track_->captions.write(chunk);
    }
}

void CaptionFile::cut() {
    if (track_) {
        track_->captions.finish();
    }
}

void CaptionFile::finish() {
    cut();
    if (track_) {
        track_->file.finish();
    }
}

void add_caption_option(CLI::App& app, std::filesystem::path& path) {
    app.add_option("--vtt", path, "Captions of the speech with the times of words, as a WebVTT file");
}

void check_captions(std::filesystem::path const& path, bool speaks, bool output_is_taken) {
    if (!path.empty() && !speaks) {
        throw UsageError("Captions go with speech: give --play, or --out speech.wav.");
    }
    if (path == "-" && output_is_taken) {
        throw UsageError("Standard output is used already; give --vtt a file.");
    }
}

} // namespace echollama
