// Level surfaces: the floor, steps up and down, tables; and ramps.
#pragma once

#include "geometry/bent_ground.h"
#include "geometry/columns.h"
#include "geometry/surroundings.h"

#include <optional>
#include <vector>

namespace echollama {

// Bands at one height that touch each other.
struct LevelPiece {
    std::vector<int> bands;    // indices
    float height = 0;          // mean over the floor
    float sigma = 0;           // of a band's height around it
    float area = 0;            // m²
    float slope_deg = 0;       // of the plane through it
    float slope_doubt_deg = 0; // one standard deviation: narrow pieces tell little of theirs
    float uneven = 0;          // root mean square distance from that plane, metres
    GroundPoint uphill;        // where it rises to, of length 1
    float nearest = 0;         // metres along the ground
    GroundBox box;
    int readings = 0;
};

// What a band belongs to.
enum class BandUse : std::uint8_t { open, floor, step, ramp, table, wall, ceiling };

struct Levels {
    std::vector<LevelPiece> pieces; // without the floor, nearest first
    std::vector<BandUse> use;       // of each band
    std::vector<int> holes;         // squares where the floor is missing
};

// Joins level bands whose heights differ by no more than the noise; those at height 0 become BandUse::floor.
Levels find_levels(Columns const& columns);

// Steps up: pieces that begin at the floor, are at least 70 cm wide and no higher than a step;
// each step may be followed by others. Marks their bands.
void find_steps_up(Columns const& columns, Levels& levels, Surroundings& out);

// Where the floor ends and rays go on to something lower. Marks the bands of lower steps.
void find_drops(Columns const& columns, std::optional<BentGround> const& bend, Levels& levels, Surroundings& out);

// Level pieces between a knee and a chest. Marks nothing: what carries them stays an obstacle.
void find_tables(Columns const& columns, Levels const& levels, Surroundings& out);

} // namespace echollama
