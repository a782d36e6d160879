// Faster or slower speech with its pitch kept, or another pitch at the same speed, by libsonic.
#pragma once

#include <span>
#include <vector>

namespace echollama {

class TimeStretch {
  public:
    static constexpr float slowest = 0.5F, fastest = 4;

    // speed 0.5..4, pitch 0.5..2 (clamped). Samples pass through unchanged as long as both are 1. Channels are
    // interleaved.
    TimeStretch(int rate, float speed = 1, float pitch = 1, int channels = 1);
    ~TimeStretch();
    TimeStretch(TimeStretch const&) = delete;
    TimeStretch& operator=(TimeStretch const&) = delete;

    // From the next samples on; no click, nothing lost.
    void set_speed(float speed);
    // As it is, clamped: with one speed for all of a stream, what is pushed at time t is heard at t / speed(), give or
    // take a period of the voice.
    float speed() const { return speed_; }
    // What is ready after these samples.
    std::vector<float> push(std::span<float const> samples);
    // The rest. A new stream may follow.
    std::vector<float> finish();
    // Something is kept for finish().
    bool holds() const { return holds_; }

  private:
    void open();
    std::vector<float> ready();

    int rate_, channels_;
    float speed_ = 1, pitch_ = 1;
    bool holds_ = false;
    void* stream_ = nullptr; // sonicStream; null: pass through
};

} // namespace echollama
