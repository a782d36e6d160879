// Walls, cupboards and other upright faces as whole planes: together they tell which way is up far better than the
// small patches that they consist of.
#pragma once

#include "geometry/depth_frame.h"
#include "geometry/patches.h"

#include <vector>

namespace echollama {

struct UprightPlane {
    Vector3 normal;  // of length 1, towards the camera
    float doubt = 0; // of its lean, radians, one standard deviation
    float size = 0;  // root of the number of patches
};

// Planes that are nearly upright (within 10 degrees, beside their doubt) if `up` is up: patches vote for a direction
// and a distance (Hough transform), and least squares over all readings of the patches on it, in inverse depth, give
// each.
std::vector<UprightPlane> upright_planes(std::vector<Patch> const& patches, Vector3 up, DepthNoise const& noise);

// The direction near `up` to which most of the planes are upright; boards that lean do not count then.
Vector3 common_up(std::vector<UprightPlane> const& planes, Vector3 up);

// What planes say about the direction of up: vT M v is how many squared standard deviations the direction v is off.
// `forgiving` (radians): planes that are farther from upright than that and than their doubt count little.
Symmetric3 uprightness(std::vector<UprightPlane> const& planes, Vector3 up, float forgiving);

} // namespace echollama
