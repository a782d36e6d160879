// Work that cannot be stopped at once, on a thread of its own, so that whoever waits for it can leave.
#pragma once

#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <stop_token>

namespace echollama {

// One piece of work at a time: the next one first waits for the one that was left behind, and so does the destructor.
// What the work uses besides its own copies must therefore be declared before this.
template <typename Result>
class AbandonableTask {
  public:
    // The result, or what the work throws; nullopt as soon as stop is requested. `work` should hear the stop, too.
    std::optional<Result> run(std::function<Result()> work, std::stop_token stop) {
        if (!ended(stop)) {
            return std::nullopt;
        }
        done_ = false;
        running_ = std::async(std::launch::async, [this, work = std::move(work)] {
            struct Tell {
                AbandonableTask* owner;
                ~Tell() {
                    std::lock_guard const lock(owner->mutex_);
                    owner->done_ = true;
                    owner->changed_.notify_all();
                }
            } const tell{this};
            return work();
        });
        if (!ended(stop)) {
            return std::nullopt;
        }
        return running_.get();
    }

  private:
    // Waits for the work under way. False when stop is requested first.
    bool ended(std::stop_token const& stop) {
        std::unique_lock lock(mutex_);
        return changed_.wait(lock, stop, [&] { return done_; });
    }

    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool done_ = true;
    std::future<Result> running_; // last: its destructor waits
};

} // namespace echollama
