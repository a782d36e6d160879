// The sound device.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>

namespace echollama {

// Plays mono samples as they come, through a bounded buffer of half a second. Sound begins when 60 ms are there, or
// after 60 ms with less, so that pieces that come unevenly make no gaps. Thread-safe: one thread pushes, the device
// pulls.
class Player {
  public:
    // Opens the default device; `silent` opens a simulated one with a real clock (tests). Throws Error when there is
    // none.
    explicit Player(int rate, bool silent = false);
    ~Player();
    Player(Player const&) = delete;
    Player& operator=(Player const&) = delete;

    // Waits for room; returns early when stop is requested. Throws Error when the device has taken nothing for five
    // seconds (unplugged).
    void push(std::span<float const> samples, std::stop_token stop);
    // Waits until everything pushed has been heard, or until stop is requested. Throws as push does. More may be
    // pushed afterwards.
    void drain(std::stop_token stop);
    // Silence within the device's own latency (about 60 ms); what is buffered is dropped.
    void silence();

    // Times the device asked for sound while more was to come and there was none.
    std::int64_t underruns() const;
    std::int64_t samples_played() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace echollama
