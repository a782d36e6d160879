// Inputs of every kind and by every way: pipes, containers, units, panoramas, clouds far from their origin.
#include "media/cloud/point_cloud.h"
#include "media/containers.h"
#include "media/picture/image_io.h"
#include "media/picture/png16.h"
#include "media/view/panorama.h"
#include "seen_scene.h"
#include "support/cloud_writers.h"
#include "support/support.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <numbers>

namespace echollama {
namespace {

using test::Json;
using test::photo;
using test::scene_of;

Image cup() {
    return load_image(photo("coffee.png")).image;
}

std::vector<std::pair<std::string, std::filesystem::path>> files_in(test::TempDir const& dir) {
    auto const image = cup();
    std::vector<std::pair<std::string, std::filesystem::path>> files;
    auto const add = [&](std::string const& name, test::Bytes const& bytes) {
        test::write_bytes((dir / name).string(), bytes);
        files.emplace_back(name, dir / name);
    };
    add("a.png", test::encode_png({.width = image.width, .height = image.height}, image.rgb));
    add("a.jpg", test::encode_jpeg({.width = image.width, .height = image.height}, image.rgb));
    add("webp.jpg", test::encode_webp(image));
    add("a.tif",
        test::encode_tiff({.width = image.width, .height = image.height, .compression = COMPRESSION_LZW}, image.rgb));
    add("a.bmp", test::encode_bmp(image, false));
    std::string obj = "# a wall\n";
    for (int i = 0; i < 400; ++i) {
        obj += "v " + std::to_string(i % 20 * 0.1) + " " + std::to_string(i / 20 * 0.1) + " 3 1 0 0\n";
    }
    add("a.obj", test::bytes_from(obj));
    return files;
}

TEST(Pipes, EveryKindOfInputComesThroughThem) {
    NEEDS_DETECTOR();
    SKIP_WITHOUT(photo("coffee.png"));
    test::TempDir dir;
    for (auto const& [name, path] : files_in(dir)) {
        auto const named = test::echollama("detect " + path.string());
        ASSERT_EQ(named.code, 0) << name << named.err;
        EXPECT_FALSE(named.out.empty());
        auto const piped = test::echollama("detect -", "cat " + path.string() + " |");
        EXPECT_EQ(piped.code, 0) << name << piped.err;
        EXPECT_EQ(piped.out, named.out) << name;
    }
}

TEST(Pipes, EveryCommandAndEveryWayIn) {
    NEEDS_DETECTOR();
    SKIP_WITHOUT(photo("coffee.png"));
    auto const file = photo("coffee.png").string();
    for (std::string const command : {"detect", "scene", "describe --no-llm", "ask --no-llm"}) {
        std::string const question = command.starts_with("ask") ? " \"Where is the cup?\"" : "";
        auto const named = test::echollama(command + " " + file + question);
        ASSERT_EQ(named.code, 0) << named.err;
        for (std::string const input : {"-", "/dev/stdin", "/dev/fd/0"}) {
            auto const piped = test::echollama(command + " " + input + question, "cat " + file + " |");
            EXPECT_EQ(piped.out, named.out) << command << " " << input << piped.err;
        }
        auto const redirected = test::echollama(command + " -" + question + " <" + file);
        EXPECT_EQ(redirected.out, named.out) << command << redirected.err;
    }
    auto const named = test::echollama("detect " + file);
    test::TempDir dir;
    auto const line =
        "bash -c '" + test::built_program().string() + " detect <(cat " + file + ")' >" + (dir / "out").string();
    EXPECT_EQ(std::system(line.c_str()), 0);
    EXPECT_EQ(test::read_text(dir / "out"), named.out) << "process substitution";
}

TEST(Pipes, WhatStandsBesideAPictureMayComeThroughThem) {
    NEEDS_DETECTOR();
    SKIP_WITHOUT(test::sample("rgbd"));
    auto const color = test::sample("rgbd/redwood_color.jpg").string();
    auto const depth = test::sample("rgbd/redwood_depth.png").string();
    auto const camera = test::sample("rgbd/camera_primesense.json").string();
    auto const named = scene_of(color + " --depth-image " + depth + " --camera " + camera);
    EXPECT_EQ(scene_of(color + " --depth-image - --camera " + camera, "cat " + depth + " |"), named);
    EXPECT_EQ(scene_of(color + " --depth-image " + depth + " --camera -", "cat " + camera + " |"), named);
    EXPECT_EQ(scene_of("- --depth-image " + depth + " --camera " + camera, "cat " + color + " |"), named);
}

TEST(Pipes, WhatCannotWorkIsSaid) {
    auto const expect = [](std::string const& arguments, std::string const& before, int code, std::string const& says) {
        auto const result = test::echollama(arguments, before);
        EXPECT_EQ(result.code, code) << arguments << result.err;
        EXPECT_NE(result.err.find(says), std::string::npos) << arguments << ": " << result.err;
    };
    expect("scene - --depth-image -", "cat /dev/null |", 2, "Only one file");
    expect("scene /dev/stdin --camera -", "cat /dev/null |", 2, "Only one file");
    expect("chat -", "cat /dev/null |", 2, "ask");
    expect("detect -", "cat /dev/null |", 1, "standard input is empty");
    expect("detect -", "echo hello |", 1, "standard input is not a picture");
    expect("detect - --view front", "echo hello |", 2, "standard input");
}

TEST(DepthUnitsInTheProgram, RoomsAreAsFarInEveryUnit) {
    NEEDS_DETECTOR();
    SKIP_WITHOUT(test::sample("rgbd"));
    test::TempDir dir;
    auto const millimetres = load_png16(test::sample("rgbd/redwood_depth.png"));
    auto const color = test::sample("rgbd/redwood_color.jpg").string();
    auto const options = " --camera " + test::sample("rgbd/camera_primesense.json").string() + " --depth-image ";
    auto const right = scene_of(color + options + test::sample("rgbd/redwood_depth.png").string());
    ASSERT_FALSE(right["objects"].empty());
    EXPECT_EQ(right["depth_unit"]["name"], "millimetres");
    struct Case {
        std::string name;
        double per_metre, step;
        bool holes_are_full;
    };
    for (auto const& one : {Case{"tenths of a millimetre", 10000, 1, false},
                            Case{"tenths of a millimetre", 10000, 10, true}, Case{"256ths of a metre", 256, 1, false},
                            Case{"millimetres", 1000, 10, true}, Case{"fifths of a millimetre", 5000, 5, false}}) {
        std::vector<std::uint16_t> values;
        for (auto const value : millimetres.values) {
            double const units = std::round(value / 1000.0 * one.per_metre / one.step) * one.step;
            values.push_back(value == 0 ? (one.holes_are_full ? 65535 : 0)
                                        : static_cast<std::uint16_t>(std::min(units, 65000.0)));
        }
        save_png16(dir / "depth.png", millimetres.width, millimetres.height, values);
        auto const scene = scene_of(color + options + (dir / "depth.png").string());
        EXPECT_EQ(scene["depth_unit"]["name"], one.name) << one.step;
        EXPECT_EQ(scene["depth_unit"]["assumed"], true);
        ASSERT_EQ(scene["objects"].size(), right["objects"].size()) << one.name;
        for (std::size_t i = 0; i < right["objects"].size(); ++i) {
            double const metres = right["objects"][i]["distance"]["metres"].get<double>();
            EXPECT_NEAR(scene["objects"][i]["distance"]["metres"].get<double>(), metres, 0.03 * metres) << one.name;
        }
    }
    auto const told = scene_of(color + options + test::sample("rgbd/redwood_depth.png").string() + " --depth-units mm");
    EXPECT_EQ(told["objects"], right["objects"]);
    EXPECT_EQ(told["depth_unit"]["assumed"], false);
    auto const words =
        test::echollama("describe --no-llm " + color + options + test::sample("rgbd/redwood_depth.png").string() +
                        " --model " + (test::models_dir() / "centernet.gguf").string());
    EXPECT_NE(words.out.find("Distances assume that the depth picture is in millimetres."), std::string::npos)
        << words.out;
}

// All around, grey but for a photo in one direction.
Image around(Image const& picture, float yaw_deg, float picture_deg) {
    constexpr int width = 2048, height = 1024;
    constexpr double radian = std::numbers::pi / 180;
    Image image{width, height, std::vector<std::uint8_t>(std::size_t{3} * width * height, 110)};
    double const focal = picture.width / 2.0 / std::tan(picture_deg / 2 * radian);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            double const yaw = std::remainder(((x + 0.5) / width * 360 - 180 - yaw_deg), 360.0) * radian;
            double const down = ((y + 0.5) / height * 180 - 90) * radian;
            double const px = picture.width / 2.0 + focal * std::tan(yaw);
            double const py = picture.height / 2.0 + focal * std::tan(down) / std::cos(yaw);
            if (std::abs(yaw) < 1.2 && px >= 0 && px < picture.width && py >= 0 && py < picture.height) {
                std::copy_n(picture.pixel(static_cast<int>(px), static_cast<int>(py)), 3, image.pixel(x, y));
            }
        }
    }
    return image;
}

