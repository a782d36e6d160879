// The readings of a depth map sorted over the ground: what stands in every square of it, from bottom to top.
#pragma once

#include "geometry/depth_frame.h"
#include "geometry/surroundings.h"

#include <array>
#include <cstdint>
#include <vector>

namespace echollama {

// Squares of 5 cm up to 5 m to each side and 9 m ahead; heights from 2.5 m below the floor to 3 m above.
struct GroundGrid {
    static constexpr float cell_m = 0.05F, x0 = -5, y0 = 0;
    static constexpr int columns = 200, rows = 180;
    static constexpr int cells = columns * rows;
    static constexpr float lowest = -2.5F, highest = 3;

    // -1: outside
    static int cell_at(float x, float y) {
        float const column = (x - x0) / cell_m, row = (y - y0) / cell_m;
        bool const inside =
            column >= 0 && row >= 0 && column < static_cast<float>(columns) && row < static_cast<float>(rows);
        return inside ? static_cast<int>(row) * columns + static_cast<int>(column) : -1;
    }
    static GroundPoint centre(int cell) {
        return {x0 + (static_cast<float>(cell % columns) + 0.5F) * cell_m,
                y0 + (static_cast<float>(cell / columns) + 0.5F) * cell_m};
    }
    // The cell beside this one; -1: outside.
    static int beside(int cell, int right, int ahead) {
        int const column = cell % columns + right, row = cell / columns + ahead;
        bool const inside = column >= 0 && row >= 0 && column < columns && row < rows;
        return inside ? row * columns + column : -1;
    }
};

// Readings of one square without a gap in height between them.
struct Band {
    int cell = 0;
    int readings = 0;
    float low = 0, high = 0, mean = 0; // metres over the floor; low and high without a stray reading in twenty
    float x = 0, y = 0;                // mean place
    float sigma = 0;                   // of one reading's height, from the noise model
    float ray_sigma = 0;               // of one reading along its ray
    bool level = false;                // all readings are at one height as far as the noise lets one see
    bool at_top = false;               // it goes on above the view
    bool at_bottom = false;            // it goes on below the view
};

// What rays say about the floor in a square: rays that should meet it there.
struct FloorRays {
    std::uint16_t floor = 0;  // met it
    std::uint16_t below = 0;  // went on to something lower
    std::uint16_t hidden = 0; // were stopped before
    std::uint16_t none = 0;   // brought no reading

    int all() const { return floor + below + hidden + none; }
    bool is_floor() const { return floor >= 2 && floor >= below; }
    bool is_hole() const { return below >= 2 && below > 2 * floor; }
};

struct Columns {
    std::vector<Band> bands;      // cell by cell, the lowest first
    std::vector<int> first;       // of each cell, and one more: bands of a cell are [first[cell], first[cell + 1])
    std::vector<FloorRays> floor; // of each cell; empty without a floor
};

// How far a reading's height may be from the floor for the reading to lie on it.
float floor_tolerance(float sigma_height, float ahead);

// `has_floor`: frame.camera_height is known.
Columns columns_of(DepthFrame const& depth, ViewerFrame const& frame, bool has_floor);

} // namespace echollama
