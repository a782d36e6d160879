// From metric depth to what is around the viewer: no network, no detector.
#pragma once

#include "geometry/depth_frame.h"
#include "geometry/surroundings.h"

namespace echollama {

// Nothing is found (and nothing said) where there are too few readings. Throws Error when the frame's sizes do not fit.
Surroundings measure_surroundings(DepthFrame const& frame);

} // namespace echollama
