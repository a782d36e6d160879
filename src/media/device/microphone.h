// The microphone.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

namespace echollama {

// Records mono samples in [-1, 1] at the given rate from the moment it is made. One thread reads; the device writes.
// At most 30 seconds wait to be read; older ones are dropped.
class Microphone {
  public:
    // Opens the default device; `silent` opens a simulated one that hears silence in real time (tests). Throws Error
    // when there is none.
    explicit Microphone(int rate, bool silent = false);
    ~Microphone();
    Microphone(Microphone const&) = delete;
    Microphone& operator=(Microphone const&) = delete;

    // Waits for sound and takes all that is there; empty when stop is requested. Throws Error when the device has gone
    // quiet for five seconds (unplugged).
    std::vector<float> read(std::stop_token stop);

    // Samples that were lost because nobody read.
    std::int64_t dropped() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace echollama
