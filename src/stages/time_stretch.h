// Faster or slower speech with its pitch kept, or another pitch at the same speed, by libsonic.
#pragma once

#include <memory>
#include <span>
#include <vector>

namespace echollama {

class TimeStretch {
  public:
    // speed 0.5..4, pitch 0.5..2; 1 and 1 pass samples through unchanged.
    TimeStretch(int rate, float speed, float pitch);
    ~TimeStretch();
    TimeStretch(TimeStretch const&) = delete;
    TimeStretch& operator=(TimeStretch const&) = delete;

    // What is ready after these samples.
    std::vector<float> push(std::span<float const> samples);
    // The rest.
    std::vector<float> finish();

  private:
    std::vector<float> ready();

    void* stream_ = nullptr; // sonicStream; null: pass through
};

} // namespace echollama
