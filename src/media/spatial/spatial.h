// Mono sound placed around the listener: two channels for headphones.
#pragma once

#include "media/spatial/hrtf.h"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace echollama {

struct SoundPlace {
    float bearing_deg = 0;           // 0 ahead, positive to the right
    std::optional<float> distance_m; // not known: as loud as at one metre
};

// What a distance does, between 0.5 and 10 metres (nearer and farther is heard as these): 2.25 dB less for each
// doubling, where free air would take 6, so that far things stay easy to understand; and 0.3 dB a metre less above 4
// kHz, about three times what air does at 8 kHz (ISO 9613-1, 20 °C, 50 %), so that it can be noticed in a room.
struct DistanceEffect {
    float gain = 1; // of everything
    float high = 1; // of what is above 4 kHz, besides
};
DistanceEffect distance_effect(std::optional<float> metres);

// The loudest sample that is ever given out: -1 dBFS.
inline constexpr float loudest_sample = 0.8912509F;

// Keeps two channels under loudest_sample: both are turned down together, smoothly, 3 ms before a peak comes, so that
// directions stay. Frames come out 3 ms late in the stream, but at their own times: nothing is shifted.
class PeakGuard {
  public:
    explicit PeakGuard(int rate);

    // Frames (left, right, …) that are certain by now.
    std::vector<float> push(std::span<float const> frames);
    std::vector<float> finish();

  private:
    std::size_t reach_;
    std::deque<float> frames_; // not given out yet
    std::deque<float> needed_; // gain that each of the last frames needs
    std::deque<float> held_;   // least of them within reach
    std::size_t loud_ago_ = 0; // frames since one needed less than 1
};

// One sound from one place, or from the middle of the head. Streaming: however the input is cut into pieces, the same
// frames come out. n samples become n frames and a few milliseconds of tail.
class SpatialStream {
  public:
    // From the middle: both ears hear the same.
    explicit SpatialStream(int rate);
    SpatialStream(Head const& head, SoundPlace const& place, int rate);

    // Frames: left, right, left, right …
    std::vector<float> push(std::span<float const> samples);
    // The rest; then the next sound may begin.
    std::vector<float> finish();

  private:
    SpatialStream(EarFilters filters);
    std::vector<float> convolve(std::span<float const> samples);

    EarFilters filters_;
    std::vector<float> left_, right_; // begun, not complete: later samples add to it
    PeakGuard guard_;
};

} // namespace echollama
