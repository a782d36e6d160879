#include "server/stage.h"

#include "base/error.h"
#include "server/api_error.h"

#include <algorithm>

namespace echollama::server {
namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

} // namespace

Stage::Use::~Use() {
    if (stage_) {
        stage_->leave(seconds_since(since_));
    }
}

Stage::Place Stage::admit() {
    std::lock_guard lock(mutex_);
    if (admitted_ >= most_waiting_ + static_cast<std::size_t>(at_once_)) {
        ++figures_.refused;
        throw ApiError(503, "Too many requests are waiting; try again in a moment.", "", "overloaded");
    }
    ++admitted_;
    return {static_cast<void const*>(this), [this](void const*) {
                std::lock_guard ending(mutex_);
                --admitted_;
            }};
}

Stage::Use Stage::enter(std::stop_token const& stop, int at_once) {
    std::unique_lock lock(mutex_);
    at_once_ = at_once;
    auto const came = std::chrono::steady_clock::now();
    auto const ticket = next_ticket_++;
    waiting_.push_back(ticket);
    bool const mine = changed_.wait(lock, stop, [&] { return in_use_ < at_once && waiting_.front() == ticket; });
    waiting_.erase(std::find(waiting_.begin(), waiting_.end(), ticket));
    changed_.notify_all(); // whoever is first now
    if (!mine || stop.stop_requested()) {
        ++figures_.cancelled;
        throw Cancelled();
    }
    ++in_use_;
    ++figures_.used;
    figures_.waits.add(seconds_since(came));
    return Use(*this);
}

Stage::Figures Stage::figures() const {
    std::lock_guard lock(mutex_);
    auto figures = figures_;
    figures.waiting = waiting_.size();
    return figures;
}

void Stage::leave(double seconds) {
    std::lock_guard lock(mutex_);
    --in_use_;
    figures_.busy_s += seconds;
    figures_.durations.add(seconds);
    changed_.notify_all();
}

} // namespace echollama::server
