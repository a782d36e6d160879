#include "geometry/measure.h"

#include "geometry/columns.h"
#include "geometry/ground_profile.h"
#include "geometry/levels.h"
#include "geometry/measures.h"
#include "geometry/obstacles.h"
#include "geometry/patches.h"
#include "geometry/ramps.h"
#include "geometry/upright.h"
#include "geometry/walls.h"
#include "geometry/way.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

constexpr std::size_t fewest_readings = 500;
constexpr float worse_than_said = 1.3F, most_worse = 6; // of noise, beside what the sensor is known for

DepthNoise scaled(DepthNoise const& noise, float by) {
    return {by * noise.base, by * noise.linear, by * noise.quadratic, noise.edge_px};
}

ViewerFrame frame_for(Vector3 up, float camera_height) {
    ViewerFrame frame;
    frame.up = up;
    Vector3 const axis{0, 0, 1};
    auto ahead = axis - dot(axis, up) * up;
    if (norm(ahead) < 0.05F) { // straight down or up: what the picture shows uppermost is ahead
        Vector3 const top{0, dot(axis, up) < 0 ? -1.0F : 1.0F, 0};
        ahead = top - dot(top, up) * up;
    }
    frame.ahead = normalised(ahead);
    frame.right = cross(frame.ahead, frame.up);
    frame.camera_height = camera_height;
    return frame;
}

// Faces that look down, over the head.
std::optional<Measure> ceiling_of(std::vector<Patch> const& patches, ViewerFrame const& frame) {
    std::vector<float> heights;
    for (auto const& patch : patches) {
        float const height = frame.to_viewer(patch.centre).z;
        if (dot(patch.normal, frame.up) < -0.95F && dot(patch.centre, frame.up) > 0.3F && height > 1.9F) {
            heights.push_back(height);
        }
    }
    if (heights.size() < 6) {
        return std::nullopt;
    }
    auto const middle = heights.begin() + static_cast<std::ptrdiff_t>(heights.size() / 2);
    std::nth_element(heights.begin(), middle, heights.end());
    return measured(*middle, 0.03F);
}

void find_room_size(std::vector<WallPlane> const& walls, Surroundings& out) {
    constexpr float opposite = -0.97F;
    for (std::size_t i = 0; i < walls.size(); ++i) {
        for (std::size_t k = i + 1; k < walls.size(); ++k) {
            auto const &a = walls[i], &b = walls[k];
            if (a.normal.x * b.normal.x + a.normal.y * b.normal.y > opposite) {
                continue;
            }
            auto& size = std::abs(a.normal.x) > std::abs(a.normal.y) ? out.room_width : out.room_depth;
            if (!size || size->metres < a.offset + b.offset) {
                size = measured(a.offset + b.offset, std::hypot(a.doubt, b.doubt) + 0.01F);
            }
        }
    }
}

void find_reach(DepthFrame const& frame, Surroundings& out) {
    std::vector<float> far;
    std::size_t none = 0;
    for (std::size_t i = 0; i < frame.metres.size(); ++i) {
        none += frame.metres[i] <= 0;
        if (i % 7 == 0 && frame.metres[i] > 0) {
            far.push_back(frame.metres[i]);
        }
    }
    out.without_reading = static_cast<float>(none) / static_cast<float>(frame.metres.size());
    if (!far.empty()) {
        auto const at = far.begin() + static_cast<std::ptrdiff_t>(far.size() * 99 / 100);
        std::nth_element(far.begin(), at, far.end());
        out.reach = *at;
    }
}

// Of a cloud with few points every wall is full of holes.
void find_gaps(DepthFrame const& frame, std::vector<WallPlane> const& walls, Surroundings& out) {
    constexpr float sparse = 0.6F;
    if (out.without_reading < sparse) {
        out.openings = find_openings(frame, out.frame, walls);
    }
}

