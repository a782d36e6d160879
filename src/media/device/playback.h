// The sound device.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>

namespace echollama {

struct PlayerOptions {
    int channels = 1;          // interleaved
    double buffer_seconds = 8; // how far a voice may be ahead of what is heard
    bool simulated = false;    // a device with a real clock that nobody hears (tests)
};

// Plays samples as they come, through a JitterBuffer. Thread-safe: one thread pushes, the device pulls.
class Player {
  public:
    // Opens the default device. Throws Error when there is none.
    explicit Player(int rate, PlayerOptions const& options = {});
    ~Player();
    Player(Player const&) = delete;
    Player& operator=(Player const&) = delete;

    // As JitterBuffer's.
    void push(std::span<float const> samples, std::stop_token stop);
    void drain(std::stop_token stop);
    void set_speed(float speed);
    void end();
    // Silence within the device's own latency (about 60 ms): what is buffered is dropped, and what is pushed until
    // resume().
    void silence();
    void resume();
    std::int64_t underruns() const;
    std::int64_t frames_played() const;
    std::int64_t frames_accepted() const;
    std::int64_t frames_heard() const;
    // Since the device took sound or silence last: more than some tenths of a second, and it is gone.
    double idle_s() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace echollama
