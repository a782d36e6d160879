// Edges that noise hides from single squares: a flight of stairs, a step down right before a wall; and what only looks
// like them.
#include "geometry/measure.h"
#include "pieces.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace echollama {
namespace {

constexpr float wide_m = 1.9F; // to each side
constexpr Look look{16, 6};

std::vector<Piece> walls(float front) {
    return joined(box({{-wide_m, wide_m}, {front, front + 0.1F}, {-1.5F, 2.6F}}),
                  box({{wide_m, wide_m + 0.1F}, {-1, front}, {-1.5F, 2.6F}}));
}

Piece ground(float from, float to, float height) {
    return {{-wide_m, from, height}, {2 * wide_m, 0, 0}, {0, to - from, 0}};
}

Surroundings told_of(std::vector<Piece> const& pieces, std::uint64_t seed) {
    return measure_surroundings(sensed_view(pieces, look, DepthSensor::stereo, seed));
}

std::size_t steps_near(Surroundings const& told, float y, bool up) {
    return static_cast<std::size_t>(std::count_if(told.steps.begin(), told.steps.end(), [&](StepFacts const& step) {
        return std::abs(step.distance.metres - y) < 0.3F && (step.kind == StepKind::up) == up;
    }));
}

TEST(GroundProfile, AStepDownRightBeforeAWallIsTold) {
    for (float drop : {0.16F, 0.3F, 0.8F}) {
        for (float before : {0.26F, 0.35F, 0.5F}) {
            SCOPED_TRACE(std::to_string(drop) + " m, " + std::to_string(before) + " m before the wall");
            float const edge = 2.8F;
            auto pieces = walls(edge + before);
            pieces.push_back(ground(-1, edge, 0));
            pieces.push_back(ground(edge, edge + before, -drop));
            auto const told = told_of(pieces, 40);
            ASSERT_TRUE(told.floor);
            EXPECT_EQ(steps_near(told, edge, false), 1U);
            EXPECT_LT(told.ways[0].free, 1.1F * edge);
        }
    }
}

TEST(GroundProfile, StairsWhoseTreadsAreAsDeepAsTheNoiseAreTold) {
    for (float rise : {0.15F, 0.18F}) {
        float const edge = 2.8F, tread = 0.26F;
        auto pieces = walls(edge + 4 * tread);
        pieces.push_back(ground(-1, edge, 0));
        for (int i = 0; i < 4; ++i) {
            auto const step = static_cast<float>(i);
            pieces = joined(
                pieces,
                box({{-wide_m, wide_m}, {edge + step * tread, edge + (step + 1) * tread}, {0, (step + 1) * rise}}));
        }
        auto const told = told_of(pieces, 41);
        ASSERT_TRUE(told.floor);
        ASSERT_EQ(steps_near(told, edge, true), 1U);
        ASSERT_TRUE(told.steps.front().height);
        EXPECT_NEAR(told.steps.front().height->metres, rise, 0.02F);
    }
}

TEST(GroundProfile, AFloorUpToTheWallHasNoEdge) {
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
        float const front = 2.6F + 0.3F * static_cast<float>(seed);
        auto pieces = walls(front);
        pieces.push_back(ground(-1, front, 0));
        EXPECT_TRUE(told_of(pieces, seed).steps.empty());
    }
}

// A wall behind shelves: their fronts and what shows of the wall beside them are two surfaces, and a line through both
// is none.
TEST(Walls, ALineThroughTwoSurfacesIsNone) {
    constexpr float turned = 20 * degree; // both face a little to the right
    auto slab = [&](float from, float to, float away, float height) {
        float const c = std::cos(turned), s = std::sin(turned);
        GroundPoint const a{from * c + away * s, -from * s + away * c};
        return Piece{{a.x, a.y, 0}, {(to - from) * c, -(to - from) * s, 0}, {0, 0, height}};
    };
    std::vector<Piece> pieces{
        {{-4, -1, 0}, {8, 0, 0}, {0, 9, 0}}, slab(-2.6F, -0.6F, 4.1F, 2.6F), slab(0.2F, 1.1F, 3.75F, 2.6F)};
    auto const told = measure_surroundings(sensed_view(pieces, {10, 0}, DepthSensor::stereo, 3));
    for (auto const& wall : told.walls) {
        EXPECT_NEAR(wall.bearing_deg, 20, 5);
        EXPECT_TRUE(std::abs(wall.distance.metres - 4.1F) < 0.1F || std::abs(wall.distance.metres - 3.75F) < 0.1F)
            << wall.distance.metres;
    }
}

} // namespace
} // namespace echollama
