// A bounded first-in first-out queue between threads; both ends wait, and both ends give up when asked to stop.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace echollama {

template <typename T>
class BoundedQueue {
  public:
    explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

    // Waits for room. False when the queue is closed or stop was requested: the value was not taken.
    bool push(T value, std::stop_token stop = {}) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, stop, [&] { return closed_ || items_.size() < capacity_; });
        if (closed_ || stop.stop_requested()) {
            return false;
        }
        items_.push_back(std::move(value));
        changed_.notify_all();
        return true;
    }

    // Waits for a value. Empty when stop was requested, or when the queue is closed and drained.
    std::optional<T> pop(std::stop_token stop = {}) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, stop, [&] { return closed_ || !items_.empty(); });
        return stop.stop_requested() ? std::nullopt : take();
    }

    // As pop(), but waits no longer than until the deadline; a closed and drained queue does not wait.
    std::optional<T> pop_until(std::chrono::steady_clock::time_point deadline, std::stop_token stop = {}) {
        std::unique_lock lock(mutex_);
        changed_.wait_until(lock, stop, deadline, [&] { return closed_ || !items_.empty(); });
        return stop.stop_requested() ? std::nullopt : take();
    }

    // No more pushes; what is queued can still be popped.
    void close() {
        std::lock_guard lock(mutex_);
        closed_ = true;
        changed_.notify_all();
    }

  private:
    std::optional<T> take() {
        if (items_.empty()) {
            return std::nullopt;
        }
        std::optional<T> value = std::move(items_.front());
        items_.pop_front();
        changed_.notify_all();
        return value;
    }

    std::size_t capacity_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<T> items_;
    bool closed_ = false;
};

} // namespace echollama
