#include "output/speech_output.h"

#include "base/error.h"
#include "output/standard_output.h"

#include <iostream>

namespace echollama {

SpeechOutput::SpeechOutput(VoiceOptions const& voice, std::stop_token stop)
    : sound_on_standard_output_(voice.target.out == "-"), subtitles_(voice.subtitles) {
    if (!voice.subtitles.empty() && !voice.target.wanted()) {
        throw UsageError("Subtitles go with speech: give --play, or --out speech.wav.");
    }
    if (voice.target.wanted()) {
        sink_.emplace(voice.target, std::move(stop));
    }
}

void SpeechOutput::write(AudioChunk const& chunk) {
    subtitles_.write(chunk);
    try {
        sink_->write(chunk);
    } catch (ReaderGone const&) {
        if (!subtitles_.wanted() && !sink_->plays()) {
            throw;
        }
    }
}

void SpeechOutput::print(std::string const& sentence) const {
    if (sound_on_standard_output_) {
        std::cerr << sentence << std::endl;
    } else {
        print_line(sentence);
    }
}

void SpeechOutput::give_up_file() {
    if (sink_) {
        sink_->give_up_file();
    }
}

void SpeechOutput::finish() {
    if (sink_) {
        sink_->finish();
        subtitles_.finish();
    }
}

TellingOutput SpeechOutput::telling(bool printed) {
    return {[this, printed](std::string const& sentence) {
                if (printed) {
                    print(sentence);
                }
                expect(sentence);
            },
            [this](AudioChunk&& chunk) { write(chunk); }};
}

} // namespace echollama
