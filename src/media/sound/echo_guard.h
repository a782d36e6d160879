// The program's own voice taken out of what its microphone hears, by WebRTC's audio processing: an adaptive filter in
// the frequency domain that finds the echo's delay by itself, and the suppression of what it leaves.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace echollama {

class EchoGuard {
  public:
    static constexpr int rate = 16000;        // samples a second of everything here
    static constexpr std::size_t block = 320; // samples that are cleaned together: 20 ms

    EchoGuard();
    ~EchoGuard();
    EchoGuard(EchoGuard const&) = delete;
    EchoGuard& operator=(EchoGuard const&) = delete;

    // One block: what was heard, and what was given to the loudspeaker at the same time; echoes may come some hundred
    // milliseconds later. Gives what was heard without it, delayed by a few milliseconds.
    std::vector<float> clean(std::span<float const> heard, std::span<float const> played);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace echollama
