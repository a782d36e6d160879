// Which of the level surfaces in view is the floor.
#pragma once

#include "geometry/depth_frame.h"
#include "geometry/patches.h"

#include <numbers>
#include <optional>
#include <vector>

namespace echollama {

inline constexpr float level_within = 6 * std::numbers::pi_v<float> / 180; // how far a level patch may be from level

// A level surface.
struct LevelSurface {
    float height = 0; // of its patches, over the camera (negative)
    float area = 0, readings = 0;
    float gap = 0;       // metres along the ground from where the view's lower edge would show it to where it begins
    float near_area = 0; // of what lies right beyond the view's lower edge
    std::size_t patches = 0;
};

// Those under the camera, each at most 10 cm thick, the largest first.
std::vector<LevelSurface> levels_of(DepthFrame const& frame, std::vector<Patch> const& patches, Vector3 up);

// The floor under somebody who holds the camera, standing or sitting: no table, no seat, no step.
std::optional<LevelSurface> floor_level(std::vector<LevelSurface> const& levels, std::size_t all_patches);

} // namespace echollama
