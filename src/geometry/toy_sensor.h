// What depth sensors make of the true distances: noise, steps of their scale, missing and mixed readings.
#pragma once

#include "geometry/depth_frame.h"

#include <cstdint>
#include <vector>

namespace echollama {

struct ToyPixel {
    float z = 0;     // metres along the axis; 0: nothing, or glass
    float slant = 1; // cosine between the ray and the surface's normal
};

inline constexpr float toy_stereo_scale = 60; // focal length * baseline, pixels * metres

// structured_light: normal noise of disparity as Nguyen et al. 2012, disparity in eighths of a pixel, nothing beyond 6
// m, at grazing angles and in the projector's shadow. stereo: noise of a quarter of a pixel that neighbours share, near
// edges two pixels too wide, holes without texture. phone: 1 cm and 0.7 per cent, edges that run into each other,
// nothing beyond 5 m. All: a scale that is off by up to half a per cent, one stray reading in a thousand.
std::vector<float> sense(std::vector<ToyPixel> const& pixels, int width, int height, DepthSensor sensor,
                         std::uint64_t seed);
std::vector<float> exact(std::vector<ToyPixel> const& pixels);

} // namespace echollama
