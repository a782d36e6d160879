// Things that stand on one floor, seen by one camera (Hoiem, Efros, Hebert 2006, "Putting objects in perspective").
#pragma once

#include "scene/distance_belief.h"

#include <vector>

namespace echollama {

// How photos are usually taken: the camera's height over the floor, nine of ten within the factor, and how far down it
// looks, nine of ten within the difference.
inline constexpr float usual_camera_height_m = 1.4F, camera_height_factor = 1.5F;
inline constexpr float usual_pitch_deg = 5, pitch_difference_deg = 16;

struct StandingThing {
    DistanceBelief belief;    // from its size; normal
    float foot = 0;           // radians below the optical axis
    float foot_doubt = 0.01F; // standard deviation, radians
};

// Every height and pitch of the camera is weighed by how usual it is and by how well all things' sizes go with standing
// there; each belief gains what the others and the usual camera tell. Any single thing may stand on something else: one
// of four is believed to. Nothing is changed where a foot is above every horizon.
void stand_on_one_floor(std::vector<StandingThing>& things);

} // namespace echollama
