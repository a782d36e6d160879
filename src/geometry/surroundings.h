// What is around the viewer, measured from metric depth without any network: plain facts that the words rest on.
//
// Places are in the viewer's own coordinates, metres: x to the right, y ahead along the ground (where the camera
// looks), z up from the floor; without a floor z counts from the camera. The camera stands at x = y = 0. Bearings are
// degrees to the right of ahead.
#pragma once

#include "geometry/vector3.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace echollama {

// Metres, with an interval that holds about nine times in ten.
struct Measure {
    float metres = 0, low = 0, high = 0;
};

// A place on the ground.
struct GroundPoint {
    float x = 0, y = 0;
};

struct Extent {
    float low = 0, high = 0;
};

// A box along the viewer's axes.
struct GroundBox {
    Extent x, y, z;
};

// What says which way is up.
enum class UpSource {
    assumed, // nothing: the camera is taken to be held level
    told,    // the camera's own file
    walls,
    floor,
};

struct FloorFacts {
    Measure below_camera;   // how far the floor is under the camera
    float slope_deg = 0;    // against walls, where there are any; 0: level or not known
    float seen_from = 0;    // straight ahead the nearest floor that the view shows, metres
    float seen_to = 0;      // the farthest
    float seen_area_m2 = 0; // of all that is seen of it
};

// An upright plane from the floor to over the head, or as high as the view shows it.
struct WallFacts {
    GroundPoint from, to;    // the ends of what is seen of it, left to right
    Measure distance;        // to the plane, at a right angle
    float bearing_deg = 0;   // of the point where that distance is measured
    Extent height;           // of what is seen of it
    bool seen_there = false; // the plane is seen at that point itself, not only its continuation
};

// Level, not the floor, big enough to put things on.
struct TableFacts {
    Measure height; // over the floor
    GroundBox box;
    Measure distance; // to the nearest point of its edge, along the ground
    float bearing_deg = 0;
};

enum class StepKind { up, down, drop };

// Where the floor's height changes at once.
struct StepFacts {
    StepKind kind = StepKind::up;
    Measure distance;              // to its nearest edge, along the ground
    float bearing_deg = 0;         // of that edge's middle
    GroundPoint from, to;          // the edge, left to right
    std::optional<Measure> height; // of the first step; a drop: down to what is seen below, none: nothing is seen below
    int count = 1;                 // steps that are seen, one after the other
    std::optional<float> total;    // height of all of them together
};

struct RampFacts {
    float slope_deg = 0; // positive: it rises away from the viewer
    float rise = 0;      // metres, of what is seen
    Measure distance;    // to where it begins
    float bearing_deg = 0;
    GroundBox box;
};

// A gap in a wall that one can see through.
struct OpeningFacts {
    Measure width;
    GroundPoint from, to; // its sides on the ground, left to right
    Measure distance;     // to its middle, along the ground
    float bearing_deg = 0;
    Extent height; // from the floor up; a gap that begins higher is a window or a hatch
    bool to_the_floor = false;
    bool door_like = false; // from the floor to a lintel at the height of a door
    std::size_t wall = 0;   // index of the wall
};

enum class ObstacleKind {
    standing, // on the floor, or down to where nothing is seen
    low,      // on the floor and no higher than a knee
    hanging,  // free underneath
};

// Something on the floor or over it that is neither wall, step nor floor, whether it has a name or not.
struct ObstacleFacts {
    ObstacleKind kind = ObstacleKind::standing;
    GroundBox box;
    Measure distance;      // to its nearest point, along the ground
    float bearing_deg = 0; // of its middle
    GroundPoint nearest;
    bool against_wall = false;
    bool leans = false;               // thin, its foot on the floor and its upper end at a wall
    bool top_seen = false;            // its height is known, it does not leave the view
    std::optional<std::size_t> named; // index of the detection whose thing it is
    std::size_t points = 0;           // readings it rests on
};

enum class WayEnd { view, unknown, wall, obstacle, step, drop, ramp };

// How far a person's width of floor is seen without anything on it or over it.
struct WayFacts {
    float bearing_deg = 0;
    float seen_from = 0; // the nearest floor that is seen in it; what is nearer is not known
    float free = 0;      // metres from the camera to where that ends; 0: not free at all
    WayEnd end = WayEnd::view;
    std::optional<std::size_t> which; // index of the wall, obstacle, step or ramp
};

// Free floor between two things, or a thing and a wall.
struct GapFacts {
    Measure width;
    GroundPoint from, to; // left to right
    float bearing_deg = 0;
    float distance = 0;
};

enum class PlanCell : std::uint8_t { unknown, floor, obstacle, wall, step, drop, hanging };

// The ground from above. Cell (column, row) covers x from x0 + column * cell_m, y from y0 + row * cell_m.
struct GroundPlan {
    float cell_m = 0, x0 = 0, y0 = 0;
    int columns = 0, rows = 0;
    std::vector<PlanCell> cells; // row-major

    PlanCell at(int column, int row) const {
        return cells[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                     static_cast<std::size_t>(column)];
    }
};

// Where a picture's points are: p = right * x + up * z + ahead * y of the camera's coordinates (x right, y down, z
// along the optical axis), z shifted so that the floor is 0.
struct ViewerFrame {
    Vector3 right{1, 0, 0}, up{0, -1, 0}, ahead{0, 0, 1};
    float camera_height = 0; // over the floor; 0 without one

    Vector3 to_viewer(Vector3 camera) const {
        return {dot(right, camera), dot(ahead, camera), dot(up, camera) + camera_height};
    }
    Vector3 to_camera(Vector3 viewer) const {
        return viewer.x * right + viewer.y * ahead + (viewer.z - camera_height) * up;
    }
};

struct Surroundings {
    ViewerFrame frame;
    UpSource up_source = UpSource::assumed;
    float pitch_deg = 0; // how far down the camera looks
    std::optional<FloorFacts> floor;
    std::optional<Measure> ceiling; // height over the floor
    std::vector<WallFacts> walls;   // nearest first, as all lists here
    std::vector<TableFacts> tables;
    std::vector<StepFacts> steps;
    std::vector<RampFacts> ramps;
    std::vector<OpeningFacts> openings;
    std::vector<ObstacleFacts> obstacles;
    std::vector<WayFacts> ways; // ahead, left, right; empty without a floor
    std::optional<GapFacts> widest_gap;
    std::optional<Measure> room_width, room_depth; // between walls that face each other
    float reach = 0;                               // the farthest reading that counts, metres along the ground
    float without_reading = 0;                     // share of the picture, [0, 1]
    GroundPlan plan;
};

} // namespace echollama
