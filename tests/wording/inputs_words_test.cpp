// What panoramas and assumed units change in bearings and words.
#include "scene/build.h"
#include "scene/camera.h"
#include "wording/wording.h"

#include <gtest/gtest.h>

namespace echollama {
namespace {

Intrinsics round_camera(Projection projection) {
    return {200, 200, 628.3185F, 314, false, projection};
}

TEST(PanoramaBearings, AreTurnsNotTangents) {
    for (auto projection : {Projection::cylinder, Projection::sphere}) {
        auto const camera = round_camera(projection);
        struct Case {
            float x, degrees;
        };
        for (auto const& one :
             {Case{628.3185F, 0}, Case{628.3185F + 100 * 3.1415927F, 90}, Case{628.3185F - 100 * 3.1415927F, -90},
              Case{628.3185F + 418.879F, 120}, Case{1256.637F + 100, -151.35F}, Case{-100, 151.35F}}) {
            EXPECT_NEAR(bearing_of(one.x, camera), one.degrees, 0.05) << one.x;
        }
    }
    EXPECT_NEAR(bearing_of(828.3185F, round_camera(Projection::flat)), 45, 0.01);
    EXPECT_EQ(bearing_of(100, {0, 0, 10, 10, false, Projection::sphere}), 0) << "a camera that is not known";
}

TEST(PanoramaWords, ReachAllAround) {
    struct Case {
        float degrees;
        char const *sides, *clock;
    };
    for (auto const& one :
         {Case{0, "straight ahead", "at 12 o'clock"}, Case{20, "slightly right", "at 1 o'clock"},
          Case{-60, "on the left", "at 10 o'clock"}, Case{90, "on the right", "at 3 o'clock"},
          Case{109, "on the right", "at 4 o'clock"}, Case{111, "behind you on the right", "at 4 o'clock"},
          Case{120, "behind you on the right", "at 4 o'clock"}, Case{-120, "behind you on the left", "at 8 o'clock"},
          Case{159, "behind you on the right", "at 5 o'clock"}, Case{161, "behind you", "at 5 o'clock"},
          Case{-161, "behind you", "at 7 o'clock"}, Case{180, "behind you", "at 6 o'clock"},
          Case{-180, "behind you", "at 6 o'clock"}}) {
        SceneObject object;
        object.bearing_deg = one.degrees;
        object.clock_hour = clock_hour_of(one.degrees);
        EXPECT_EQ(direction_words(object, Directions::sides), one.sides) << one.degrees;
        EXPECT_EQ(direction_words(object, Directions::clock), one.clock) << one.degrees;
    }
}

Scene scene_with(std::optional<DepthUnit> unit) {
    auto scene = build_scene({{"cup", 41, 0.9F, {300, 200, 390, 290}, {}}}, 640, 480, {500, 500, 320, 240, false});
    scene.depth_unit = std::move(unit);
    return scene;
}

TEST(UnitWords, AreSaidWhereTheUnitWasGuessed) {
    EXPECT_EQ(unit_sentence(scene_with({})), "");
    EXPECT_EQ(unit_sentence(scene_with(DepthUnit{"millimetres", 1000, false})), "");
    EXPECT_EQ(unit_sentence(scene_with(DepthUnit{"millimetres", 1000, true})),
              "Distances assume that the depth picture is in millimetres.");
    DepthUnit const open{"metres", 1, true, "centimetres", "mesh", "--cloud-units"};
    EXPECT_EQ(unit_sentence(scene_with(open)),
              "The mesh may be in metres or in centimetres; say which with --cloud-units to hear measured distances.");
    auto const full = describe_scene(scene_with(open), {.level = Level::full});
    EXPECT_EQ(full.back(), unit_sentence(scene_with(open)));
    for (auto level : {Level::headline, Level::brief}) {
        for (auto const& sentence : describe_scene(scene_with(open), {.level = level})) {
            EXPECT_EQ(sentence.find("may be in"), std::string::npos);
        }
    }
}

} // namespace
} // namespace echollama
