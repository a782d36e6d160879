// From the text detector's map of probabilities to the places of lines (DB, Liao et al. 2020; PaddleOCR's DBPostProcess
// with score mode "fast").
#pragma once

#include "reader/rectangle.h"

#include <span>
#include <vector>

namespace echollama {

// Row-major probabilities that a pixel belongs to a line's core.
struct TextMap {
    int width = 0, height = 0;
    std::span<float const> values; // width * height
};

struct TextMapOptions {
    float pixel_threshold = 0.3F; // of pixels
    float box_threshold = 0.6F;   // of the mean inside a box
    double growth = 1.5;          // cores are smaller than lines: boxes grow by area * growth / border length
    std::size_t most = 1000;      // boxes
};

struct TextPlace {
    Quad core;       // the least rectangle round the core, corners from the top left clockwise, in pixels of the map
    Quad corners;    // grown to the line
    float score = 0; // mean probability inside the core's rectangle
};

// Places in the order of their first pixel, row by row. Values that are no numbers count as 0. Throws Error when the
// map has not width * height values.
std::vector<TextPlace> find_text(TextMap const& map, TextMapOptions const& options = {});

// Mean of the map's pixels inside the quadrilateral or on its border, whose corners are cut to whole pixels first.
float mean_inside(TextMap const& map, Quad const& quad);

} // namespace echollama
