// A thread that reads a source as fast as it gives, and keeps only the newest frame: whoever is slower than the source
// looks at what is there now, and nothing queues up.
#pragma once

#include "media/video/frame_source.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

namespace echollama {

class NewestFrame {
  public:
    // What is no camera or stream gives its frames at their times, as if it were one.
    explicit NewestFrame(FrameSource source);
    ~NewestFrame(); // stops the source
    NewestFrame(NewestFrame const&) = delete;
    NewestFrame& operator=(NewestFrame const&) = delete;

    // Waits for a frame that was not given out yet, or for an event; events are never left out, and a frame that came
    // before an event is given before it. After the end always the end, also when stop was requested. Throws what the
    // source throws.
    SourceEvent next(std::stop_token stop);

    // Frames that the source gave, and those of them that nobody took because a newer one came.
    std::int64_t read() const;
    std::int64_t skipped() const;

  private:
    void run(std::stop_token const& stop);
    void wait_for_time_of(Frame const& frame, std::stop_token const& stop);
    void put(SourceEvent event);

    FrameSource source_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<SourceEvent> waiting_; // at most one frame between two events
    std::exception_ptr fault_;
    bool ended_ = false;
    std::int64_t read_ = 0, skipped_ = 0;
    std::optional<std::chrono::steady_clock::time_point> began_;
    std::jthread thread_; // last: it uses everything above
};

} // namespace echollama
