#include "server/speech_beside.h"

#include "base/error.h"

#include <utility>

namespace echollama::server {

SpeechBeside::SpeechBeside(Engine& engine, Voice voice, std::function<void(std::string const& sentence)> begins,
                           std::function<void(AudioChunk const& chunk)> sound, std::stop_token stop)
    : engine_(engine), voice_(std::move(voice)), begins_(std::move(begins)), sound_(std::move(sound)),
      from_outside_(std::move(stop), [this] { stop_.request_stop(); }), thread_([this] { run(stop_.get_token()); }) {}

SpeechBeside::~SpeechBeside() {
    stop_.request_stop();
    sentences_.close();
}

void SpeechBeside::push(std::string_view piece) {
    pass(cutter_.push(piece));
}

void SpeechBeside::pass(std::vector<std::string> const& sentences) {
    for (auto const& sentence : sentences) {
        if (auto text = trimmed(sentence); !text.empty()) {
            sentences_.push(std::move(text), stop_.get_token());
        }
    }
}

void SpeechBeside::finish() {
    pass(cutter_.finish());
    sentences_.close();
    thread_.join();
    if (failure_) {
        std::rethrow_exception(failure_);
    }
}

void SpeechBeside::run(std::stop_token const& stop) {
    try {
        while (auto sentence = sentences_.pop(stop)) {
            begins_(*sentence);
            engine_.say(
                *sentence, voice_.name, voice_.speed, voice_.rate, [&](AudioChunk&& chunk) { sound_(chunk); }, stop);
        }
        if (stop.stop_requested()) {
            throw Cancelled();
        }
    } catch (...) {
        failure_ = std::current_exception();
        stop_.request_stop(); // what is still being written is not needed
    }
}

} // namespace echollama::server
