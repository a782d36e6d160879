// Speech that can be cut off by something more urgent, beside the work that goes on.
#pragma once

#include "output/speech_output.h"
#include "pipeline/loading.h"

#include <atomic>
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace echollama {

class LiveVoice {
  public:
    // Without a speaker nothing sounds, and a text counts as being said for as long as somebody takes to say it.
    LiveVoice(Loading<Speaker> speaker, SpeechOptions const& speech, SpeechOutput& out, std::stop_token stop);
    ~LiveVoice();
    LiveVoice(LiveVoice const&) = delete;
    LiveVoice& operator=(LiveVoice const&) = delete;

    // Begins to say it; what is being said ends at once.
    void say(std::string const& text);
    bool is_speaking() const { return speaking_; }
    struct FirstSound {
        std::chrono::steady_clock::time_point when;
        double at_s = 0; // of all speech so far: where it begins in the file
    };
    // When the first sound of the last text went to its place; once for each text.
    std::optional<FirstSound> take_first_sound();
    // What is being said ends at once.
    void cut();
    // Waits until the last text is said, or stop is requested. Throws what the speaker threw.
    void finish();

  private:
    void run(std::string const& text, std::stop_token const& stop);
    void speak(std::string const& text, std::stop_token const& stop);
    void wait_until_heard(double seconds, std::chrono::steady_clock::time_point begun, std::stop_token const& stop);

    Loading<Speaker> speaker_;
    SpeechOptions speech_;
    SpeechOutput& out_;
    std::stop_token stop_;
    std::atomic<bool> speaking_ = false;
    std::atomic<std::int64_t> first_sound_ = 0; // of the clock; 0: none, or taken
    std::atomic<double> first_at_s_ = 0;
    double spoken_s_ = 0;      // of one thread after the other
    std::exception_ptr fault_; // of the thread, read after it has ended
    std::jthread thread_;
};

} // namespace echollama
