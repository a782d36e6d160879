#include "output/speech_sink.h"

#include "app.h"
#include "base/error.h"
#include "base/log.h"

namespace echollama {

SpeechSink::SpeechSink(SpeechTarget const& target, std::stop_token stop)
    : target_(target), stop_(std::move(stop)), on_stop_(stop_, [this] { drop(); }) {
    if (target_.out.empty()) {
        return;
    }
    if (!target_.format) {
        target_.format = sound_format_of(target_.out);
    }
    check_writable(target_.out, "the speech");
}

void SpeechSink::open(AudioChunk const& first) {
    open_ = true;
    if (!target_.out.empty()) {
        file_ = std::make_unique<SoundFile>(target_.out, *target_.format, first.rate, first.channels);
        file_stretch_ = std::make_unique<TimeStretch>(first.rate, speed_, 1.0F, first.channels);
    }
    if (target_.play) {
        std::lock_guard lock(mutex_);
        player_ = std::make_unique<Player>(first.rate, PlayerOptions{.channels = first.channels});
        player_->set_speed(speed_);
    }
}

void SpeechSink::write(AudioChunk const& chunk) {
    if (!open_) {
        open(chunk);
    }
    bool read = true;
    if (file_) {
        file_stretch_->set_speed(speed_);
        read = to_file([&] { file_->write(file_stretch_->push(chunk.samples)); });
    }
    if (player_) {
        player_->push(chunk.samples, stop_);
    } else {
        written_ += chunk.frames();
    }
    if (!read) {
        throw ReaderGone();
    }
}

template <class Work>
bool SpeechSink::to_file(Work const& work) {
    try {
        work();
        return true;
    } catch (ReaderGone const&) {
        give_up_file();
        return false;
    }
}

void SpeechSink::finish() {
    if (player_) {
        player_->drain(stop_);
        player_->silence();
        if (underruns() > 0) {
            log::warning("The speech had " + std::to_string(underruns()) + " gaps because the computer was too slow.");
        }
    }
    if (file_ && !stop_.stop_requested()) {
        to_file([&] {
            file_->write(file_stretch_->finish());
            file_->finish();
        });
    }
}

void SpeechSink::set_speed(float speed) {
    speed_ = speed;
    std::lock_guard lock(mutex_);
    if (player_) {
        player_->set_speed(speed);
    }
}

void SpeechSink::drop() {
    std::lock_guard lock(mutex_);
    if (player_) {
        player_->silence();
    }
}

void SpeechSink::resume() {
    std::lock_guard lock(mutex_);
    if (player_ && !stop_.stop_requested()) {
        player_->resume();
    }
}

void SpeechSink::pause() {
    std::lock_guard lock(mutex_);
    if (player_) {
        player_->end();
    }
}

std::int64_t SpeechSink::frames() const {
    std::lock_guard lock(mutex_);
    return player_ ? player_->frames_accepted() : written_.load();
}

std::int64_t SpeechSink::frames_heard() const {
    std::lock_guard lock(mutex_);
    return player_ ? player_->frames_heard() : written_.load();
}

void SpeechSink::give_up_file() {
    target_.out.clear();
    file_.reset();
}

std::int64_t SpeechSink::underruns() const {
    std::lock_guard lock(mutex_);
    return player_ ? player_->underruns() : 0;
}

} // namespace echollama
