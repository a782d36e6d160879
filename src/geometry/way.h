// The ground from above, and how far one can walk on it as far as it is seen.
#pragma once

#include "geometry/bent_ground.h"
#include "geometry/columns.h"
#include "geometry/levels.h"
#include "geometry/obstacles.h"
#include "geometry/walls.h"

#include <optional>

namespace echollama {

inline constexpr float walker_width_m = 0.6F; // shoulders and a little
inline constexpr float side_way_deg = 25;     // of the ways to the left and the right

// What is known of the ground beside its squares.
struct GroundShape {
    std::optional<BentGround> bend; // where it turns
    GroundPoint slope;              // how much it rises for one metre to the right and ahead, where it may be a slope
};

// out.obstacles, walls and steps must be there already; fills plan, ways and widest_gap. Only floor that is seen is
// free: what is hidden, brings no reading or lies outside of the view ends a way.
void find_ways(Columns const& columns, Levels const& levels, std::vector<WallPlane> const& walls,
               Obstacles const& obstacles, GroundShape const& ground, Surroundings& out);

} // namespace echollama
