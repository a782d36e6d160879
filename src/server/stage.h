// Who may use a model next.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <stop_token>
#include <utility>

namespace echollama::server {

// One model is used by one request at a time, in the order in which they came. Thread-safe.
class Stage {
  public:
    // `most_waiting`: requests beyond it are refused at once.
    explicit Stage(std::size_t most_waiting) : most_waiting_(most_waiting) {}

    // Holds the model until it ends. It must not outlive the stage.
    class Use {
      public:
        explicit Use(Stage& stage) : stage_(&stage) {}
        ~Use();
        Use(Use&& other) noexcept : stage_(std::exchange(other.stage_, nullptr)) {}
        Use& operator=(Use&&) = delete;

      private:
        Stage* stage_;
    };

    // Waits for its turn. Throws ApiError 503 when too many wait already, Cancelled when stop is requested first.
    Use enter(std::stop_token const& stop);

    struct Figures {
        std::size_t waiting = 0;
        std::uint64_t used = 0, refused = 0;
        double busy_s = 0; // all uses together
    };
    Figures figures() const;

  private:
    void leave();

    std::size_t const most_waiting_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<std::uint64_t> waiting_; // tickets, the next first
    std::uint64_t next_ticket_ = 0;
    bool in_use_ = false;
    std::chrono::steady_clock::time_point since_{};
    Figures figures_;
};

} // namespace echollama::server
