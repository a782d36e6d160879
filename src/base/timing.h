// Wall-clock times of the stages of one piece of work. Thread-safe: stages run side by side.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace echollama {

// One stage: when it began after the start of the work, and how long it took; both in milliseconds.
struct StageTiming {
    std::string stage;
    double start_ms = 0;
    double duration_ms = 0;
};

class Timings {
  public:
    using Clock = std::chrono::steady_clock;

    // Milliseconds since this object was made.
    double now_ms() const { return std::chrono::duration<double, std::milli>(Clock::now() - begin_).count(); }

    void add(StageTiming timing) {
        std::lock_guard lock(mutex_);
        stages_.push_back(std::move(timing));
    }

    // Records a moment (duration 0), such as "first audio".
    void mark(std::string stage) { add({std::move(stage), now_ms(), 0}); }

    // Runs work and records it under the stage's name, also when it throws.
    template <typename Work>
    decltype(auto) measure(std::string stage, Work&& work) {
        struct Record {
            Timings& timings;
            std::string stage;
            double start;
            ~Record() { timings.add({std::move(stage), start, timings.now_ms() - start}); }
        } record{*this, std::move(stage), now_ms()};
        return std::forward<Work>(work)();
    }

    std::vector<StageTiming> stages() const {
        std::lock_guard lock(mutex_);
        return stages_;
    }

  private:
    Clock::time_point begin_ = Clock::now();
    mutable std::mutex mutex_;
    std::vector<StageTiming> stages_;
};

} // namespace echollama
