#include "speech_sink.h"

#include "base/log.h"

namespace echollama {

SpeechSink::SpeechSink(SpeechTarget const& target, std::stop_token stop) : target_(target), stop_(std::move(stop)) {
    if (!target.out.empty() && target.out != "-") {
        WavWriter probe(target.out, 8000); // leaves nothing behind
    }
}

void SpeechSink::open(int rate) {
    if (!target_.out.empty()) {
        file_ = std::make_unique<WavWriter>(target_.out, rate);
    }
    if (target_.play) {
        player_ = std::make_unique<Player>(rate);
    }
}

void SpeechSink::write(AudioChunk const& chunk) {
    if (!file_ && !player_) {
        open(chunk.rate);
    }
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
