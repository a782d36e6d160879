// Rectangles round points in the plane: what the text detector's map is turned into. Pure functions.
#pragma once

#include "scene/types.h"

#include <array>
#include <vector>

namespace echollama {

using Quad = std::array<Point, 4>;

// The corner points of the convex hull, anticlockwise where y points up; fewer than three when the points lie on a
// line. Monotone chain (Andrew 1979).
std::vector<Point> convex_hull(std::vector<Point> points);

// The rectangle of least area round the points, at any angle; one of its sides lies along a side of the hull (Freeman
// and Shapira 1975). Of points on a line it has no height. `points` is not empty.
Quad min_area_rectangle(std::vector<Point> points);

// The same corners from the top left one clockwise: of the two leftmost the upper comes first, of the two rightmost the
// upper second (PaddleOCR, get_mini_boxes).
Quad ordered_corners(Quad const& rectangle);

// Length of the shorter pair of sides.
float short_side(Quad const& rectangle);

// The quadrilateral grown by `distance` on all sides, with round corners, as the points of a polygon in whole pixels:
// Clipper's offset with round joins (Johnson, ClipperOffset, arc tolerance 0.25). Corners are cut to whole pixels
// first. PaddleOCR's unclip is this with distance = area * ratio / length of the border.
std::vector<Point> grown(Quad const& quad, double distance);

// area * ratio / length of the border; 0 for a quadrilateral without a border.
double growth_of(Quad const& quad, double ratio);

} // namespace echollama
