// What stands on the floor or hangs over it.
#pragma once

#include "geometry/columns.h"
#include "geometry/levels.h"
#include "geometry/walls.h"

#include <vector>

namespace echollama {

// Bands over the floor that nothing else explains, joined where they touch in all three directions. `of_band`: for each
// band the index of its obstacle, or -1.
struct Obstacles {
    std::vector<ObstacleFacts> facts; // nearest first
    std::vector<int> of_band;
};

// `has_floor`: heights count from it; else everything in front of the walls is an obstacle.
Obstacles find_obstacles(Columns const& columns, Levels const& levels, std::vector<WallPlane> const& walls,
                         bool has_floor);

} // namespace echollama
