#include "speech_sink.h"

#include "base/log.h"

namespace echollama {

SpeechSink::SpeechSink(SpeechTarget const& target, int rate, std::stop_token stop) : stop_(std::move(stop)) {
    if (!target.out.empty()) {
        file_ = std::make_unique<WavWriter>(target.out, rate);
    }
    if (target.play) {
        player_ = std::make_unique<Player>(rate);
    }
}

void SpeechSink::write(AudioChunk const& chunk) {
    if (file_) {
        file_->write(chunk.samples);
    }
    if (player_) {
        player_->push(chunk.samples, stop_);
    }
}

void SpeechSink::finish() {
    if (player_) {
        player_->drain(stop_);
        player_->silence();
        if (player_->underruns() > 0) {
            log::warning("The speech had " + std::to_string(player_->underruns()) +
                         " gaps because the computer was too slow.");
        }
    }
    if (file_) {
        file_->finish();
    }
}

} // namespace echollama
