#include "media/sound/sound_file.h"

#include <stdexcept>

namespace echollama {
namespace fs = std::filesystem;

SoundFile::SoundFile(fs::path const& path, int rate, int channels)
    : SoundFile(path, sound_format_of(path), rate, channels) {}

SoundFile::SoundFile(fs::path const& path, SoundFormat format, int rate, int channels)
    : file_(path, "the speech"), channels_(channels), encoder_(make_sound_encoder(format, rate, channels, target())) {}

ByteTarget SoundFile::target() {
    auto put = [this](std::span<std::uint8_t const> bytes) {
        if (std::fwrite(bytes.data(), 1, bytes.size(), file_.stream()) != bytes.size()) {
            file_.fail();
        }
    };
    ByteTarget target{put, nullptr};
    if (file_.rewindable()) {
        target.rewrite = [this, put](std::int64_t at, std::span<std::uint8_t const> bytes) {
            if (std::fseek(file_.stream(), static_cast<long>(at), SEEK_SET) != 0) {
                file_.fail();
            }
            put(bytes);
            if (std::fseek(file_.stream(), 0, SEEK_END) != 0) {
                file_.fail();
            }
        };
    }
    return target;
}

void SoundFile::write(std::span<float const> samples) {
    if (!encoder_) {
        throw std::logic_error("SoundFile: written to after finish");
    }
    encoder_->write(samples);
    if (!file_.rewindable() && std::fflush(file_.stream()) != 0) { // a listener at the other end is waiting
        file_.fail();
    }
    frames_ += static_cast<std::int64_t>(samples.size()) / channels_;
}

void SoundFile::finish() {
    if (!encoder_) {
        return;
    }
    encoder_->finish();
    encoder_.reset();
    file_.commit();
}

} // namespace echollama