TEST(PanoramasInTheProgram, BearingsAllAround) {
    NEEDS_DETECTOR();
    SKIP_WITHOUT(photo("coffee.png"));
    test::TempDir dir;
    auto const packet = test::gpano({{"ProjectionType", "equirectangular"}});
    for (float yaw : {120.0F, 180.0F}) {
        auto const image = around(cup(), yaw, 66);
        auto const jpeg = test::encode_jpeg({.width = image.width, .height = image.height, .quality = 95}, image.rgb);
        test::write_bytes((dir / "around.jpg").string(), test::with_jpeg_xmp(jpeg, packet));
        auto const scene = scene_of((dir / "around.jpg").string());
        EXPECT_EQ(scene["camera"]["projection"], "sphere");
        bool found = false;
        for (auto const& object : scene["objects"]) {
            if (object["label"] == "cup") {
                found = true;
                EXPECT_NEAR(std::remainder(object["bearing_deg"].get<double>() - static_cast<double>(yaw), 360.0), 0,
                            12)
                    << yaw;
            }
        }
        EXPECT_TRUE(found) << yaw;
    }
    auto const words = test::echollama("describe --no-llm " + (dir / "around.jpg").string());
    EXPECT_NE(words.out.find("behind you"), std::string::npos) << words.out;
    EXPECT_NE(words.out.find("all around you"), std::string::npos) << words.out;
}

