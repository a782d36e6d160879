// Which way is up, and where the floor is.
#pragma once

#include "geometry/bent_ground.h"
#include "geometry/depth_frame.h"
#include "geometry/patches.h"
#include "geometry/surroundings.h"

#include <optional>
#include <vector>

namespace echollama {

struct UpGuess {
    Vector3 up{0, -1, 0}; // camera's coordinates, of length 1
    UpSource source = UpSource::assumed;
    Symmetric3 walls;      // what upright planes alone say: vT walls v is how many squared deviations v is off
    float walls_doubt = 1; // radians, of what they say in the direction that they say least of; 1: nothing
    Vector3 up_by_walls{0, -1, 0};
};

// The direction to which most flat patches are level or upright, near the picture's own up (within 65 degrees), or near
// the one that the frame tells. People hold cameras upright, more or less.
UpGuess find_up(DepthFrame const& frame, std::vector<Patch> const& patches);

// The plane under the viewer's feet.
struct FloorPlane {
    Vector3 up;                      // its normal
    float below = 0;                 // metres from the camera down to it
    float below_doubt = 0;           // one standard deviation
    float slope_deg = 0;             // against the up that walls tell; 0: not known
    std::optional<BentGround> bend;  // where the ground turns, if it does
    std::optional<Vector3> level_up; // what walls say of up where the floor does not clearly go with it
};

// Of the level surfaces that are as far under a camera as somebody holds it (0.75 to 2.2 metres; less where it is
// large for a table), the one that begins nearest to the viewer; fitted to all its readings, with all level surfaces
// and walls together telling its tilt. None: no such surface is seen.
std::optional<FloorPlane> find_floor(DepthFrame const& frame, std::vector<Patch> const& patches, UpGuess const& guess);

} // namespace echollama
