// From boxes and maps to a scene: what is read of a map, in which order things come, which distances are believed.
#include "base/error.h"
#include "random_scene.h"
#include "scene/camera.h"
#include "scene/distance.h"
#include "scene/grid.h"
#include "scene/photo_distance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace echollama {
namespace {

using test::detection;

constexpr float endless = std::numeric_limits<float>::infinity();

// A map of 10 x 10 for pictures of 100 x 100.
DepthMap map_of(DepthKind kind, std::function<float(int x, int y)> const& value) {
    DepthMap depth{10, 10, kind, {}};
    for (int y = 0; y < 10; ++y) {
        for (int x = 0; x < 10; ++x) {
            depth.values.push_back(value(x, y));
        }
    }
    return depth;
}

DepthMap columns(DepthKind kind, float first) {
    return map_of(kind, [&](int x, int) { return first + static_cast<float>(x); });
}

Intrinsics const camera{100, 100, 50, 50, false};

float z_of(DepthMap const& depth, SceneOptions const& options, Box box = {20, 20, 60, 60}) {
    return build_scene({detection("thing", box)}, 100, 100, camera, &depth, options).objects.at(0).z;
}

// The box covers the columns 2 to 5; 4 is at its centre.
TEST(BuildScene, ReadsZAsTheOptionsSay) {
    auto const depth = columns(DepthKind::relative_inverse, 10); // 10 to 19
    EXPECT_NEAR(z_of(depth, {}), 255 * 4 / 9.0, 1e-3);
    EXPECT_NEAR(z_of(depth, {.invert_z = true}), 255 * 5 / 9.0, 1e-3);
    EXPECT_NEAR(z_of(depth, {.z_range = ZRange::max255}), 255 * 14 / 19.0, 1e-3);
    EXPECT_NEAR(z_of(depth, {.invert_z = true, .z_range = ZRange::max255}), 255 * 5 / 19.0, 1e-3);
    EXPECT_NEAR(z_of(depth, {.z_range = ZRange::raw}), 14, 1e-4);
    EXPECT_NEAR(z_of(depth, {.invert_z = true, .z_range = ZRange::raw}), 14, 1e-4);
    EXPECT_NEAR(z_of(depth, {.z_sampling = ZSampling::mean, .z_range = ZRange::raw}), 13.5, 1e-4);
    EXPECT_NEAR(z_of(depth, {.z_sampling = ZSampling::median, .z_range = ZRange::raw}), 14, 1e-4);
    auto const metres = columns(DepthKind::metres, 1); // 1 to 10
    EXPECT_NEAR(z_of(metres, {.z_range = ZRange::raw}), 1 / 5.0, 1e-6);
    EXPECT_NEAR(z_of(metres, {.z_sampling = ZSampling::mean, .z_range = ZRange::raw}),
                (1 / 3.0 + 1 / 4.0 + 1 / 5.0 + 1 / 6.0) / 4, 1e-6);
    EXPECT_NEAR(z_of(metres, {}), 255 * (1 / 5.0 - 1 / 10.0) / (1 - 1 / 10.0), 1e-3);
}

TEST(BuildScene, ReadsNothingFromHoles) {
    auto metres = columns(DepthKind::metres, 1);
    metres.values[0] = 0, metres.values[1] = -1, metres.values[2] = endless, metres.values[3] = NAN;
    EXPECT_NEAR(z_of(metres, {}), 255 * (1 / 5.0 - 1 / 10.0) / (1 - 1 / 10.0), 1e-3);
    auto const flat = map_of(DepthKind::metres, [](int, int) { return 2.0F; });
    EXPECT_EQ(z_of(flat, {}), 0) << "no range";
    auto const holes = map_of(DepthKind::metres, [](int, int) { return 0.0F; });
    EXPECT_EQ(z_of(holes, {.z_range = ZRange::raw}), 0);
    // A relative map may be negative: it has no zero of its own.
    EXPECT_NEAR(z_of(columns(DepthKind::relative_inverse, -5), {}), 255 * 4 / 9.0, 1e-3);
    EXPECT_NEAR(z_of(columns(DepthKind::relative_inverse, -5), {.z_range = ZRange::raw}), -1, 1e-4);
}

TEST(BuildScene, RefusesWhatHasNoSize) {
    auto depth = columns(DepthKind::metres, 1);
    for (auto const& [width, height] : {std::pair(0, 10), std::pair(10, 0), std::pair(-1, 10), std::pair(10, -1)}) {
        EXPECT_THROW(build_scene({}, width, height, camera), Error);
    }
    EXPECT_NO_THROW(build_scene({}, 1, 1, camera, &depth));
    for (auto const& [width, height] : {std::pair(0, 10), std::pair(10, 0), std::pair(-10, -10), std::pair(10, 9)}) {
        auto broken = depth;
        broken.width = width, broken.height = height;
        EXPECT_THROW(build_scene({}, 100, 100, camera, &broken), Error);
    }
    DepthMap const empty{0, 0, DepthKind::metres, {}};
    EXPECT_THROW(build_scene({}, 100, 100, camera, &empty), Error);
}

TEST(BuildScene, PlacesEachThing) {
    auto const scene = build_scene({detection("thing", {10, 30, 30, 80})}, 100, 100, camera);
    auto const& object = scene.objects.at(0);
    EXPECT_FLOAT_EQ(object.x, 20);
    EXPECT_FLOAT_EQ(object.y, 55);
    EXPECT_FLOAT_EQ(object.area, 0.1F);
    EXPECT_EQ(object.cell, (GridCell{1, 0}));
    EXPECT_NEAR(object.bearing_deg, std::atan(-0.3) * 180 / M_PI, 1e-3);
    EXPECT_EQ(object.clock_hour, 11);
}

std::string labels_of(Scene const& scene) {
    std::string all;
    for (auto const& object : scene.objects) {
        all += (all.empty() ? "" : ", ") + object.detection.label;
    }
    return all;
}

TEST(BuildScene, NearestFirstThenTheLarger) {
    // The cup is 1 m away, the chair by its size about 5 m; of things without a class only the place in the map is
    // known.
    std::vector<Detection> const found{detection("small", {2, 60, 12, 70}), detection("large", {60, 60, 95, 95}),
                                       detection("chair", {30, 5, 40, 23}), detection("cup", {50, 30, 60, 39})};
    EXPECT_EQ(labels_of(build_scene(found, 100, 100, camera)), "cup, chair, large, small");
    auto const nearer_left = map_of(DepthKind::relative_inverse, [](int x, int) { return 10 - static_cast<float>(x); });
    EXPECT_EQ(labels_of(build_scene(found, 100, 100, camera, &nearer_left)), "cup, chair, small, large");
    EXPECT_EQ(labels_of(build_scene(found, 100, 100, camera, &nearer_left, {.invert_z = true})),
              "cup, chair, small, large");
    EXPECT_EQ(labels_of(build_scene(found, 100, 100, camera, &nearer_left, {.invert_z = true, .z_range = ZRange::raw})),
              "cup, chair, small, large");
    auto const nearer_right = columns(DepthKind::relative_inverse, 1);
    EXPECT_EQ(labels_of(build_scene(found, 100, 100, camera, &nearer_right)), "cup, chair, large, small");
}

// Things that one sees through may be nearer than what is read in their middle.
TEST(BuildScene, KnowsWhatIsSeenThrough) {
    auto const depth = map_of(DepthKind::metres, [](int x, int y) {
        bool const middle = x >= 2 && x < 8 && y >= 2 && y < 8;
        return middle ? 3.0F : 1.0F;
    });
    auto low = [&](char const* label) {
        return build_scene({detection(label, {0, 0, 100, 100})}, 100, 100, camera, &depth).objects.at(0).distance.low;
    };
    for (auto const* label : {"dining table", "bench", "chair", "bicycle", "motorcycle", "tennis racket"}) {
        EXPECT_NEAR(low(label), 1, 1e-4) << label;
    }
    for (auto const* label : {"cup", "person", "car", "couch"}) {
        EXPECT_NEAR(low(label), 2.94, 1e-4) << label;
    }
}

TEST(BuildScene, WhatStandsBeforeAThingIsNoReadingOfIt) {
    // The right half of the picture is nearer: another thing that covers half of the first.
    auto const depth = map_of(DepthKind::metres, [](int x, int) { return x < 5 ? 4.0F : 1.0F; });
    auto metres = [&](Box const& other) {
        auto const scene =
            build_scene({detection("person", {20, 0, 90, 100}), detection("cup", other)}, 100, 100, camera, &depth);
        return scene.objects[scene.objects[0].detection.label == "person" ? 0 : 1].distance.metres;
    };
    EXPECT_NEAR(metres({50, 0, 100, 100}), 4, 1e-4);
    EXPECT_NEAR(metres({95, 0, 100, 100}), 1, 1e-4) << "beside it";
    EXPECT_NEAR(metres({0, 0, 15, 100}), 1, 1e-4);
}

// The map says 1 / metres = (value - 35) / 700; sizes say the same of four things, the fifth has no size.
TEST(BuildScene, ARelativeMapIsCalibratedBySizes) {
    Intrinsics const wide{1000, 1000, 500, 500, false};
    DepthMap depth{100, 100, DepthKind::relative_inverse, std::vector<float>(10000, 35 + 700 / 20.0F)};
    std::vector<Detection> found;
    auto add = [&](char const* label, float x, float metres, float width_m, float height_m) {
        float const w = 1000 * width_m / metres, h = 1000 * height_m / metres;
        found.push_back(detection(label, {x, 300, x + w, 300 + h}));
        for (int row = 30; row < static_cast<int>(30 + h / 10); ++row) {
            for (int column = static_cast<int>(x / 10); column < static_cast<int>((x + w) / 10); ++column) {
                depth.values[static_cast<std::size_t>(row * 100 + column)] = 35 + 700 / metres;
            }
        }
    };
    add("laptop", 20, 2.5F, 0.34F, 0.24F); // nothing that shows the floor
    add("tv", 200, 4, 1.00F, 0.60F);
    add("bottle", 480, 0.7F, 0.075F, 0.25F);
    add("stop sign", 600, 16, 0.75F, 0.75F);
    add("thing of no class", 850, 3, 0.3F, 0.3F);
    auto const scene = build_scene(found, 1000, 1000, wide, &depth);
    struct {
        char const* label;
        float metres;
    } const table[] = {{"laptop", 2.5F}, {"tv", 4}, {"bottle", 0.7F}, {"stop sign", 16}, {"thing of no class", 3}};
    for (auto const& row : table) {
        for (auto const& object : scene.objects) {
            if (object.detection.label == row.label) {
                EXPECT_EQ(object.distance.source, DistanceSource::calibrated_depth) << row.label;
                EXPECT_NEAR(object.distance.metres, row.metres, 0.08F * row.metres) << row.label;
                EXPECT_LT(object.distance.low, row.metres) << row.label;
                EXPECT_GT(object.distance.high, row.metres) << row.label;
            }
        }
    }
    found.erase(found.begin(), found.begin() + 2); // two sizes are too few to go by
    for (auto const& object : build_scene(found, 1000, 1000, wide, &depth).objects) {
        EXPECT_NE(object.distance.source, DistanceSource::calibrated_depth);
    }
}

// The cup stands on the table; sizes put it before or behind it, or agree.
TEST(BuildScene, FurnitureThatSizesContradictHasNoDistance) {
    auto table_is_known = [](float cup_width) {
        std::vector<Detection> const found{detection("dining table", {100, 200, 550, 425}),
                                           detection("cup", {300, 300 - 0.9F * cup_width, 300 + cup_width, 300})};
        for (auto const& object : build_scene(found, 640, 480, test::plain_camera()).objects) {
            if (object.detection.label == "dining table") {
                return object.distance.source != DistanceSource::none;
            }
        }
        return false;
    };
    auto const size_of = [](char const* label, Box const& box) {
        return distance_from_size(detection(label, box), test::plain_camera(), 640, 480);
    };
    auto const table = size_of("dining table", {100, 200, 550, 425});
    int known = 0;
    for (int pixels = 5; pixels <= 300; ++pixels) {
        auto const width = static_cast<float>(pixels);
        auto const cup = size_of("cup", {300, 300 - 0.9F * width, 300 + width, 300});
        bool const agree = cup.high >= table.low && table.high >= cup.low;
        EXPECT_EQ(table_is_known(width), agree) << "a cup of " << pixels << " pixels";
        known += agree;
    }
    EXPECT_GT(known, 20);
    EXPECT_LT(known, 280) << "before it and behind it";
}

TEST(ReadingsIn, TakeThePixelsWhoseCentresLieInside) {
    auto const depth = map_of(DepthKind::relative_inverse, [](int x, int y) { return static_cast<float>(10 * y + x); });
    auto readings = [&](Box box, float share) {
        auto all = readings_in(box, depth, 100, 100, share).all;
        return all.empty() ? ""
                           : std::to_string(std::lround(all.front())) + "-" + std::to_string(std::lround(all.back())) +
                                 " " + std::to_string(all.size());
    };
    EXPECT_EQ(readings({0, 0, 100, 100}, 1), "0-99 100");
    EXPECT_EQ(readings({20, 30, 60, 50}, 1), "32-45 8");
    EXPECT_EQ(readings({25, 30, 55, 50}, 1), "32-45 8") << "centres at 25 and 55 are on the edges";
    EXPECT_EQ(readings({26, 30, 54, 50}, 1), "33-44 4");
    EXPECT_EQ(readings({0, 0, 100, 100}, 0.6F), "22-77 36");
    EXPECT_EQ(readings({0, 0, 100, 100}, 0), "55-55 1");
    EXPECT_EQ(readings({21, 21, 22, 22}, 1), "22-22 1") << "at least one";
    EXPECT_EQ(readings({-50, -50, 1000, 1000}, 1), "0-99 100");
    EXPECT_EQ(readings({100, 100, 100, 100}, 1), "99-99 1");
    EXPECT_EQ(readings({60, 60, 20, 20}, 1), "66-66 1") << "turned round";
    EXPECT_EQ(readings({NAN, 0, 100, 100}, 1), "");
    EXPECT_EQ(readings({0, 0, 100, NAN}, 1), "");
}

TEST(ReadingsIn, WithoutTheBoxesOfOthers) {
    auto const depth = columns(DepthKind::relative_inverse, 0);
    auto own = [&](Box const& other) { return readings_in({0, 0, 100, 100}, depth, 100, 100, 1, {other}).own.size(); };
    EXPECT_EQ(own({0, 0, 0, 0}), 100U);
    EXPECT_EQ(own({5, 5, 5, 5}), 99U) << "a pixel's centre is on the edge";
    EXPECT_EQ(own({6, 5, 14, 15}), 100U);
    EXPECT_EQ(own({0, 0, 50, 100}), 50U);
    EXPECT_EQ(own({0, 0, 100, 30}), 70U);
    EXPECT_EQ(own({15, 0, 100, 100}), 10U);
    EXPECT_EQ(own({0, 15, 100, 100}), 10U);
    auto const wide = readings_in({0, 0, 200, 50}, depth, 200, 50, 1, {{0, 0, 100, 50}}).own;
    EXPECT_EQ(wide.size(), 50U) << "places are those of the picture";
}

TEST(DistanceFromDepth, NothingIsMeasuredWithoutASize) {
    auto const depth = map_of(DepthKind::metres, [](int, int) { return 2.0F; });
    Box const box{20, 20, 60, 60};
    EXPECT_EQ(distance_from_depth(box, depth, 100, 100).source, DistanceSource::sensor);
    EXPECT_EQ(distance_from_depth(box, depth, 0, 100).source, DistanceSource::none);
    EXPECT_EQ(distance_from_depth(box, depth, 100, 0).source, DistanceSource::none);
    EXPECT_EQ(distance_from_depth(box, {0, 10, DepthKind::metres, {}}, 100, 100).source, DistanceSource::none);
    EXPECT_EQ(distance_from_depth(box, {10, 0, DepthKind::metres, {}}, 100, 100).source, DistanceSource::none);
}

// 1 / metres = 0.001 value + shift
DepthAnchor anchor(float value, float metres, float spread = 1.2F) {
    return {value, {DistanceSource::object_size, metres, metres / spread, metres * spread}};
}

TEST(Calibrate, NeedsThreeThatAgree) {
    auto const line = calibrate({anchor(1000, 1), anchor(500, 2), anchor(250, 4)});
    ASSERT_TRUE(line);
    EXPECT_NEAR(line->scale, 0.001, 1e-6);
    EXPECT_NEAR(line->shift, 0, 1e-5);
    EXPECT_NEAR(line->spread, 1.2, 1e-3) << "as the sizes have it";
    EXPECT_NEAR(line->distance(200).metres, 5, 1e-3);
    EXPECT_NEAR(line->distance(200).low, 5 / 1.2, 1e-2);
    EXPECT_NEAR(line->distance(200).high, 5 * 1.2, 1e-2);
    EXPECT_EQ(line->distance(0).source, DistanceSource::none) << "at the end of the world";
    EXPECT_EQ(line->distance(-10).source, DistanceSource::none);
    EXPECT_EQ(line->distance(2).source, DistanceSource::calibrated_depth) << "500 m";
    EXPECT_FALSE(calibrate({anchor(1000, 1), anchor(500, 2)}));
    EXPECT_FALSE(calibrate({}));
    // Of three the third must agree, too: within a factor of 1.5.
    EXPECT_TRUE(calibrate({anchor(1000, 1), anchor(500, 2), anchor(250, 5.9F)}));
    EXPECT_FALSE(calibrate({anchor(1000, 1), anchor(500, 20), anchor(250, 4)}));
    // Of five two may be wrong.
    EXPECT_TRUE(calibrate({anchor(1000, 1), anchor(500, 2), anchor(250, 4), anchor(400, 9), anchor(800, 0.3F)}));
    // Depths that are too alike say nothing.
    EXPECT_FALSE(calibrate({anchor(500, 1), anchor(500, 2), anchor(500, 4)}));
    // Nearer things may not come out farther.
    EXPECT_FALSE(calibrate({anchor(1000, 4), anchor(500, 2), anchor(250, 1)}));
}

TEST(Calibrate, DoubtsAsMuchAsTheAnchorsDiffer) {
    auto spread = [](float size_spread, float wrong_by) {
        auto const line = calibrate(
            {anchor(1000, 1, size_spread), anchor(500, 2, size_spread), anchor(250, 4 * wrong_by, size_spread)});
        return line ? line->spread : 0;
    };
    EXPECT_NEAR(spread(1.3F, 1), 1.3, 1e-3);
    EXPECT_NEAR(spread(1.5F, 1), 1.5, 1e-3);
    EXPECT_GT(spread(1.1F, 1.3F), 1.15F) << "they disagree by more than sizes do";
    EXPECT_LT(spread(1.1F, 1.3F), 1.7F);
}

TEST(Grid, NumbersAsThePaperPrintsThem) {
    Scene scene;
    auto add = [&](float score, float x, float y, float z) {
        SceneObject object;
        object.detection = detection("cup", {}, score);
        object.x = x, object.y = y, object.z = z;
        scene.objects.push_back(object);
    };
    add(0.999F, 9.9F, 8.1F, 1.00004F);
    add(0.904F, -0.4F, 100, 0.5F);
    add(0.95F, 20, 0, 7.12346F);
    auto const text = matrix_text(make_grid(scene, 0.9F));
    EXPECT_EQ(text.substr(0, text.find('\n')),
              "Left Top: [cup: 0.9, r(0,100,0.5); cup: 1.0, r(9,8,1); cup: 0.95, r(20,0,7.1235)]");
    EXPECT_THROW(parse_matrix("Left Top: [cup: 0.9, r(0,100,0.5), cup: 1.0, r(9,8,1)]\n"), Error);
    EXPECT_THROW(parse_matrix("Left Top: [; cup: 0.9, r(0,100,0.5)]\n"), Error);
    EXPECT_EQ(cell_of({0, 0, 10, 10}, 0, 0), (GridCell{0, 0})) << "of a picture without size";
    EXPECT_EQ(cell_of({50, 50, 50, 50}, 100, 100), (GridCell{1, 1}));
}

TEST(Camera, GuessesFromTheLongerSide) {
    auto const wide = guess_camera(1000, 500, {}), high = guess_camera(500, 1000, {});
    EXPECT_FLOAT_EQ(wide.fx, high.fx);
    EXPECT_FLOAT_EQ(wide.fx, 500 / std::tan(33 * static_cast<float>(M_PI) / 180));
    EXPECT_FLOAT_EQ(wide.cx, 500);
    EXPECT_FLOAT_EQ(wide.cy, 250);
    EXPECT_FALSE(guess_camera(1000, 500, 28.0F).assumed);
    EXPECT_TRUE(guess_camera(1000, 500, -1.0F).assumed);
    EXPECT_FLOAT_EQ(mirrored({1, 1, 30, 5, false}, 100).cx, 70);
    EXPECT_EQ(bearing_of(100, {}), 0);
}

} // namespace
} // namespace echollama
