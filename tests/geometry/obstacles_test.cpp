// What stands, hangs and leans: scenes of a few flat pieces, seen exactly.
#include "base/counter_rng.h"
#include "geometry/measure.h"
#include "geometry/toy_room.h"
#include "geometry/toy_space.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace echollama {
namespace {

constexpr float camera_m = 1.4F, degree = 0.0174533F;

// A flat piece: corner + a * side + b * up, 0 <= a, b <= 1; x to the right, y ahead, z up from the floor.
struct Piece {
    Vector3 corner, side, up;
};

std::vector<Piece> box(GroundBox const& b) {
    float const w = b.x.high - b.x.low, d = b.y.high - b.y.low, h = b.z.high - b.z.low;
    Vector3 const low{b.x.low, b.y.low, b.z.low};
    return {{low, {w, 0, 0}, {0, 0, h}},
            {low, {0, d, 0}, {0, 0, h}},
            {{b.x.high, b.y.low, b.z.low}, {0, d, 0}, {0, 0, h}},
            {low, {w, 0, 0}, {0, d, 0}},
            {{b.x.low, b.y.low, b.z.high}, {w, 0, 0}, {0, d, 0}}};
}

// A room with a wall at y = 3 that a camera looks at from 1.4 m, 20 degrees down, with the pieces in it.
DepthFrame seen(std::vector<Piece> pieces, float noise_m = 0.003F) {
    pieces.push_back({{-6, -1, 0}, {12, 0, 0}, {0, 4, 0}});
    pieces.push_back({{-6, 3, 0}, {12, 0, 0}, {0, 0, 3}});
    DepthFrame frame;
    frame.width = 640, frame.height = 480, frame.fx = frame.fy = 525, frame.cx = 320, frame.cy = 240;
    float const c = std::cos(20 * degree), s = std::sin(20 * degree);
    Vector3 const eye{0, 0, camera_m};
    for (int v = 0; v < frame.height; ++v) {
        for (int u = 0; u < frame.width; ++u) {
            float const right = (static_cast<float>(u) + 0.5F - 320) / 525,
                        down = (static_cast<float>(v) + 0.5F - 240) / 525;
            Vector3 const ray{right, c - down * s, -s - down * c};
            float nearest = std::numeric_limits<float>::infinity();
            for (auto const& piece : pieces) {
                auto const normal = cross(piece.side, piece.up);
                float const t = dot(normal, piece.corner - eye) / dot(normal, ray);
                auto const on = eye + t * ray - piece.corner;
                float const a = dot(on, piece.side) / dot(piece.side, piece.side),
                            b = dot(on, piece.up) / dot(piece.up, piece.up);
                if (t > 0.1F && t < nearest && a >= 0 && a <= 1 && b >= 0 && b <= 1) {
                    nearest = t;
                }
            }
            auto const at = static_cast<std::uint64_t>(v * frame.width + u);
            frame.metres.push_back(std::isfinite(nearest) ? nearest + noise_m * normal(11, at) : 0);
        }
    }
    return frame;
}

std::vector<Piece> joined(std::vector<Piece> a, std::vector<Piece> const& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

// A thin board whose foot is so far from the wall.
Piece board(float foot, float height, float left, float wide) {
    return {{left, 3 - foot, 0}, {wide, 0, 0}, {0, foot - 0.02F, height}};
}

std::size_t leaning(Surroundings const& told) {
    return static_cast<std::size_t>(
        std::count_if(told.obstacles.begin(), told.obstacles.end(), [](auto const& o) { return o.leans; }));
}

TEST(Obstacles, WhatLeansAtAWallIsToldFromWhatStandsThere) {
    struct Case {
        float foot, height, wide;
    };
    for (auto const& c :
         {Case{0.35F, 1.3F, 0.6F}, Case{0.5F, 1.5F, 0.3F}, Case{0.3F, 0.9F, 0.8F}, Case{0.45F, 1.2F, 0.12F}}) {
        EXPECT_EQ(leaning(measure_surroundings(seen({board(c.foot, c.height, -0.3F, c.wide)}))), 1U)
            << c.foot << " " << c.height << " " << c.wide;
    }
    for (auto const& b :
         {GroundBox{{-0.4F, 0.4F}, {2.6F, 3}, {0, 0.9F}}, GroundBox{{0.2F, 0.9F}, {2.5F, 3}, {0, 1.7F}},
          GroundBox{{-0.2F, 0.2F}, {2.7F, 3}, {0, 0.75F}}, GroundBox{{-1, 0.6F}, {2.2F, 3}, {0, 0.45F}}}) {
        EXPECT_EQ(leaning(measure_surroundings(seen(box(b)))), 0U) << b.z.high;
    }
    EXPECT_EQ(leaning(measure_surroundings(seen({board(0.5F, 1.3F, -0.3F, 0.6F)}))), 1U);
    auto apart = board(0.5F, 1.3F, -0.3F, 0.6F);
    apart.corner.y -= 1; // upper end a metre before the wall: it leans on nothing
    EXPECT_EQ(leaning(measure_surroundings(seen({apart}))), 0U);
}

TEST(Obstacles, WhatSticksOutOfACupboardAtHeadHeightIsTold) {
    auto const cupboard = box({{-0.9F, -0.3F}, {1.9F, 2.5F}, {0, 1.7F}});
    auto const door = box({{-0.3F, 0.25F}, {1.9F, 1.94F}, {1.2F, 1.6F}});
    auto hanging = [](Surroundings const& told) {
        return std::count_if(told.obstacles.begin(), told.obstacles.end(),
                             [](auto const& o) { return o.kind == ObstacleKind::hanging && o.distance.metres < 2.3F; });
    };
    EXPECT_EQ(hanging(measure_surroundings(seen(cupboard))), 0);
    auto const told = measure_surroundings(seen(joined(cupboard, door)));
    EXPECT_EQ(hanging(told), 1);
    for (auto const& o : told.obstacles) {
        if (o.kind == ObstacleKind::hanging && o.distance.metres < 2.3F) {
            EXPECT_NEAR(o.box.z.low, 1.2F, 0.06F);
            EXPECT_NEAR(o.box.x.high, 0.25F, 0.06F);
        }
    }
}

// What looks like a level floor to who trusts the largest surface is a ramp to who trusts the walls.
TEST(Obstacles, AFloorThatIsOnlyARampIsNotTheFloor) {
    int right = 0, rooms = 0;
    for (std::uint64_t seed = std::uint64_t{77} << 35; rooms < 10; ++seed) {
        auto const plan = make_toy_room(seed);
        if (plan.ramps.empty() || plan.pitch > 0.35F) { // the wall behind the ramp must be in view
            continue;
        }
        ++rooms;
        auto const room = render_toy_space(seed, DepthSensor::stereo);
        auto const told = measure_surroundings(room.depth);
        right += told.floor && std::abs(told.floor->below_camera.metres - room.camera_height) < 0.06F &&
                 dot(told.frame.up, room.up) > std::cos(1.5F * degree);
    }
    EXPECT_GE(right, 9);
}

} // namespace
} // namespace echollama
