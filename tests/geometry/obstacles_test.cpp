// What stands, hangs and leans: scenes of a few flat pieces, seen exactly.
#include "base/counter_rng.h"
#include "geometry/measure.h"
#include "geometry/toy_room.h"
#include "geometry/toy_space.h"
#include "pieces.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace echollama {
namespace {

// A room with a wall at y = 3 that a camera looks at from 1.4 m, 20 degrees down, with the pieces in it.
DepthFrame seen(std::vector<Piece> pieces, float noise_m = 0.003F) {
    pieces.push_back({{-6, -1, 0}, {12, 0, 0}, {0, 4, 0}});
    pieces.push_back({{-6, 3, 0}, {12, 0, 0}, {0, 0, 3}});
    std::vector<ToyPixel> pixels;
    auto frame = exact_view(pieces, {}, pixels);
    for (std::size_t i = 0; i < frame.metres.size(); ++i) {
        frame.metres[i] += frame.metres[i] > 0 ? noise_m * normal(11, i) : 0;
    }
    return frame;
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

// A clump of wrong matches in the air, drawn out along its rays, is nothing; a branch of that thickness is told, and so
// is whatever is close.
TEST(Obstacles, AClumpInTheAirSomeWayOffIsNothing) {
    auto floating = [](float away, float wide) {
        auto const told = measure_surroundings(seen(box({{0.1F, 0.1F + wide}, {away, away + 0.3F}, {1.0F, 1.07F}})));
        return std::count_if(told.obstacles.begin(), told.obstacles.end(), [&](auto const& o) {
            return std::abs(o.distance.metres - away) < 0.3F && o.box.z.low > 0.8F;
        });
    };
    EXPECT_EQ(floating(2.2F, 0.06F), 0);
    EXPECT_EQ(floating(2.2F, 0.6F), 1);
    EXPECT_EQ(floating(1.2F, 0.06F), 1);
}

} // namespace
} // namespace echollama
