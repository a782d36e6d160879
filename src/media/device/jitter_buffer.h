// What waits between a voice that speaks in bursts and a sound device that pulls evenly.
#pragma once

#include "media/sound/time_stretch.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <stop_token>
#include <vector>

namespace echollama {

// Bounded. Sound begins when 60 ms are there, or after 60 ms with less, so that pieces that come unevenly make no gaps.
// The speed may change while it plays. One thread pushes, the device's thread pulls; everything may be called from any
// thread. Channels are interleaved; a frame is one sample of each.
class JitterBuffer {
  public:
    // `seconds` of sound fit.
    JitterBuffer(int rate, int channels, double seconds);

    // Waits for room; returns early when stop is requested. Throws Error when nothing has been pulled for five seconds
    // (the device was unplugged).
    void push(std::span<float const> samples, std::stop_token stop);
    // Waits until everything pushed has been heard, or until stop is requested. Throws as push does. More may be
    // pushed afterwards.
    void drain(std::stop_token stop);
    // Nothing more is to come for now: an empty buffer is no underrun. drain() does the same.
    void end();
    // Drops what waits and what is pushed until resume().
    void silence();
    void resume();
    // While true the device gets silence and what waits stays; silence() ends it.
    void pause(bool on);
    // 0.5..4, pitch kept; heard at once.
    void set_speed(float speed);

    // The device: takes what is there, fills the rest with silence.
    void pull(std::span<float> out);
    // Frames the device holds after taking them.
    void set_latency(std::size_t frames);

    // Frames that can be pushed without waiting.
    std::size_t room() const;
    // Times the device asked for sound while more was to come and there was none.
    std::int64_t underruns() const;
    std::int64_t frames_played() const;
    // Of what was pushed, at the speed it was pushed with: what is not dropped, and what of it the device has taken.
    // What silence() drops counts as if it had never been pushed.
    std::int64_t frames_accepted() const;
    std::int64_t frames_heard() const;

  private:
    std::size_t take(std::span<float> out);
    std::vector<float> pop(std::size_t count);
    std::int64_t heard_samples() const;
    void wait(std::unique_lock<std::mutex>& lock, std::stop_token stop, std::function<bool()> const& done);

    std::size_t channels_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::vector<float> ring_; // what waits: size_ samples from head_ on
    std::size_t head_ = 0, size_ = 0;
    TimeStretch stretch_;
    std::vector<float> stretched_; // ready for the device
    std::size_t lead_ = 0;         // frames gathered before sound begins
    std::size_t latency_ = 0;
    std::size_t quiet_ = 0; // silent frames given since the last real one
    std::size_t held_ = 0;  // frames' time that the oldest waiting sample has been kept back
    bool flowing_ = false;  // sound is being given
    bool ending_ = true;
    bool silent_ = false; // what is pushed is dropped
    bool paused_ = false;
    std::int64_t played_ = 0;
    std::int64_t underruns_ = 0;
    std::int64_t accepted_ = 0; // samples, as frames_accepted()
    float speed_ = 1;
};

} // namespace echollama
