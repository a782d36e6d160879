// Who may use a model next.
#pragma once

#include "server/histogram.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>

namespace echollama::server {

// A model is used by as many at once as it says, mostly one, in the order in which they came. Thread-safe.
class Stage {
  public:
    // `most_waiting`: requests that may wait beside those that work; more are refused.
    explicit Stage(std::size_t most_waiting) : most_waiting_(most_waiting) {}

    // A request's place from its beginning to its end, so that one whose reply has begun is never refused. Throws
    // ApiError 503 when there are too many already. The stage must outlive it.
    using Place = std::shared_ptr<void const>;
    Place admit();

    // Holds the model until it ends. It must not outlive the stage.
    class Use {
      public:
        explicit Use(Stage& stage) : stage_(&stage) {}
        ~Use();
        Use(Use&& other) noexcept : stage_(std::exchange(other.stage_, nullptr)), since_(other.since_) {}
        Use& operator=(Use&&) = delete;

      private:
        Stage* stage_;
        std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
    };

    // Waits for its turn; `at_once`: how many the model serves at a time. Throws Cancelled when stop is requested
    // first.
    Use enter(std::stop_token const& stop, int at_once = 1);

    struct Figures {
        std::size_t waiting = 0;
        std::uint64_t used = 0, refused = 0, cancelled = 0; // the last: while they waited
        double busy_s = 0;                                  // all uses together
        Histogram durations, waits;
    };
    Figures figures() const;

  private:
    void leave(double seconds);

    std::size_t const most_waiting_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<std::uint64_t> waiting_; // tickets, the next first
    std::uint64_t next_ticket_ = 0;
    std::size_t admitted_ = 0;
    int in_use_ = 0, at_once_ = 1; // the second: as far as is known
    Figures figures_;
};

} // namespace echollama::server
