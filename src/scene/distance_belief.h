// What is believed about one distance: a probability for each step of a ladder of distances that is even in the
// logarithm. Alternatives are added, independent evidence is multiplied, a common doubt is spread over all; in the end
// there are a median and the interval that holds nine times in ten.
#pragma once

#include "scene/types.h"

#include <array>
#include <cstddef>

namespace echollama {

class DistanceBelief {
  public:
    static constexpr float nearest_m = 0.02F, farthest_m = 2000;
    static constexpr std::size_t steps = 256;
    using Weights = std::array<float, steps>; // from near to far

    static DistanceBelief none();      // the sum of no alternatives; not normal until something is added
    static DistanceBelief any();       // every step is as likely; normal
    static float log_metres(float at); // of a step, also between two

    // An alternative: log(metres) is normally distributed around log_metres. The weight is spread over the steps that
    // the ladder has within four deviations.
    void add(float log_metres, float deviation, float weight);
    void add(DistanceBelief const& alternative, float weight);

    // Independent evidence about the same distance; both normal. Where they exclude each other nothing changes.
    void multiply(DistanceBelief const& evidence);
    // The sum of products: how well two agree. With any() it is 1 / steps.
    float agreement(DistanceBelief const& other) const;

    // All is uncertain by this much more: a normal distribution of the logarithm with this middle and deviation.
    DistanceBelief widened(float middle, float deviation) const;

    void normalise(); // to the sum 1; any() where nothing is possible
    // Median and 5th to 95th percentile.
    Distance distance(DistanceSource source) const;

  private:
    float quantile(float share) const; // log(metres)

    Weights weights_{};
};

} // namespace echollama