TEST(CrossedPairs, AreTreatedAlikeInOneFileAndInTwo) {
    NEEDS_DETECTOR();
    SKIP_WITHOUT(photo("motorcycle_right.png"));
    test::TempDir dir;
    std::ofstream(dir / "calib.txt") << "cam0=[994.978 0 311.193; 0 994.978 254.877; 0 0 1]\ndoffs=31.086\n"
                                        "baseline=193.001\nwidth=741\nheight=500\n";
    auto const left = photo("motorcycle_left.png").string(), right = photo("motorcycle_right.png").string();
    auto const options = " --camera " + (dir / "calib.txt").string();
    auto const metres = [](Json const& scene) {
        return scene["objects"].empty() ? 0.0 : scene["objects"][0]["distance"]["metres"].get<double>();
    };
    double const wanted = metres(scene_of(left + " --right " + right + options));
    EXPECT_NEAR(wanted, 2.3, 0.35);
    EXPECT_NEAR(metres(scene_of(right + " --right " + left + options)), wanted, 0.01);
    auto const beside = [&](std::string const& first, std::string const& second) {
        auto const a = load_image(first).image, b = load_image(second).image;
        Image both{2 * a.width, a.height, {}};
        for (int y = 0; y < a.height; ++y) {
            for (auto const* part : {&a, &b}) {
                both.rgb.insert(both.rgb.end(), part->pixel(0, y), part->pixel(0, y) + 3 * part->width);
            }
        }
        save_png(dir / "both.png", both);
        auto const result = test::echollama("scene " + (dir / "both.png").string() + options + " --json");
        EXPECT_EQ(result.code, 0) << result.err;
        EXPECT_EQ(result.err.find("crossed order") != std::string::npos, first == right) << result.err;
        return metres(Json::parse(result.out));
    };
    double const parallel = beside(left, right);
    EXPECT_NEAR(parallel, wanted, 0.2 * wanted);
    EXPECT_NEAR(beside(right, left), parallel, 0.01);
}

