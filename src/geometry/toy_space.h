// A toy world for measuring geometry: seeded rooms with walls, stairs, drops, ramps, doorways, glass, furniture and
// things at head height, seen by the depth sensors that people have, and the truth about all of it.
#pragma once

#include "geometry/depth_frame.h"
#include "geometry/surroundings.h"

#include <cstdint>
#include <vector>

namespace echollama {

// An upright box: metres, x to the right of the room, y along it, z up from the floor.
struct ToyBlock {
    enum class Kind { ground, wall, ceiling, furniture, overhang, glass };
    Kind kind = Kind::furniture;
    GroundBox box;
};

// A sloped floor: rises from `low` at y = box.y.low to `high` at y = box.y.high.
struct ToyRamp {
    GroundBox box;
};

struct ToyWall {
    float distance = 0, bearing_deg = 0; // from the camera, at a right angle
    std::size_t pixels = 0;              // that show it
    float wide = 0, tall = 0;            // metres of it that they show
};

// An upright face as high as somebody, of whatever it is: may be told as a wall.
struct ToyFace {
    float distance = 0, bearing_deg = 0; // from the camera, at a right angle
};

struct ToyStep {
    StepKind kind = StepKind::up;
    float height = 0; // of the first step, > 0
    int count = 1;
    GroundPoint from, to;      // the edge, viewer's coordinates
    float distance = 0;        // of its nearest part that is in view
    float visible_m = 0;       // of the edge
    std::vector<float> levels; // heights of all steps, signed
};

struct ToyOpening {
    float width = 0;
    GroundPoint middle; // viewer's coordinates
    bool both_sides_visible = false;
};

struct ToyOverhang {
    GroundPoint nearest; // viewer's coordinates
    float distance = 0;
    Extent z;
    std::size_t pixels = 0;
};

struct ToySpace {
    DepthFrame depth;
    float camera_height = 0;
    Vector3 up; // camera's coordinates
    std::vector<ToyWall> walls;
    std::vector<ToyFace> faces;
    std::vector<ToyStep> steps;
    std::vector<ToyOpening> openings;
    std::vector<ToyOverhang> overhangs;
    std::vector<float> free;   // metres that a person's width is truly free: ahead, left, right (as in WayFacts)
    std::vector<float> tables; // heights of table tops that show
    bool has_ramp = false, has_glass = false;
};

// The same seed gives the same room for every sensor. structured_light and stereo: 640 x 480; phone: 256 x 192, no
// farther than 5 metres. `noise`: false: exact readings.
ToySpace render_toy_space(std::uint64_t seed, DepthSensor sensor, bool noise = true);

} // namespace echollama
