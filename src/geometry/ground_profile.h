// The ground as a line from the viewer on, where noise hides its edges from single squares.
//
// Stairs, edges and ramps are alike along their whole width: a ray through them is told by its slope in the plane
// across that width alone. All rays of one slope together say what they meet to a few millimetres, where a single
// reading of a stereo camera is off by centimetres.
#pragma once

#include "geometry/columns.h"
#include "geometry/levels.h"
#include "geometry/surroundings.h"
#include "geometry/walls.h"

namespace echollama {

// Edges at right angles to the walls' directions that nothing has told yet: where the floor ends before what is met
// lower, and where it goes on a step higher. Adds them to out.steps, marks holes and the bands of steps.
void find_hidden_edges(DepthFrame const& depth, Columns const& columns, std::vector<WallPlane> const& walls,
                       Levels& levels, Surroundings& out);

} // namespace echollama
