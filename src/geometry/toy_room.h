// One toy room before anybody looks at it; used by toy_space.cpp only.
#pragma once

#include "geometry/toy_space.h"
#include "geometry/vector3.h"

#include <cstdint>
#include <numbers>
#include <vector>

namespace echollama {

inline constexpr float toy_degree = std::numbers::pi_v<float> / 180;
inline constexpr float toy_wall_thick = 0.12F, toy_floor_deep = 0.3F;

struct ToyEdge { // along x, in the room's coordinates
    StepKind kind;
    float x0, x1, y, height;
    int count;
    std::vector<float> levels;
};

struct ToyGap { // in the wall across the room at y, or in a side wall at x
    bool side = false;
    float at = 0, low = 0, high = 0;
};

struct ToyRoom {
    std::vector<ToyBlock> blocks;
    std::vector<ToyRamp> ramps;
    std::vector<ToyEdge> edges;
    std::vector<ToyGap> gaps;
    float left = -2, right = 2, front = 5, ceiling = 2.6F;
    Vector3 camera;                     // in the room's coordinates
    float yaw = 0, pitch = 0, roll = 0; // radians; yaw to the right, pitch down
};

// Sometimes plain; else with a platform, stairs, a drop, a hatch, a ramp or a glass pane, and furniture.
ToyRoom make_toy_room(std::uint64_t seed);

} // namespace echollama
