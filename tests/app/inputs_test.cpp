// Everything the program looks at besides plain photos, and what it says of bad input.
#include "media/depth/rgbd.h"
#include "media/encode.h"
#include "media/mpo.h"
#include "media/picture/image_io.h"
#include "media/picture/png16.h"
#include "seen_scene.h"
#include "support/support.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>

namespace echollama {
namespace {

using test::Json;
using test::photo;
using test::scene_of;

TEST(Inputs, AllEightOrientationsGiveTheSameScene) {
    NEEDS_DETECTOR();
    SKIP_WITHOUT(photo("coffee.png"));
    test::TempDir dir;
    auto const upright = load_image(photo("coffee.png")).image;
    int const inverse[] = {0, 1, 2, 3, 4, 5, 8, 7, 6};
    Json first;
    for (int orientation = 1; orientation <= 8; ++orientation) {
        auto const stored = apply_orientation(upright, inverse[orientation]);
        auto const jpeg = test::encode_jpeg({.width = stored.width, .height = stored.height}, stored.rgb);
        auto const file = (dir / "photo.jpg").string();
        test::write_bytes(file, test::with_exif(jpeg, {.orientation = orientation, .focal_35mm = 28}));
        auto const scene = scene_of(file);
        if (orientation == 1) {
            first = scene;
            ASSERT_GE(first["objects"].size(), 2U);
            EXPECT_EQ(first["camera"]["assumed"], false);
            continue;
        }
        EXPECT_EQ(scene["image"], first["image"]);
        EXPECT_EQ(scene["camera"], first["camera"]);
        ASSERT_EQ(scene["objects"].size(), first["objects"].size()) << orientation;
        EXPECT_EQ(scene["relations"], first["relations"]);
        for (std::size_t i = 0; i < first["objects"].size(); ++i) {
            auto const &a = first["objects"][i], &b = scene["objects"][i];
            for (auto const* same : {"label", "cell", "clock_hour"}) {
                EXPECT_EQ(a[same], b[same]) << orientation;
            }
            EXPECT_NEAR(a["bearing_deg"].get<double>(), b["bearing_deg"].get<double>(), 0.5) << orientation;
            for (std::size_t k = 0; k < 4; ++k) { // the picture is compressed anew each time
                EXPECT_NEAR(a["box"][k].get<double>(), b["box"][k].get<double>(), 4) << orientation;
            }
        }
    }
}

// Of the readings in the middle of a box, where the thing is and not what is beside it: metres than which `share` of
// them are nearer.
float reading_in(Gray16 const& depth, Json const& box, float units, double share_nearer) {
    std::vector<float> values;
    auto const at = [&](std::size_t low, double share) {
        double const a = box[low].get<double>(), b = box[low + 2].get<double>();
        return static_cast<int>(a + share * (b - a));
    };
    for (int y = std::max(at(1, 0.2), 0); y < std::min(at(1, 0.8), depth.height); ++y) {
        for (int x = std::max(at(0, 0.2), 0); x < std::min(at(0, 0.8), depth.width); ++x) {
            if (auto const value = depth.values[static_cast<std::size_t>(y * depth.width + x)]) {
                values.push_back(static_cast<float>(value) / units);
            }
        }
    }
    auto const place = values.begin() + static_cast<std::ptrdiff_t>(share_nearer * static_cast<double>(values.size()));
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

bool overlap(Json const& a, Json const& b) {
    return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

TEST(Inputs, DistancesOfDepthCamerasAreTheDepthInTheBox) {
    NEEDS_DETECTOR();
    SKIP_WITHOUT(test::sample("rgbd"));
    struct Case {
        std::string color, depth;
        float units;
    };
    int judged = 0;
    for (auto const& one :
         {Case{"tum_color.png", "tum_depth.png", 5000}, Case{"redwood_color.jpg", "redwood_depth.png", 1000}}) {
        auto const depth_file = test::sample("rgbd/" + one.depth);
        auto const scene =
            scene_of(test::sample("rgbd/" + one.color).string() + " --depth-image " + depth_file.string() +
                     " --camera " + test::sample("rgbd/camera_primesense.json").string());
        auto const depth = load_png16(depth_file);
        auto const& objects = scene["objects"];
        EXPECT_FALSE(objects.empty());
        for (std::size_t i = 0; i < objects.size(); ++i) {
            EXPECT_EQ(objects[i]["distance"]["source"], "sensor");
            bool covered = false; // what stands before a thing is not measured as the thing
            for (std::size_t j = 0; j < objects.size(); ++j) {
                covered = covered || (i != j && overlap(objects[i]["box"], objects[j]["box"]));
            }
            if (!covered) {
                ++judged;
                // Small things are as far as their middle, large ones as their nearest point.
                auto const median = reading_in(depth, objects[i]["box"], one.units, 0.5);
                auto const nearest = reading_in(depth, objects[i]["box"], one.units, 0.01);
                auto const metres = objects[i]["distance"]["metres"].get<float>();
                EXPECT_LT(metres, 1.02F * median) << objects[i]["label"];
                EXPECT_GT(metres, 0.98F * nearest) << objects[i]["label"];
                if (median - nearest < 0.1F) {
                    EXPECT_NEAR(metres, median, 0.02F * median) << objects[i]["label"];
                }
            }
        }
    }
    EXPECT_GE(judged, 5);
}

TEST(Inputs, StereoPairGivesMetresAndAnMpoPhotoIsRecognised) {
    NEEDS_DETECTOR();
    SKIP_WITHOUT(photo("motorcycle_right.png"));
    test::TempDir dir;
    std::ofstream(dir / "calib.txt") << "cam0=[994.978 0 311.193; 0 994.978 254.877; 0 0 1]\ndoffs=31.086\n"
                                        "baseline=193.001\nwidth=741\nheight=500\n";
    auto const pair = scene_of(photo("motorcycle_left.png").string() + " --right " +
                               photo("motorcycle_right.png").string() + " --camera " + (dir / "calib.txt").string());
    ASSERT_FALSE(pair["objects"].empty());
    auto const distance = pair["objects"][0]["distance"];
    EXPECT_EQ(distance["source"], "sensor");
    // The measured disparity in the middle of the motorcycle is about 55 pixels: 994.978 * 0.193 / (55 + 31.1) metres.
    EXPECT_NEAR(distance["metres"].get<double>(), 2.3, 0.35);
    auto const jpeg = [](std::filesystem::path const& path) {
        auto const image = load_image(path).image;
        return test::encode_jpeg({.width = image.width, .height = image.height}, image.rgb);
    };
    auto const file =
        test::mpo(jpeg(photo("motorcycle_left.png")), jpeg(photo("motorcycle_right.png")), {.baseline_mm = 193});
    test::write_bytes((dir / "photo.mpo").string(), file);
    auto const photo_scene = scene_of((dir / "photo.mpo").string() + " --focal 995");
    ASSERT_FALSE(photo_scene["objects"].empty());
    EXPECT_EQ(photo_scene["objects"][0]["distance"]["source"], "sensor");
    EXPECT_EQ(photo_scene["image"]["width"], 741);
}

TEST(Inputs, PointCloudFromEndToEnd) {
    NEEDS_DETECTOR();
    SKIP_WITHOUT(test::sample("cloud/fragment_color.ply"));
    test::TempDir dir;
    auto const picture = dir / "view.png";
    auto const result = test::echollama("describe " + test::sample("cloud/fragment_color.ply").string() +
                                        " --no-llm --annotate " + picture.string());
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_FALSE(result.out.empty());
    EXPECT_EQ(load_image(picture).image.width, 960);
}

TEST(Inputs, EvalSceneReportsOnToyRooms) {
    auto const result = test::echollama("eval scene --rooms 12 --json --quiet");
    ASSERT_EQ(result.code, 0) << result.err;
    auto const json = Json::parse(result.out);
    EXPECT_EQ(json["rooms"], 12);
    ASSERT_EQ(json["variants"].size(), 7U);
    EXPECT_EQ(json["variants"][0]["clock_hours"]["share"], 1);
    EXPECT_LT(json["variants"][0]["bearing_error_deg"]["median"].get<double>(), 1);
    EXPECT_EQ(json["mirrored_relations"]["share"], 1);
    EXPECT_EQ(json["text"]["chair_i"], 0);
    EXPECT_EQ(json["text"]["pope"]["adversarial"]["accuracy"], 1);
}

struct Bad {
    std::string name, arguments; // DIR is replaced
    int code;
    std::string says;
};

class InputsRefuse : public testing::TestWithParam<Bad> {};

TEST_P(InputsRefuse, WithOneSentence) {
    test::TempDir dir;
    Image grey{64, 48, std::vector<std::uint8_t>(64 * 48 * 3, 120)};
    save_png(dir / "picture.png", grey);
    save_png(dir / "small.png", {32, 48, std::vector<std::uint8_t>(32 * 48 * 3, 120)});
    auto noise = grey;
    for (std::size_t i = 0; i < noise.rgb.size(); ++i) {
        noise.rgb[i] = static_cast<std::uint8_t>(i * 2654435761U >> 13);
    }
    save_png(dir / "noise.png", noise);
    std::reverse(noise.rgb.begin(), noise.rgb.end());
    save_png(dir / "other.png", noise);
    save_png16(dir / "zero.png", 64, 48, std::vector<std::uint16_t>(64 * 48, 0));
    save_png16(dir / "wide.png", 96, 32, std::vector<std::uint16_t>(96 * 32, 1001));
    save_png16(dir / "depth.png", 64, 48, std::vector<std::uint16_t>(64 * 48, 1001));
    std::ofstream(dir / "lie.ply")
        << "ply\nformat binary_little_endian 1.0\nelement vertex 2000000000\nproperty float x\n"
           "property float y\nproperty float z\nend_header\n";
    std::ofstream(dir / "nan.ply") << "ply\nformat ascii 1.0\nelement vertex 2\nproperty float x\nproperty float y\n"
                                      "property float z\nend_header\nnan nan nan\nnan 0 1\n";
    std::ofstream(dir / "one.ply") << "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\n"
                                      "property float z\nend_header\n0 0 2\n";
    std::ofstream(dir / "mesh.glb") << "glTF and nothing more";
    std::ofstream(dir / "camera.json") << "{\"fx\": -1}";
    auto const jpeg = test::encode_jpeg({.width = 64, .height = 48}, noise.rgb);
    auto mpo = test::mpo(jpeg, jpeg, {});
    mpo.resize(mpo.size() - jpeg.size() / 2);
    test::write_bytes((dir / "half.mpo").string(), mpo);
    auto arguments = GetParam().arguments;
    for (std::size_t at; (at = arguments.find("DIR")) != std::string::npos;) {
        arguments.replace(at, 3, dir.path().string());
    }
    for (auto const* command : {"scene ", "describe --no-llm "}) {
        auto const result = test::echollama(command + arguments);
        EXPECT_EQ(result.code, GetParam().code) << result.err;
        EXPECT_NE(result.err.find(GetParam().says), std::string::npos) << result.err;
        EXPECT_TRUE(result.out.empty()) << result.out;
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, InputsRefuse,
    testing::Values(Bad{"depth_of_another_size", "DIR/picture.png --depth-image DIR/wide.png", 1, "same size"},
                    Bad{"all_zero_depth", "DIR/picture.png --depth-image DIR/zero.png", 1, "no reading"},
                    Bad{"depth_that_is_a_photo", "DIR/picture.png --depth-image DIR/picture.png", 1, "16 bits"},
                    Bad{"no_depth_file", "DIR/picture.png --depth-image DIR/none.png", 1, "check the path"},
                    Bad{"nan_points", "DIR/nan.ply", 1, "no usable point"},
                    Bad{"a_lying_header", "DIR/lie.ply", 1, "more than the file holds"},
                    Bad{"no_mesh", "DIR/mesh.glb", 1, "damaged"},
                    Bad{"half_a_pair", "DIR/noise.png --right DIR/none.png", 1, "no file"},
                    Bad{"half_an_mpo", "DIR/half.mpo", 1, "cut short"},
                    Bad{"pair_of_two_sizes", "DIR/noise.png --right DIR/small.png", 1, "same size"},
                    Bad{"pair_that_is_none", "DIR/noise.png --right DIR/picture.png", 1, "do not match"},
                    Bad{"pair_of_others", "DIR/noise.png --right DIR/other.png", 1, "do not match"},
                    Bad{"bad_camera", "DIR/picture.png --camera DIR/camera.json", 1, "camera file"},
                    Bad{"no_viewpoint", "DIR/one.ply --view sideways", 1, "not a viewpoint"},
                    Bad{"looking_away", "DIR/one.ply --view 0,0,0,0,0,-1", 1, "another viewpoint"},
                    Bad{"two_kinds_of_depth", "DIR/picture.png --right DIR/noise.png --depth-image DIR/depth.png", 2,
                        "either"},
                    Bad{"units_without_depth", "DIR/picture.png --depth-units 1000", 2, "--depth-image"},
                    Bad{"depth_beside_a_cloud", "DIR/one.ply --depth-image DIR/depth.png", 2, "its own depth"}),
    [](auto const& tested) { return tested.param.name; });

} // namespace
} // namespace echollama
