// How far the things in a plain photo are: from what usually is how large, where things stand on the floor, and the
// map of a depth network where there is one, each as much as it is sure (logarithms of distances, DistanceBelief).
#pragma once

#include "scene/types.h"

#include <vector>

namespace echollama {

// From the box alone: the poses and sizes of the class (size_prior.h) and its height and width, as far as the picture's
// edge does not cut them: then only a part of the thing is seen, and it is nearer. Of a label with a rival, both. None
// where the class has no size, or the box is cut at all four sides.
Distance distance_from_size(Detection const& detection, Intrinsics const& camera, int width, int height);

// Of each detection, as above; together, because they share one camera and one floor: where a thing of known size
// stands tells how high the camera is and where it looks, and so how far others stand (floor.h). `relative` may be
// null, or a map of relative inverse depth, which the sizes calibrate (distance.h); other maps are not looked at.
std::vector<Distance> photo_distances(std::vector<Detection> const& detections, Intrinsics const& camera, int width,
                                      int height, DepthMap const* relative = nullptr);

} // namespace echollama
