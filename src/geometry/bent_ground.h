// Where the ground under the viewer turns into a ramp.
#pragma once

#include "geometry/depth_frame.h"
#include "geometry/patches.h"
#include "geometry/vector3.h"

#include <optional>
#include <vector>

namespace echollama {

// What is known of the ground before: a plane that may lie across both parts of it.
struct GroundGuess {
    Vector3 up;         // camera's coordinates, of length 1
    float up_doubt = 0; // radians, one standard deviation, when the ground itself is not looked at
    float below = 0;    // metres from the camera down to it, along `up`
};

// The part of the ground that is nearer to the viewer.
struct BentGround {
    Vector3 up;          // its normal
    float below = 0;     // metres from the camera down to its plane
    float turn_deg = 0;  // how much the farther part rises against it; negative: it falls
    float far_share = 0; // of the ground's patches, [0, 1]
    // The line where it turns, over the ground: x * to_right + y * ahead = from, in metres to the right of the camera
    // and ahead of it; farther away it has turned.
    float to_right = 0, ahead = 1, from = 0;
    bool doubtful = false; // it may as well be an edge: nothing but a warning

    float beyond(float x, float y) const { return x * to_right + y * ahead - from; }
};

// Two planes that meet in a level line, fitted to the heights of the level patches around the guess: least squares with
// weights of Geman and McClure (1987), which let go of what stands on the ground. None where one plane tells as much.
std::optional<BentGround> find_bend(std::vector<Patch> const& patches, GroundGuess const& guess,
                                    DepthNoise const& noise);

} // namespace echollama
