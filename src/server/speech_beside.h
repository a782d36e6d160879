// Speech that is made beside the writing of what is said.
#pragma once

#include "base/bounded_queue.h"
#include "server/engine.h"
#include "text/sentences.h"

#include <exception>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

namespace echollama::server {

// Cuts what is written into sentences and speaks them one after the other on a thread of its own.
class SpeechBeside {
  public:
    struct Voice {
        std::string name;
        float speed = 1;
        int rate = 24000; // samples a second of the sound
    };
    // `begins` gets each sentence before its sound, `sound` the sound in order.
    SpeechBeside(Engine& engine, Voice voice, std::function<void(std::string const& sentence)> begins,
                 std::function<void(AudioChunk const& chunk)> sound, std::stop_token stop);
    // Ends what was not finished.
    ~SpeechBeside();

    void push(std::string_view piece);
    // Waits until everything is spoken. Throws what speaking threw.
    void finish();

  private:
    void run(std::stop_token const& stop);
    void pass(std::vector<std::string> const& sentences);

    Engine& engine_;
    Voice voice_;
    std::function<void(std::string const&)> begins_;
    std::function<void(AudioChunk const&)> sound_;
    SentenceCutter cutter_;
    BoundedQueue<std::string> sentences_{64};
    std::exception_ptr failure_;
    std::stop_source stop_;
    std::stop_callback<std::function<void()>> from_outside_;
    std::jthread thread_; // last: it uses everything above
};

} // namespace echollama::server
