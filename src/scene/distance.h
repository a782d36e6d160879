// How far things are, and how sure that is.
#pragma once

#include "scene/types.h"

namespace echollama {

// From the typical size of the thing and the focal length: metres = focal * size / pixels. The interval is the class's
// spread, wider when the camera is assumed. None when the class has no typical size or the box is cut by the picture's
// edge on every side that could be measured.
Distance distance_from_size(Detection const& detection, Intrinsics const& camera, int width, int height);

// From a map in metres: the median of the readings in the central part of the box (the middle 60 % of each side), where
// the object hides what is behind it. Interval: their 10th to 90th percentile, at least 2 %. None without readings.
Distance distance_from_depth(Box const& box, DepthMap const& depth, int width, int height);

} // namespace echollama
