#include "media/video/newest_frame.h"

#include <chrono>
#include <utility>

namespace echollama {

NewestFrame::NewestFrame(FrameSource source)
    : source_(std::move(source)), thread_([this](std::stop_token const& stop) { run(stop); }) {}

NewestFrame::~NewestFrame() = default;

void NewestFrame::wait_for_time_of(Frame const& frame, std::stop_token const& stop) {
    using namespace std::chrono;
    began_ = began_.value_or(steady_clock::now());
    auto const due = *began_ + duration_cast<steady_clock::duration>(duration<double>(frame.seconds));
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, due, [] { return false; });
}

void NewestFrame::put(SourceEvent event) {
    std::lock_guard const lock(mutex_);
    bool const frame = event.kind == SourceEvent::Kind::frame;
    read_ += frame;
    if (frame && !waiting_.empty() && waiting_.back().kind == SourceEvent::Kind::frame) {
        waiting_.back() = std::move(event);
        ++skipped_;
    } else {
        waiting_.push_back(std::move(event));
    }
    changed_.notify_all();
}

void NewestFrame::run(std::stop_token const& stop) {
    try {
        while (!stop.stop_requested()) {
            auto event = source_.next(stop);
            bool const end = event.kind == SourceEvent::Kind::end;
            if (event.kind == SourceEvent::Kind::frame && !source_.live) {
                wait_for_time_of(event.frame, stop);
            }
            put(std::move(event));
            if (end) {
                break;
            }
        }
    } catch (...) { // crosses to the thread that asks
        std::lock_guard const lock(mutex_);
        fault_ = std::current_exception();
    }
    std::lock_guard const lock(mutex_);
    ended_ = true;
    changed_.notify_all();
}

SourceEvent NewestFrame::next(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [&] { return ended_ || !waiting_.empty(); });
    if (stop.stop_requested()) {
        return {};
    }
    if (!waiting_.empty()) {
        auto event = std::move(waiting_.front());
        waiting_.pop_front();
        return event;
    }
    if (fault_) {
        std::rethrow_exception(std::exchange(fault_, nullptr));
    }
    return {};
}

std::int64_t NewestFrame::read() const {
    std::lock_guard const lock(mutex_);
    return read_;
}

std::int64_t NewestFrame::skipped() const {
    std::lock_guard const lock(mutex_);
    return skipped_;
}

} // namespace echollama
