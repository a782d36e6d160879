// Numbers with their uncertainty, and directions on the ground.
#pragma once

#include "geometry/surroundings.h"

namespace echollama {

// Nine in ten of a normal distribution lie within 1.645 standard deviations.
Measure measured(float metres, float doubt);
// Degrees to the right of ahead.
float bearing_of(GroundPoint point);
float distance_to(GroundPoint point);
// From the viewer to the nearest point of the line between two points.
GroundPoint nearest_on(GroundPoint from, GroundPoint to);

} // namespace echollama
