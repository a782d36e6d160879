#include "base/worker.h"

#include <chrono>
#include <utility>

namespace echollama {

Worker::Worker() : thread_([this](std::stop_token const& stop) { run(stop); }) {}

bool Worker::post(std::function<void()> work) {
    std::lock_guard lock(mutex_);
    if (open_ >= most_waiting) {
        return false;
    }
    ++open_;
    return waiting_.push(std::move(work)); // there is room: fewer than most_waiting are open
}

bool Worker::is_idle() const {
    std::lock_guard lock(mutex_);
    return open_ == 0;
}

void Worker::wait(std::function<bool()> const& enough) const {
    std::unique_lock lock(mutex_);
    while (open_ > 0 && !enough()) {
        changed_.wait_for(lock, std::chrono::milliseconds(1));
    }
}

void Worker::run(std::stop_token const& stop) {
    while (auto work = waiting_.pop(stop)) {
        (*work)();
        std::lock_guard lock(mutex_);
        --open_;
        changed_.notify_all();
    }
}

} // namespace echollama
