// Ramps: ground that rises or falls slowly.
#pragma once

#include "geometry/bent_ground.h"
#include "geometry/columns.h"
#include "geometry/levels.h"
#include "geometry/surroundings.h"

#include <optional>

namespace echollama {

// Pieces with a slope that begin at the floor, or else the farther part of a ground that turns, where squares bear that
// out. Adds to out.ramps and marks what belongs to them.
void find_ramps(Columns const& columns, std::optional<BentGround> const& bend, Levels& levels, Surroundings& out);

} // namespace echollama
