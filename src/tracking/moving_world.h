// A toy world that moves: people, vehicles and animals that cross, approach, stop and hide behind each other, seen by a
// camera that stands, turns or walks. The truth about every moment, and what a detector with stated faults would find.
#pragma once

#include "media/picture/image.h"
#include "scene/types.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace echollama {

enum class CameraWay { stands, turns, walks };
inline constexpr CameraWay camera_ways[] = {CameraWay::stands, CameraWay::turns, CameraWay::walks};
char const* camera_way_name(CameraWay way); // "stands"

struct MovingWorldOptions {
    CameraWay way = CameraWay::stands;
    int width = 320, height = 240;
    float seconds = 20, frames_per_second = 10;
    // Faults of the detector.
    float misses = 0.15F;   // share of visible things that it does not find
    float jitter = 0.03F;   // standard deviation of each edge, as a share of the box's side
    float invented = 0.15F; // false boxes a frame, on average
    bool rendered = true;   // pictures, for the camera's motion
};

// What is true of one thing at one moment.
struct MovingTruth {
    int identity = 0;
    std::string label;
    Box box;                        // clipped to the picture
    float visible = 0;              // share of its box inside the picture that nothing nearer hides
    float metres = 0;               // distance from the camera, along the ground
    float bearing_deg = 0;          // to the right of where the camera looks
    float closing_m_s = 0;          // metres of distance that are lost a second
    float passes_m = 0;             // how near it would come, going on so
    std::optional<float> contact_s; // until it is nearest to the viewer, going on so; none: it does not approach
};

struct MovingMoment {
    double seconds = 0;
    std::vector<MovingTruth> truth;    // all in front of the camera, also hidden ones; nearest first
    std::vector<Detection> detections; // with the detector's faults
    Image picture;                     // half the width and height; empty unless rendered
};

struct MovingWorld {
    MovingWorldOptions options;
    Intrinsics camera;
    std::vector<MovingMoment> moments;
};

// The same seed gives the same world.
MovingWorld make_moving_world(std::uint64_t seed, MovingWorldOptions const& options = {});

// Visible from here on things count as there: a detector may find them.
inline constexpr float seen_share = 0.4F;
// A thing that comes so near to the viewer's way and so fast is a danger.
bool is_hazard(MovingTruth const& truth);

} // namespace echollama
