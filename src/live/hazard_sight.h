// When a hazard of the moving toy world can be known as one: the yardstick for warnings. A box that has just come into
// view, or that the detector misses, tells nothing about an approach yet, however near the truth knows it to be.
#pragma once

#include "tracking/moving_world.h"

#include <map>

namespace echollama {

// By identity, the seconds of the first picture in which the hazard (is_hazard) was detected while it was in view, for
// the third time at least, and either
// - the boxes so far tell that it comes: an observer who knows which of them are its own, how much their edges err
//   (`jitter`), and that speeds change by some 10 percent of the distance a second within one, is sure, 95 of 100, that
//   it will be here within 16 seconds. It is a Kalman filter over heights and widths, each where the picture does not
//   cut them off, begun anew when the thing was out of view for a second. A box counts for nothing while another thing
//   of its label lies over it and is missed: then it may be either's;
// - or it is within three metres and 1.6 to the side.
// Hazards that are neither until the world ends are left out.
std::map<int, double> hazards_seen(MovingWorld const& world);

} // namespace echollama
