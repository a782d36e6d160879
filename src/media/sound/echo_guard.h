// The program's own voice taken out of what its microphone hears, by libspeexdsp: an adaptive filter (multidelay block
// frequency domain, Soo and Pang 1990; its learning rate after Valin 2007) and the suppression of what that leaves.
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
    static constexpr double reach_s = 0.4;    // echoes that come later are not known

    EchoGuard();
    ~EchoGuard();
    EchoGuard(EchoGuard const&) = delete;
    EchoGuard& operator=(EchoGuard const&) = delete;

    // One block: what was heard, and what was played at most reach_s before it or at the same time. Gives what was
    // heard without it. Nothing is delayed.
    std::vector<float> clean(std::span<float const> heard, std::span<float const> played);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace echollama
