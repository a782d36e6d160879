// A sound device whose clock is turned by hand: nobody waits for an hour of sound to be played.
#pragma once

#include "media/device/jitter_buffer.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <span>
#include <vector>

namespace echollama::test {

// The device pulls 20 ms at a time. The time that passes is the time that making the sound really took (from one push
// to the next), and where the buffer is full, the time until it has room: what a real device would have seen, without
// its waits.
class SimulatedDevice {
  public:
    using Clock = std::chrono::steady_clock;

    SimulatedDevice(int rate, double buffer_seconds) : rate_(rate), buffer_(rate, 1, buffer_seconds) {}

    void push(std::span<float const> samples) {
        advance(std::chrono::duration<double>(Clock::now() - made_).count());
        while (!samples.empty()) {
            auto const count = std::min(samples.size(), buffer_.room());
            buffer_.push(samples.first(count), {});
            pushed_ += static_cast<std::int64_t>(count);
            samples = samples.subspan(count);
            if (!samples.empty()) {
                advance(0.02);
            }
        }
        made_ = Clock::now();
    }
    // Plays what is left.
    void drain() {
        buffer_.end();
        while (buffer_.frames_played() < pushed_) {
            advance(0.02);
        }
    }

    std::int64_t pushed() const { return pushed_; }
    std::int64_t played() const { return buffer_.frames_played(); }
    std::int64_t underruns() const { return buffer_.underruns(); }
    double seconds() const { return static_cast<double>(periods_) * 0.02; } // that passed for the device
    double silence_seconds() const { return seconds() - static_cast<double>(played()) / rate_; }

  private:
    void advance(double seconds) {
        owed_ += seconds;
        std::vector<float> out(static_cast<std::size_t>(rate_ / 50));
        for (; owed_ >= 0.02; owed_ -= 0.02) {
            buffer_.pull(out);
            ++periods_;
        }
    }

    int rate_;
    JitterBuffer buffer_;
    Clock::time_point made_ = Clock::now();
    double owed_ = 0;
    std::int64_t pushed_ = 0, periods_ = 0;
};

// Bytes of this program in memory.
inline std::size_t resident_bytes() {
    std::ifstream file("/proc/self/statm");
    std::size_t total = 0, resident = 0;
    file >> total >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

} // namespace echollama::test
