// Upright planes, and the gaps in them.
#pragma once

#include "geometry/columns.h"
#include "geometry/patches.h"
#include "geometry/surroundings.h"

#include <vector>

namespace echollama {

// A wall with what later steps need: all of its points have normal . (x, y) = offset.
struct WallPlane {
    WallFacts facts;
    GroundPoint normal; // of length 1, away from the viewer
    float offset = 0;   // metres, >= 0
    Extent along;       // of what is seen, along (-normal.y, normal.x)
    float doubt = 0;    // of the offset, one standard deviation

    float distance_of(float x, float y) const { return normal.x * x + normal.y * y - offset; }
    float along_of(float x, float y) const { return -normal.y * x + normal.x * y; }
    GroundPoint at(float t) const { return {offset * normal.x - t * normal.y, offset * normal.y + t * normal.x}; }
};

// Lines over the ground that tall columns stand on (Hough transform, then least squares): at least half a metre wide,
// and as high as somebody is or out of the view. Nearest first.
std::vector<WallPlane> find_walls(Columns const& columns, std::vector<Patch> const& patches, ViewerFrame const& frame,
                                  DepthNoise const& noise, bool has_floor);

// Takes away what is no wall, as one sees through it or over it: a row of trees, shelves, the back of a desk.
void leave_out_seen_through(DepthFrame const& depth, ViewerFrame const& frame, std::vector<WallPlane>& walls);

// Is the band a part of one of the walls? Its index, or -1.
int wall_of(Band const& band, std::vector<WallPlane> const& walls);

// Gaps at least 45 cm wide with wall on both sides through which readings farther away are seen.
std::vector<OpeningFacts> find_openings(DepthFrame const& depth, ViewerFrame const& frame,
                                        std::vector<WallPlane> const& walls);

} // namespace echollama
