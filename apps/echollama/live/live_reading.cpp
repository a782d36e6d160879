#include "live/live_reading.h"

#include "base/error.h"
#include "questions/text_answers.h"

#include <chrono>

namespace echollama {

LiveReading::~LiveReading() {
    stop_.request_stop();
}

std::optional<std::string> LiveReading::ask(std::string const& question, Image const& picture, Scene const& scene,
                                            WordingOptions const& wording) {
    auto const about_text = read_text_question(question);
    if (!about_text) {
        return std::nullopt;
    }
    if (!reader_.valid()) {
        return answer_text_question(scene, *about_text, wording);
    }
    if (answer_.valid()) {
        return "I am still reading.";
    }
    auto read = [reader = reader_, picture, scene, about_text, wording, stop = stop_.get_token()]() -> std::string {
        try {
            auto whole = scene;
            whole.text = reader.get()->read(picture, stop);
            return answer_text_question(whole, *about_text, wording);
        } catch (Error const& error) { // a question has an answer, whatever it is
            return error.what();
        }
    };
    if (waits_) {
        return read();
    }
    answer_ = std::async(std::launch::async, std::move(read));
    return "Let me read.";
}

std::optional<std::string> LiveReading::take() {
    if (!answer_.valid() || answer_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        return std::nullopt;
    }
    return answer_.get();
}

} // namespace echollama
