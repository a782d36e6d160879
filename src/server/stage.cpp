#include "server/stage.h"

#include "server/api_error.h"

#include <algorithm>

namespace echollama::server {

Stage::Use::~Use() {
    if (stage_) {
        stage_->leave();
    }
}

Stage::Use Stage::enter(std::stop_token const& stop) {
    std::unique_lock lock(mutex_);
    if (in_use_ && waiting_.size() >= most_waiting_) {
        ++figures_.refused;
        throw ApiError(503, "Too many requests are waiting; try again in a moment.", "", "overloaded");
    }
    auto const ticket = next_ticket_++;
    waiting_.push_back(ticket);
    bool const mine = changed_.wait(lock, stop, [&] { return !in_use_ && waiting_.front() == ticket; });
    waiting_.erase(std::find(waiting_.begin(), waiting_.end(), ticket));
    if (!mine || stop.stop_requested()) {
        changed_.notify_all(); // whoever is first now
        throw Cancelled();
    }
    in_use_ = true;
    since_ = std::chrono::steady_clock::now();
    ++figures_.used;
    return Use(*this);
}

Stage::Figures Stage::figures() const {
    std::lock_guard lock(mutex_);
    auto figures = figures_;
    figures.waiting = waiting_.size();
    return figures;
}

void Stage::leave() {
    std::lock_guard lock(mutex_);
    in_use_ = false;
    figures_.busy_s += std::chrono::duration<double>(std::chrono::steady_clock::now() - since_).count();
    changed_.notify_all();
}

} // namespace echollama::server
