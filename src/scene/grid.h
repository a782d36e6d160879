// The paper's 2x3 grid and its text (section 5.1).
#pragma once

#include "scene/types.h"

#include <array>
#include <string>
#include <vector>

namespace echollama {

// The cell of a box centre: thirds of the width, halves of the height. Centres outside the picture, and values that are
// no numbers, fall into the nearest cell, so every box has exactly one.
GridCell cell_of(Box const& box, int width, int height);

// "top left", "bottom middle" and so on.
std::string cell_name(GridCell cell);

// One entry of the matrix: `name: probability, r(x,y,z)`.
struct MatrixEntry {
    std::string name;
    double probability = 0; // rounded to two decimals
    double x = 0, y = 0, z = 0;

    bool operator==(MatrixEntry const&) const = default;
};

struct SceneGrid {
    std::array<std::array<std::vector<MatrixEntry>, 3>, 2> cells; // [row][column]
};

// Objects above the threshold (the paper: 0.90), in order of x inside a cell; x, y are truncated to integers and z has
// at most four decimals, as in the paper's samples.
SceneGrid make_grid(Scene const& scene, float threshold);

// One line per cell: "Left Top: [chair: 0.95, r(48,101,74.5101); …]"; empty cells stay as "[]".
std::string matrix_text(SceneGrid const& grid);

// The inverse of matrix_text. Throws Error naming the line that is not understood.
SceneGrid parse_matrix(std::string const& text);

} // namespace echollama