// What a depth camera saw, as a cloud.
PointCloud recorded() {
    auto const color = load_image(test::sample("rgbd/tum_color.png")).image;
    auto const depth = load_png16(test::sample("rgbd/tum_depth.png"));
    PointCloud cloud;
    for (int y = 0; y < depth.height; ++y) {
        for (int x = 0; x < depth.width; ++x) {
            float const z = static_cast<float>(depth.values[static_cast<std::size_t>(y * depth.width + x)]) / 5000;
            if (z > 0) {
                cloud.points.push_back(
                    {(static_cast<float>(x) - 319.5F) / 525 * z, (static_cast<float>(y) - 239.5F) / 525 * z, z});
                auto const* p = color.pixel(x, y);
                cloud.colors.push_back({p[0], p[1], p[2]});
            }
        }
    }
    return cloud;
}

void write_cloud(std::filesystem::path const& path, PointCloud const& cloud, double scale,
                 std::array<double, 3> const& offset) {
    std::string out = "ply\nformat binary_little_endian 1.0\nelement vertex " + std::to_string(cloud.points.size()) +
                      "\nproperty double x\nproperty double y\nproperty double z\nproperty ushort red\n"
                      "property ushort green\nproperty ushort blue\nend_header\n";
    for (std::size_t i = 0; i < cloud.points.size(); ++i) {
        for (std::size_t axis = 0; axis < 3; ++axis) {
            test::put(out, static_cast<double>(cloud.points[i][axis]) * scale + offset[axis]);
        }
        for (auto const level : cloud.colors[i]) {
            test::put(out, static_cast<std::uint16_t>(level * 257));
        }
    }
    std::ofstream(path, std::ios::binary) << out;
}

TEST(CloudsInTheProgram, AreTheSameInMillimetresAndOnAMap) {
    NEEDS_DETECTOR();
    SKIP_WITHOUT(test::sample("rgbd"));
    test::TempDir dir;
    auto const cloud = recorded();
    auto const file = (dir / "a.ply").string();
    write_cloud(file, cloud, 1, {0, 0, 0});
    auto const plain = scene_of(file);
    ASSERT_FALSE(plain["objects"].empty());
    EXPECT_EQ(plain["depth_unit"]["name"], "metres");
    auto const same = [&](Json const& scene, std::string const& what) {
        ASSERT_EQ(scene["objects"].size(), plain["objects"].size()) << what;
        for (std::size_t i = 0; i < scene["objects"].size(); ++i) {
            auto const &a = scene["objects"][i], &b = plain["objects"][i];
            EXPECT_EQ(a["label"], b["label"]) << what;
            EXPECT_NEAR(a["distance"]["metres"].get<double>(), b["distance"]["metres"].get<double>(), 0.03) << what;
        }
    };
    write_cloud(file, cloud, 1000, {0, 0, 0});
    auto const millimetres = scene_of(file);
    same(millimetres, "millimetres");
    EXPECT_EQ(millimetres["depth_unit"]["name"], "millimetres");
    same(scene_of(file + " --cloud-units mm"), "millimetres, told");
    write_cloud(file, cloud, 1, {412345, 5654321, 87});
    same(scene_of(file + " --up=-y --view 412345,5654321,87,412345,5654321,88"), "map");
    auto const words = test::echollama("describe --no-llm " + file + " --cloud-units 1km");
    EXPECT_EQ(words.code, 2);
    EXPECT_NE(words.err.find("--cloud-units"), std::string::npos);
}

} // namespace
} // namespace echollama
