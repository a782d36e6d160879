// What is taken for the ground under the viewer, and where it ends: ramps, boxes and steps before it, few readings of a
// phone.
#include "geometry/measure.h"
#include "pieces.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace echollama {
namespace {

constexpr float wide_m = 2; // to each side
constexpr DepthSensor sensors[] = {DepthSensor::structured_light, DepthSensor::stereo, DepthSensor::phone};

std::vector<Piece> walls(float front) {
    return joined(box({{-wide_m, wide_m}, {front, front + 0.1F}, {-1.5F, 2.6F}}),
                  box({{wide_m, wide_m + 0.1F}, {-1, front}, {-1.5F, 2.6F}}));
}

Piece ground(float from, float to, float height, float rise = 0) {
    return {{-wide_m, from, height}, {2 * wide_m, 0, 0}, {0, to - from, rise}};
}

template <typename Check>
void for_sensors(Check check) {
    for (auto sensor : sensors) {
        SCOPED_TRACE("sensor " + std::to_string(static_cast<int>(sensor)));
        check(sensor);
    }
}

TEST(Ground, AWayEndsWhereAShortRampBegins) {
    for_sensors([](DepthSensor sensor) {
        for (float slope_deg : {-8.0F, -6.5F, 6.5F, 8.0F}) {
            for (float length : {1.1F, 1.6F}) {
                SCOPED_TRACE(std::to_string(slope_deg) + " degrees, " + std::to_string(length) + " m");
                float const edge = 2.6F, slope = std::tan(slope_deg * degree);
                auto pieces = walls(edge + length);
                pieces.push_back(ground(-1, edge, 0));
                pieces.push_back(ground(edge, edge + length, 0, slope * length));
                auto const told = measure_surroundings(sensed_view(pieces, {18, 5}, sensor, 60));
                ASSERT_TRUE(told.floor);
                EXPECT_NEAR(told.floor->below_camera.metres, camera_m, 0.03F);
                EXPECT_LT(told.ways[0].free, 1.1F * (edge + 0.06F / std::abs(slope)));
                EXPECT_GT(told.ways[0].free, edge - 0.7F);
                EXPECT_TRUE(told.steps.empty()) << "a slope is no step";
            }
        }
    });
}

TEST(Ground, ARampThatBeginsRightBeforeTheViewerIsNotTakenForTheFloor) {
    for_sensors([](DepthSensor sensor) {
        for (float slope_deg : {-7.0F, 7.0F}) {
            SCOPED_TRACE(slope_deg);
            float const edge = 1.9F, front = 5, slope = std::tan(slope_deg * degree);
            auto pieces = walls(front);
            pieces.push_back(ground(-1, edge, 0));
            pieces.push_back(ground(edge, front, 0, slope * (front - edge)));
            auto const told = measure_surroundings(sensed_view(pieces, {20, 6}, sensor, 61));
            ASSERT_TRUE(told.floor);
            for (auto const& way : told.ways) {
                EXPECT_LT(way.free, 1.1F * (edge / std::cos(way.bearing_deg * degree) + 0.06F / std::abs(slope)));
            }
        }
    });
}

TEST(Ground, BoxesAsHighAsAStepAreNotTheFloor) {
    for_sensors([](DepthSensor sensor) {
        for (float height : {0.15F, 0.2F}) {
            SCOPED_TRACE(height);
            float const edge = 3;
            auto pieces = walls(edge + 1);
            pieces.push_back(ground(-1, edge, 0));
            pieces = joined(pieces, box({{-wide_m, wide_m}, {edge, edge + 1}, {0, height}}));
            for (float left : {-1.2F, -0.5F, 0.2F, 0.9F}) {
                pieces = joined(pieces, box({{left, left + 0.45F}, {2.4F, 2.8F}, {0, height}}));
            }
            auto const told = measure_surroundings(sensed_view(pieces, {9, 4}, sensor, 62));
            ASSERT_TRUE(told.floor);
            EXPECT_NEAR(told.floor->below_camera.metres, camera_m, 0.03F);
            EXPECT_LT(told.ways[0].free, 2.5F);
        }
    });
}

TEST(Ground, AFloorBeforeALowerOneIsNoSlope) {
    for (float height : {0.12F, 0.16F, 0.2F}) {
        for (float down : {8.0F, 12.0F}) {
            SCOPED_TRACE(std::to_string(height) + " m, looking down " + std::to_string(down));
            float const edge = 3.1F;
            std::vector<Piece> pieces = box({{1.4F, 1.5F}, {-1, 8}, {-1.5F, 2.6F}}); // one wall says nothing of slopes
            pieces.push_back(ground(-1, edge, 0));
            pieces.push_back(ground(edge, 8, -height));
            auto const told = measure_surroundings(sensed_view(pieces, {down, -15}, DepthSensor::phone, 63));
            ASSERT_TRUE(told.floor);
            EXPECT_NEAR(told.floor->below_camera.metres, camera_m, 0.05F);
            EXPECT_TRUE(told.ramps.empty());
        }
    }
}

// Of a step down right before a wall a phone shows little but that rays meet the wall below the floor.
TEST(Ground, AStepDownRightBeforeAWallIsToldOfFewReadings) {
    for (float drop : {0.18F, 0.8F}) {
        for (float before : {0.28F, 0.4F}) {
            SCOPED_TRACE(std::to_string(drop) + " m, " + std::to_string(before) + " m before the wall");
            float const edge = 2.8F;
            auto pieces = walls(edge + before);
            pieces.push_back(ground(-1, edge, 0));
            pieces.push_back(ground(edge, edge + before, -drop));
            auto const told = measure_surroundings(sensed_view(pieces, {18, 6}, DepthSensor::phone, 64));
            ASSERT_TRUE(told.floor);
            ASSERT_FALSE(told.steps.empty());
            for (auto const& step : told.steps) { // it may be seen in parts
                EXPECT_EQ(step.kind, StepKind::drop);
                EXPECT_NEAR((step.from.y + step.to.y) / 2, edge, 0.35F);
            }
            EXPECT_LT(told.ways[0].free, 1.1F * edge);
        }
    }
}

// What stands before stairs hides the middle of their steps; two boxes of one height are none.
TEST(Ground, StairsBehindSomethingAreTold) {
    for_sensors([](DepthSensor sensor) {
        float const edge = 2.8F, tread = 0.28F, rise = 0.18F;
        auto pieces = walls(edge + 4 * tread);
        pieces.push_back(ground(-1, edge, 0));
        pieces = joined(pieces, box({{-0.35F, 0.45F}, {1.9F, 2.2F}, {0, 1.6F}}));
        auto boxes = pieces;
        for (int i = 0; i < 4; ++i) {
            auto const step = static_cast<float>(i);
            Extent const along{edge + step * tread, edge + (step + 1) * tread};
            pieces = joined(pieces, box({{-wide_m, wide_m}, along, {0, (step + 1) * rise}}));
        }
        auto const told = measure_surroundings(sensed_view(pieces, {22, 3}, sensor, 66));
        ASSERT_TRUE(told.floor);
        ASSERT_FALSE(told.steps.empty());
        EXPECT_EQ(told.steps[0].kind, StepKind::up);
        EXPECT_NEAR(told.steps[0].distance.metres, edge, 0.3F);
        for (float left : {-1.2F, 0.8F}) {
            boxes = joined(boxes, box({{left, left + 0.45F}, {edge, edge + 0.4F}, {0, rise}}));
        }
        boxes.push_back(ground(edge, edge + 4 * tread, 0));
        EXPECT_TRUE(measure_surroundings(sensed_view(boxes, {22, 3}, sensor, 67)).steps.empty());
    });
}

// The corner of a hatch that reaches a little into a way ends it.
TEST(Ground, AWayEndsAtTheCornerOfAHole) {
    for_sensors([](DepthSensor sensor) {
        for (float reaches : {0.03F, 0.06F, 0.12F}) {
            SCOPED_TRACE(reaches);
            float const edge = 2.4F, left = 0.3F - reaches, right = left + 1, far = edge + 1;
            auto pieces = walls(5);
            pieces.push_back(ground(-1, edge, 0));
            pieces.push_back(ground(far, 5, 0));
            pieces.push_back({{-wide_m, edge, 0}, {left + wide_m, 0, 0}, {0, 1, 0}});
            pieces.push_back({{right, edge, 0}, {wide_m - right, 0, 0}, {0, 1, 0}});
            pieces.push_back(ground(edge, far, -0.6F));
            auto const told = measure_surroundings(sensed_view(pieces, {20, 0}, sensor, 65));
            ASSERT_TRUE(told.floor);
            EXPECT_LT(told.ways[0].free, 1.1F * edge);
        }
    });
}

// Shelves before a wall, and the back of a desk: one sees through the one and over the other.
TEST(Walls, WhatOneSeesThroughIsNone) {
    constexpr float front = 2.6F, wall = 3.4F;
    std::vector<Piece> const room{ground(-1, wall, 0), {{-3, wall, 0}, {6, 0, 0}, {0, 0, 2.6F}}};
    auto shelves = room;
    for (float height : {0.0F, 0.45F, 0.9F, 1.35F, 1.8F}) {
        shelves = joined(shelves, box({{-1.4F, 1.4F}, {front, front + 0.35F}, {height, height + 0.05F}}));
    }
    for (float left : {-1.4F, -0.5F, 0.4F, 1.35F}) {
        shelves = joined(shelves, box({{left, left + 0.05F}, {front, front + 0.35F}, {0, 1.85F}}));
    }
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
        auto frame = sensed_view(shelves, {8, 3}, DepthSensor::stereo, seed);
        auto const told = measure_surroundings(frame);
        for (auto const& claim : told.walls) {
            EXPECT_GT(claim.distance.metres, front + 0.2F) << seed;
        }
        ASSERT_FALSE(told.obstacles.empty());
        EXPECT_LT(told.obstacles.front().distance.metres, front + 0.1F) << "it stays in the way";
    }
}

