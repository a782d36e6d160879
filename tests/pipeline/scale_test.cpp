// The unit of a depth picture or a scan is settled by the sizes of what is seen.
#include "media/depth/depth_units.h"
#include "pipeline/scale.h"
#include "pipeline/see.h"
#include "scene/distance.h"
#include "scene/photo_distance.h"
#include "wording/wording.h"

#include <gtest/gtest.h>

#include <cmath>

namespace echollama {
namespace {

constexpr int width = 320, height = 240;

// A chair before a wall at twice its distance; the readings are in `per_metre` units, rounded to `step` of them.
struct Room {
    View view;
    std::vector<Detection> things;

    Room(float metres, float per_metre, float step, std::string const& label = "chair") {
        view.image = {width, height, std::vector<std::uint8_t>(std::size_t{3} * width * height, 90)};
        view.camera = {262, 262, width / 2.0F, height / 2.0F, true};
        // As large as such a thing is at that distance: found by its own size.
        Detection thing{label, 56, 0.9F, {140, 60, 180, 120}, {}};
        auto const first = distance_from_size(thing, view.camera, width, height);
        float const scale = first.metres / metres;
        thing.box = {160 - 20 * scale, 120 - 30 * scale, 160 + 20 * scale, 120 + 30 * scale};
        things.push_back(thing);
        std::vector<float> readings;
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                bool const on = static_cast<float>(x) > thing.box.x0 &&
                                static_cast<float>(x)<thing.box.x1&& static_cast<float>(y)> thing.box.y0 &&
                                static_cast<float>(y) < thing.box.y1;
                float const z = (on ? 1 : 2) * metres * (1 + 0.0007F * static_cast<float>(x));
                readings.push_back(std::round(z * per_metre / step) * step);
            }
        }
        view.scale = DepthScale{depth_unit_guesses(readings)};
        view.depth = DepthMap{width, height, DepthKind::metres, std::move(readings)};
        for (float& value : view.depth->values) {
            value /= view.scale->guesses.at(0).per_metre;
        }
    }
};

float metres_of_thing(Room const& room, SettledDepth const& settled) {
    return distance_from_depth(room.things[0].box, settled.depth, width, height).metres;
}

TEST(Scale, EveryUnitIsFoundByTheSizeOfWhatIsSeen) {
    struct Case {
        float per_metre, step;
        char const* name;
    };
    for (auto const& one :
         {Case{1000, 1, "millimetres"}, Case{1000, 10, "millimetres"}, Case{5000, 5, "fifths of a millimetre"},
          Case{10000, 1, "tenths of a millimetre"}, Case{10000, 10, "tenths of a millimetre"},
          Case{256, 1, "256ths of a metre"}, Case{100, 1, "centimetres"}}) {
        for (float metres : {1.0F, 1.39F, 2.2F, 3.5F}) {
            Room const room(metres, one.per_metre, one.step);
            auto const settled = settle_depth(room.view, room.things);
            EXPECT_TRUE(settled.unit.assumed);
            if (!settled.unit.rival.empty()) { // one thing far away does not overrule a room that is as plausible
                EXPECT_TRUE(settled.unit.name == one.name || settled.unit.rival == one.name) << one.name;
                EXPECT_GT(metres, 2) << one.name;
                continue;
            }
            EXPECT_EQ(settled.unit.name, one.name) << one.step << " at " << metres;
            EXPECT_NEAR(metres_of_thing(room, settled), metres * 1.11F, 0.06F * metres) << one.name;
        }
    }
}

TEST(Scale, OneMistakenNameDoesNotOverruleWhatIsPlausible) {
    // What is called a bus is a toy: by its size it would be ten times as far.
    Room room(1.5F, 1000, 1);
    room.things[0].label = "bus";
    auto const settled = settle_depth(room.view, room.things);
    EXPECT_TRUE(settled.unit.name == "millimetres" || !settled.unit.rival.empty()) << settled.unit.name;
}

TEST(Scale, WhatStaysOpenIsNotToldAsMeasured) {
    Room room(1.0F, 256, 1);
    auto const open = settle_depth(room.view, {});
    EXPECT_FALSE(open.unit.rival.empty());
    EXPECT_EQ(open.depth.kind, DepthKind::relative_inverse);
    auto const near = open.depth.values[static_cast<std::size_t>(height / 2 * width + width / 2)];
    EXPECT_GT(near, open.depth.values[static_cast<std::size_t>(5 * width + 5)]) << "nearer is larger";
    room.view.depth->values[0] = 0;
    EXPECT_TRUE(std::isnan(settle_depth(room.view, {}).depth.values[0]));
    Scene scene;
    scene.depth_unit = open.unit;
    EXPECT_NE(unit_sentence(scene).find("--depth-units"), std::string::npos);
    room.view.scale = DepthScale{{{"256ths of a metre", 256, 0}}, false};
    auto const told = settle_depth(room.view, {});
    EXPECT_EQ(told.depth.kind, DepthKind::metres);
    scene.depth_unit = told.unit;
    EXPECT_EQ(unit_sentence(scene), "") << "what the user says needs no sentence";
}

TEST(Scale, ACloudInMillimetresIsFoundLikewise) {
    Room room(2, 1000, 1);
    room.view.scale = DepthScale{cloud_unit_guesses(300, 0), true, "point cloud", "--cloud-units"};
    EXPECT_LT(room.view.scale->guesses[0].weight - room.view.scale->guesses[1].weight, 1) << "open without a look";
    // The readings by the first guess, whichever that is.
    for (float& value : room.view.depth->values) {
        value *= 1000 / room.view.scale->guesses[0].per_metre;
    }
    auto const settled = settle_depth(room.view, room.things);
    EXPECT_EQ(settled.unit.name, "millimetres");
    EXPECT_NEAR(metres_of_thing(room, settled), 2.2F, 0.15F);
    EXPECT_EQ(settled.unit.option, "--cloud-units");
}

struct FakeDetector : Detector {
    std::vector<Detection> found;
    int calls = 0;
    std::vector<Detection> detect(Image const&, float, std::stop_token) override {
        ++calls;
        return found;
    }
};

TEST(Scale, TheSceneSaysWhichUnitWasAssumed) {
    Room room(1.39F, 10000, 10);
    auto detector = std::make_shared<FakeDetector>();
    detector->found = room.things;
    Timings timings;
    SeeingModels const models{ready<Detector>(detector), {}};
    auto const seen = see(room.view, models, -1, timings, {});
    ASSERT_TRUE(seen.scene.depth_unit);
    EXPECT_EQ(seen.scene.depth_unit->per_metre, 10000);
    EXPECT_NEAR(seen.scene.objects.at(0).distance.metres, 1.39F * 1.11F, 0.08F);
    auto const said = describe_scene(seen.scene, {});
    EXPECT_EQ(said.back(), "Distances assume that the depth picture is in tenths of a millimetre.");
}

} // namespace
} // namespace echollama
