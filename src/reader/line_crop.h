// A line of text cut out of the picture and set straight.
#pragma once

#include "media/picture/image.h"
#include "scene/types.h"

#include <array>
#include <vector>

namespace echollama {

// The plane map x' = (a x + b y + c) / (g x + h y + 1), y' = (d x + e y + f) / (g x + h y + 1).
struct PlaneMap {
    std::array<double, 8> m{1, 0, 0, 0, 1, 0, 0, 0}; // a..h

    Point at(double x, double y) const;
};

// From the rectangle (0, 0) to (width, height) onto the quadrilateral, whose corners go from the top left clockwise
// (Heckbert 1989, 2.2.3). A quadrilateral without an area gives a map without meaning, but finite numbers.
PlaneMap onto_quad(std::array<Point, 4> const& quad, double width, double height);

// Width and height of the line as PaddleOCR measures it: of each pair of opposite sides the longer one, at least 1.
struct LineSize {
    float width = 1, height = 1;
};
LineSize size_of(std::array<Point, 4> const& quad);

// The inside of the quadrilateral, set straight at this size; between pixels as between neighbours (bilinear), the mean
// of several samples where the picture is finer than that; beyond the picture its border goes on. Sizes >= 1.
Image cut_line(Image const& image, std::array<Point, 4> const& quad, int width, int height);

// Seen upside down.
Image turned_around(Image const& image);

} // namespace echollama
