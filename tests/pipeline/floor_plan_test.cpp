// Plans from above: as text, for embossers, as pictures; and which obstacle a detection is.
#include "base/error.h"
#include "geometry/measure.h"
#include "geometry/toy_space.h"
#include "pipeline/floor_plan.h"
#include "pipeline/surround.h"

#include <gtest/gtest.h>

#include <sstream>

namespace echollama {
namespace {

Scene toy_scene(std::uint64_t seed) {
    auto const room = render_toy_space(seed, DepthSensor::phone, false);
    Scene scene;
    scene.width = room.depth.width, scene.height = room.depth.height;
    scene.camera = {room.depth.fx, room.depth.fy, room.depth.cx, room.depth.cy, false};
    scene.around = measure_surroundings(room.depth);
    return scene;
}

TEST(FloorPlan, HasTheViewerBelowAndAKeyForEveryLetter) {
    int letters = 0;
    for (std::uint64_t seed = 500; seed < 512; ++seed) {
        auto const scene = toy_scene(seed);
        if (!scene.around->floor) {
            continue;
        }
        auto const plan = floor_plan(scene, {});
        auto const text = plan_text(plan);
        auto const picture = text.substr(0, text.find("\n\nV: you"));
        EXPECT_NE(picture.substr(picture.rfind('\n') + 1).find('V'), std::string::npos) << text;
        for (auto const& key : plan.keys) {
            ++letters;
            EXPECT_NE(text.find(std::string("\n") + key.letter + ": " + key.words), std::string::npos) << text;
        }
        EXPECT_LE(plan.keys.size(), 20U);
    }
    EXPECT_GT(letters, 5);
}

TEST(FloorPlan, FitsAnEmbossersPage) {
    auto const brf = plan_brf(floor_plan(toy_scene(503), {}));
    std::istringstream page(brf.substr(0, brf.find('\f')));
    int lines = 0;
    for (std::string line; std::getline(page, line); ++lines) {
        EXPECT_TRUE(line.ends_with('\r'));
        EXPECT_LE(line.size(), 41U);
    }
    EXPECT_LE(lines, 25);
    for (char c : brf) {
        EXPECT_TRUE((c >= ' ' && c <= '_') || c == '\r' || c == '\n' || c == '\f') << static_cast<int>(c);
    }
}

TEST(FloorPlan, IsAPictureAndADrawing) {
    auto const plan = floor_plan(toy_scene(503), {});
    auto const picture = plan_picture(plan);
    EXPECT_EQ(picture.rgb.size(),
              static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height) * 3);
    EXPECT_NE(plan_svg(plan).find("<svg"), std::string::npos);
}

TEST(FloorPlan, NeedsMetricDepthAndAKnownEnding) {
    EXPECT_THROW(floor_plan({}, {}), Error);
    EXPECT_THROW(write_plan("plan.pdf", floor_plan(toy_scene(503), {})), Error);
}

TEST(Surround, RelativeDepthTellsNothing) {
    View view;
    view.image = {64, 48, std::vector<std::uint8_t>(64 * 48 * 3)};
    view.camera = {50, 50, 32, 24, false};
    DepthMap depth{64, 48, DepthKind::relative_inverse, std::vector<float>(64 * 48, 2.0F)};
    EXPECT_FALSE(surroundings_of(view, depth));
    depth.kind = DepthKind::metres;
    EXPECT_TRUE(surroundings_of(view, depth));
    view.camera.projection = Projection::sphere;
    EXPECT_FALSE(surroundings_of(view, depth));
}

TEST(Surround, ADetectionNamesItsObstacleAndHasItsHeight) {
    int named = 0;
    for (std::uint64_t seed = 500; seed < 530; ++seed) {
        auto const room = render_toy_space(seed, DepthSensor::structured_light);
        auto const around = measure_surroundings(room.depth);
        for (std::size_t i = 0; i < around.obstacles.size(); ++i) {
            auto const& o = around.obstacles[i];
            auto const middle = around.frame.to_camera(
                {(o.box.x.low + o.box.x.high) / 2, o.box.y.low, (o.box.z.low + o.box.z.high) / 2});
            if (o.points < 3000 || o.distance.metres > 3 || middle.z < 0.5F) {
                continue;
            }
            Scene scene;
            scene.width = room.depth.width, scene.height = room.depth.height;
            scene.camera = {room.depth.fx, room.depth.fy, room.depth.cx, room.depth.cy, false};
            scene.around = around;
            auto pixel = [&](float x, float z) {
                auto const p = around.frame.to_camera({x, o.box.y.low, z});
                return Point{room.depth.fx * p.x / p.z + room.depth.cx, room.depth.fy * p.y / p.z + room.depth.cy};
            };
            auto const a = pixel(o.box.x.low, o.box.z.high), b = pixel(o.box.x.high, o.box.z.low);
            SceneObject object;
            object.detection = {"chair", -1, 1, {a.x, a.y, b.x, b.y}, {}};
            object.distance = {DistanceSource::sensor, middle.z, middle.z, middle.z};
            scene.objects = {object};
            join_objects(scene, {room.depth.width, room.depth.height, DepthKind::metres, room.depth.metres});
            if (scene.objects[0].extent && scene.around->obstacles[i].named) {
                ++named;
                EXPECT_NEAR(scene.objects[0].extent->z.high, o.box.z.high, 0.15F) << seed;
            }
        }
    }
    EXPECT_GT(named, 5);
}

} // namespace
} // namespace echollama