void describe_floor(FloorPlane const& floor, Surroundings& out) {
    FloorFacts facts;
    facts.below_camera = measured(floor.below, floor.below_doubt);
    facts.slope_deg = floor.slope_deg;
    facts.seen_from = out.ways.empty() ? 0 : out.ways.front().seen_from;
    int cells = 0;
    for (int row = 0; row < out.plan.rows; ++row) {
        for (int column = 0; column < out.plan.columns; ++column) {
            if (out.plan.at(column, row) == PlanCell::floor) {
                ++cells;
                facts.seen_to = std::max(facts.seen_to, out.plan.y0 + static_cast<float>(row + 1) * out.plan.cell_m);
            }
        }
    }
    facts.seen_area_m2 = static_cast<float>(cells) * out.plan.cell_m * out.plan.cell_m;
    out.floor = facts;
}

GroundShape shape_of(FloorPlane const& floor, ViewerFrame const& frame) {
    GroundShape shape;
    shape.bend = floor.bend;
    if (floor.level_up) {
        shape.slope = {dot(frame.right, *floor.level_up), dot(frame.ahead, *floor.level_up)};
    }
    return shape;
}

void measure_on_floor(Columns const& columns, std::vector<Patch> const& patches, DepthFrame const& frame,
                      FloorPlane const& floor, Surroundings& out) {
    auto levels = find_levels(columns);
    find_ramps(columns, floor.bend, levels, out);
    find_steps_up(columns, levels, out);
    find_drops(columns, floor.bend, levels, out);
    find_tables(columns, levels, out);
    auto walls = find_walls(columns, patches, out.frame, frame.noise, true);
    leave_out_seen_through(frame, out.frame, walls);
    find_hidden_edges(frame, columns, walls, levels, out);
    auto obstacles = find_obstacles(columns, levels, walls, true);
    out.obstacles = obstacles.facts;
    for (auto const& wall : walls) {
        out.walls.push_back(wall.facts);
    }
    find_gaps(frame, walls, out);
    find_room_size(walls, out);
    find_ways(columns, levels, walls, obstacles, shape_of(floor, out.frame), out);
    describe_floor(floor, out);
}

void measure_without_floor(Columns const& columns, std::vector<Patch> const& patches, DepthFrame const& frame,
                           Surroundings& out) {
    auto const walls = find_walls(columns, patches, out.frame, frame.noise, false);
    for (auto const& wall : walls) {
        out.walls.push_back(wall.facts);
    }
    out.obstacles = find_obstacles(columns, {}, walls, false).facts;
    find_gaps(frame, walls, out);
    find_room_size(walls, out);
}

} // namespace

Surroundings measure_surroundings(DepthFrame const& raw) {
    Surroundings out;
    auto frame = cleaned(raw);
    find_reach(frame, out);
    auto const readings = static_cast<float>(frame.metres.size()) * (1 - out.without_reading);
    if (readings < static_cast<float>(fewest_readings)) {
        out.reach = 0;
        return out;
    }
    float roughness = 1;
    auto patches = flat_patches(frame, &roughness);
    if (roughness > worse_than_said) { // steps of coarse disparity, a bad pair of lenses: nothing would seem flat
        frame.noise = scaled(frame.noise, std::min(roughness, most_worse));
        patches = flat_patches(frame);
    }
    float const factor = noise_factor(patches, frame.noise);
    frame.noise = scaled(frame.noise, factor);
    auto const up = find_up(frame, patches);
    auto const floor = find_floor(frame, patches, up);
    out.up_source = floor && up.source == UpSource::assumed ? UpSource::floor : up.source;
    out.frame = frame_for(floor ? floor->up : up.up, floor ? floor->below : 0);
    out.pitch_deg = std::asin(std::clamp(-out.frame.up.z, -1.0F, 1.0F)) * 180 / std::numbers::pi_v<float>;
    out.ceiling = floor ? ceiling_of(patches, out.frame) : std::nullopt;
    auto const columns = columns_of(frame, out.frame, floor.has_value());
    if (floor) {
        measure_on_floor(columns, patches, frame, *floor, out);
    } else {
        measure_without_floor(columns, patches, frame, out);
    }
    return out;
}

} // namespace echollama
