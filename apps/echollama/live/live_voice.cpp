#include "live/live_voice.h"

#include "live/narrator.h"
#include "text/sentences.h"

#include <condition_variable>
#include <mutex>

namespace echollama {
namespace {

using Clock = std::chrono::steady_clock;

void wait_until(Clock::time_point when, std::stop_token const& stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_until(lock, stop, when, [] { return false; });
}

Clock::duration seconds_long(double seconds) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

} // namespace

LiveVoice::LiveVoice(Loading<Speaker> speaker, SpeechOptions const& speech, SpeechOutput& out, std::stop_token stop)
    : speaker_(std::move(speaker)), speech_(speech), out_(out), stop_(std::move(stop)) {}

LiveVoice::~LiveVoice() {
    cut();
}

void LiveVoice::cut() {
    if (thread_.joinable()) {
        thread_.request_stop();
        if (speaking_ && out_.sink()) {
            out_.sink()->drop();
        }
        thread_.join();
        if (out_.sink()) {
            out_.cut();
            out_.sink()->resume();
        }
    }
}

void LiveVoice::say(std::string const& text) {
    if (speaking_) {
        cut();
    } else if (thread_.joinable()) {
        thread_.join();
    }
    if (fault_) {
        std::rethrow_exception(std::exchange(fault_, nullptr));
    }
    first_sound_ = 0;
    speaking_ = true;
    ++speech_.answer;
    thread_ = std::jthread([this, text](std::stop_token const& own) { run(text, own); });
}

void LiveVoice::run(std::string const& text, std::stop_token const& stop) {
    std::stop_source either;
    std::stop_callback const program(stop_, [&] { either.request_stop(); });
    std::stop_callback const owner(stop, [&] { either.request_stop(); });
    try {
        speak(text, either.get_token());
    } catch (...) { // crosses to the thread that goes on
        fault_ = std::current_exception();
    }
    speaking_ = false;
}

void LiveVoice::speak(std::string const& text, std::stop_token const& stop) {
    auto const begun = Clock::now();
    if (!speaker_.valid()) {
        wait_until(begun + seconds_long(spoken_seconds(text)), stop);
        return;
    }
    SentenceCutter cutter;
    auto sentences = cutter.push(text);
    auto const rest = cutter.finish();
    sentences.insert(sentences.end(), rest.begin(), rest.end());
    auto speaker = speaker_.get();
    double seconds = 0;
    std::optional<Clock::time_point> sounded;
    for (auto const& sentence : sentences) {
        if (stop.stop_requested()) {
            return;
        }
        out_.expect(sentence);
        auto const take = [&](AudioChunk&& chunk) {
            if (stop.stop_requested() || chunk.rate == 0) {
                return;
            }
            double const began_s = spoken_s_, length_s = static_cast<double>(chunk.frames()) / chunk.rate;
            seconds += length_s;
            spoken_s_ += length_s;
            out_.write(chunk);
            if (!sounded && chunk.frames() > 0) {
                sounded = Clock::now();
                first_at_s_ = began_s;
                first_sound_ = sounded->time_since_epoch().count();
            }
        };
        speech_.soon = seconds == 0;
        speaker->say(sentence, speech_, take, stop);
    }
    wait_until_heard(seconds, sounded.value_or(begun), stop);
    if (!stop.stop_requested()) {
        out_.sink()->pause();
    }
}

void LiveVoice::wait_until_heard(double seconds, Clock::time_point begun, std::stop_token const& stop) {
    if (!out_.sink()->plays()) {
        wait_until(begun + seconds_long(seconds), stop);
        return;
    }
    while (!stop.stop_requested() && out_.sink()->frames_heard() < out_.sink()->frames()) {
        wait_until(Clock::now() + std::chrono::milliseconds(20), stop);
    }
}

std::optional<LiveVoice::FirstSound> LiveVoice::take_first_sound() {
    auto const count = first_sound_.exchange(0);
    return count == 0 ? std::nullopt
                      : std::optional(FirstSound{Clock::time_point(Clock::duration(count)), first_at_s_});
}

void LiveVoice::finish() {
    if (thread_.joinable()) {
        thread_.join();
    }
    if (fault_) {
        std::rethrow_exception(std::exchange(fault_, nullptr));
    }
}

} // namespace echollama