TEST(Walls, ARowOfTreesIsNone) {
    for_sensors([](DepthSensor sensor) {
        for (float apart : {0.9F, 1.4F}) {
            SCOPED_TRACE(apart);
            std::vector<Piece> pieces{{{-9, -1, 0}, {18, 0, 0}, {0, 12, 0}}};
            for (int i = -2; i <= 2; ++i) {
                float const x = apart * static_cast<float>(i);
                pieces = joined(pieces, box({{x, x + 0.2F}, {3.2F, 3.4F}, {0, 4}}));
            }
            auto const told = measure_surroundings(sensed_view(pieces, {12, 4}, sensor, 68));
            EXPECT_TRUE(told.walls.empty());
            EXPECT_TRUE(told.openings.empty());
            ASSERT_FALSE(told.obstacles.empty());
            EXPECT_NEAR(told.obstacles.front().distance.metres, 3.2F, 0.2F);
        }
    });
}

// The lowest board of shelves is as high as a step, but other boards are over it.
TEST(Steps, BoardsOfShelvesAreNone) {
    for_sensors([](DepthSensor sensor) {
        for (float board : {0.12F, 0.2F, 0.27F}) {
            SCOPED_TRACE(board);
            auto pieces = walls(3.4F);
            pieces.push_back(ground(-1, 3.4F, 0));
            for (int i = 0; i < 5; ++i) {
                float const height = board + 0.35F * static_cast<float>(i);
                pieces = joined(pieces, box({{-1.2F, 1.2F}, {2.9F, 3.4F}, {i == 0 ? 0 : height - 0.03F, height}}));
            }
            EXPECT_TRUE(measure_surroundings(sensed_view(pieces, {20, 5}, sensor, 69)).steps.empty());
        }
    });
}

} // namespace
} // namespace echollama
