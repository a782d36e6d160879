// What one client of the Wyoming protocol asks for, apart from its connection.
#pragma once

#include "base/worker.h"
#include "server/engine.h"
#include "server/speech_beside.h"
#include "wyoming/event.h"

#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

namespace echollama::wyoming {

// take() is called from one thread and returns at once. Bounded: five minutes of a recording, 64 waiting pieces of
// work.
class Session {
  public:
    // `send` gets every event in order, from several threads but never from two at once.
    Session(server::Engine& engine, std::string version, std::function<void(Event const& event)> send);
    // Cancels what is under way.
    ~Session();
    Session(Session const&) = delete;
    Session& operator=(Session const&) = delete;

    // Events of unknown types are passed over. Throws Error for what cannot be done, after the client was told: it
    // waits for answers that will not come, so that its connection is to be closed.
    void take(Event const& event);
    // What was under way failed, and the client was told.
    bool has_failed() const;

  private:
    struct Recording {
        int rate = 16000, width = 2, channels = 1; // bytes a sample
        std::vector<float> samples = {};           // mono
    };
    void begin_recording(Json const& data);
    void add_sound(Event const& event);
    void transcribe();
    void synthesize(Json const& data);
    void begin_speaking(Json const& data);
    void add_text(Json const& data);
    void end_speaking();
    void check_voice() const;
    void send_sound(AudioChunk const& chunk);
    void do_later(std::function<void()> work);
    void fail(std::string const& why);
    void send(std::string const& type, Json data = Json::object(), std::vector<std::uint8_t> payload = {});

    server::Engine& engine_;
    std::string version_;
    std::function<void(Event const&)> send_;
    Recording recording_;
    std::stop_source stop_;
    mutable std::mutex mutex_; // over sending and the next
    bool failed_ = false;
    std::shared_ptr<server::SpeechBeside> speech_; // that text comes for; null: none; only take() uses it
    Worker worker_;                                // last: its thread uses everything above
};

// What "describe" is answered with.
Json info(server::Engine const& engine, std::string const& version);

} // namespace echollama::wyoming
