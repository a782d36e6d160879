// Quiet tones that lead to a thing: from its side, faster the straighter it lies ahead, higher the nearer it is, and
// silent where it is lost.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace echollama {

// Where the thing lies that is looked for.
struct Lead {
    float bearing_deg = 0;            // 0 ahead, positive to the right
    std::optional<float> metres = {}; // none: not known
};

struct TonePlan {
    float pan = 0;        // -1 the left ear alone, 1 the right one; from 45 degrees on
    float per_second = 0; // tones: 8 straight ahead, 1.5 from 60 degrees on
    float hertz = 0;      // 880 at half a metre, 440 from 8 metres on, 587 where the distance is not known
};
TonePlan tone_plan(Lead const& lead);

// The sound itself, piece by piece. Not thread-safe.
class GuideTone {
  public:
    explicit GuideTone(int rate) : rate_(rate) {}

    // From the next tone on; none: silence within 10 ms.
    void lead(std::optional<Lead> const& lead);
    // While somebody speaks the tones are a quarter as loud.
    void duck(bool on) { ducked_ = on; }
    // Left, right, left … in [-0.1, 0.1], without clicks.
    std::vector<float> next(std::size_t frames);

  private:
    double rate_;
    std::optional<TonePlan> plan_; // none: silence
    TonePlan tone_;                // that sounds
    bool ducked_ = false;
    double since_ = 1e9; // frames since it began
    double gain_ = 0;    // of all, led smoothly
};

} // namespace echollama
