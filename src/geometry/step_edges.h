// Edges of level pieces on the ground: what steps, drops and ramps begin with. Sets hold a value for each square.
#pragma once

#include "geometry/columns.h"
#include "geometry/levels.h"
#include "geometry/surroundings.h"

#include <vector>

namespace echollama {

inline constexpr float least_step_m = 0.05F, most_step_m = 0.28F; // of one step
inline constexpr float least_step_area_m2 = 0.06F;
inline constexpr float steps_within_m = 5; // farther away the floor's noise is as high as a step

// The longest side of what a set of places covers, across any direction: from end to end, and how much of that is
// covered at all.
struct Width {
    float whole = 0, covered = 0; // metres
};

Width width_of(std::vector<GroundPoint> const& places);

std::vector<GroundPoint> places_of(LevelPiece const& piece, Columns const& columns);
std::vector<bool> cells_of(LevelPiece const& piece, Columns const& columns);
std::vector<bool> floor_cells(Columns const& columns, Levels const& levels);

// The square that lies so many metres farther from the viewer on the ray through this one (negative: nearer); -1: none.
int farther_on(int cell, float metres);
// Is one of the set's cells within so many cells of the cell?
bool near_set(std::vector<bool> const& set, int cell, int far);
// Is there floor within three squares of this one towards the viewer?
bool floor_before(std::vector<bool> const& floor, int cell);

// The cells of the piece that are near the set.
std::vector<int> touching(LevelPiece const& piece, Columns const& columns, std::vector<bool> const& set);
// The cells of the piece before which floor lies, on the way from the viewer: its front edge. Beside it and behind it
// there may be floor, too, and far away noise makes some of its own cells floor.
std::vector<int> front_edge(LevelPiece const& piece, Columns const& columns, std::vector<bool> const& floor);
// Upright faces on the floor, as high as the piece, behind which it is the first thing that is seen: the front edge of
// a step whose own tread is hidden there by something that stands before it.
std::vector<int> hidden_front(LevelPiece const& piece, Columns const& columns, Levels const& levels,
                              std::vector<bool> const& floor);

// Nearest place and ends of the straight edge that these cells are at; half a cell is added towards the viewer.
void place_edge(StepFacts& step, std::vector<int> const& cells);

Measure step_height(LevelPiece const& piece, float from);
void use_bands(LevelPiece const& piece, Levels& levels, BandUse use);

} // namespace echollama
