// One thread that does pieces of work in order.
#pragma once

#include "base/bounded_queue.h"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace echollama {

// Bounded. What a piece of work throws it must catch itself.
class Worker {
  public:
    // Its end waits for the piece under way; what waits is not done any more.
    Worker();

    // False: too much waits already, and this will not be done.
    bool post(std::function<void()> work);
    bool is_idle() const;
    // Waits until nothing is to be done, or until `enough` holds, which is asked every millisecond.
    void wait(std::function<bool()> const& enough) const;

  private:
    static constexpr std::size_t most_waiting = 64;

    void run(std::stop_token const& stop);

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::size_t open_ = 0; // pieces posted and not done
    BoundedQueue<std::function<void()>> waiting_{most_waiting};
    std::jthread thread_; // last: it uses everything above
};

} // namespace echollama
