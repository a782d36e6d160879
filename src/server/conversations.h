// Conversations that keep a picture: what was said about it, and what "it", "again" and "shorter" mean. Their state is
// never more than what their client has seen: one that is gone is made again by sending the picture and the turns.
#pragma once

#include "conversation/dialogue.h"
#include "server/engine.h"
#include "server/sight.h"

#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <string>

namespace echollama::server {

class Conversations {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr auto longest_silence = std::chrono::minutes(30); // afterwards it is forgotten
    static constexpr std::size_t most = 64;                           // the one unused longest makes room
    static constexpr std::size_t most_bytes = 256U << 20;             // of all pictures together

    struct Conversation {
        std::string id;
        std::mutex mutex; // held while it answers: one question after the other
        Sight sight;
        Dialogue dialogue;
        Clock::time_point used;
        Conversation(std::string name, Sight what, WordingOptions const& wording)
            : id(std::move(name)), sight(std::move(what)), dialogue(wording, [](auto const&) { return false; }) {}
    };

    // Begins one about this picture, or begins the one of this id anew.
    std::shared_ptr<Conversation> begin(std::string id, Sight sight, WordingOptions const& wording,
                                        Clock::time_point now = Clock::now());
    // Null: it was never begun, ended, or is forgotten.
    std::shared_ptr<Conversation> find(std::string const& id, Clock::time_point now = Clock::now());
    bool end(std::string const& id);
    std::size_t count(Clock::time_point now = Clock::now());

  private:
    void forget(Clock::time_point now);

    std::mutex mutex_;
    std::list<std::shared_ptr<Conversation>> kept_; // the newest first
};

} // namespace echollama::server
