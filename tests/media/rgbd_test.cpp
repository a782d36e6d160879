#include "base/error.h"
#include "media/depth/rgbd.h"
#include "media/picture/image_io.h"
#include "media/picture/png16.h"
#include "support/support.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

float median(DepthMap const& depth, int x0, int y0, int x1, int y1) {
    std::vector<float> values;
    for (int y = y0; y < y1; ++y) {
        for (int x = x0; x < x1; ++x) {
            if (auto z = depth.values[static_cast<std::size_t>(y * depth.width + x)]; z > 0) {
                values.push_back(z);
            }
        }
    }
    EXPECT_FALSE(values.empty());
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

View rgbd(std::filesystem::path const& color, std::filesystem::path const& depth, RgbdOptions const& options = {}) {
    return load_rgbd(load_image(color), depth, options);
}

TEST(Rgbd, SamplesAreReadInMetres) {
    SKIP_WITHOUT(test::sample("rgbd"));
    auto const tum = rgbd(test::sample("rgbd/tum_color.png"), test::sample("rgbd/tum_depth.png"));
    // Medians of the raw values, computed in Python: 12075 at 5000 a metre, 1861 at 1000 a metre.
    EXPECT_NEAR(median(*tum.depth, 0, 0, 640, 480), 12075 / 5000.0, 0.001);
    auto const redwood = rgbd(test::sample("rgbd/redwood_color.jpg"), test::sample("rgbd/redwood_depth.png"));
    EXPECT_NEAR(median(*redwood.depth, 0, 0, 640, 480), 1861 / 1000.0, 0.001);
    EXPECT_EQ(redwood.depth->kind, DepthKind::metres);
    EXPECT_TRUE(tum.camera.assumed);
    EXPECT_EQ(tum.camera.fx, 525);
    auto const camera = load_camera_file(test::sample("rgbd/camera_primesense.json")).scaled_to(1280, 960).camera;
    EXPECT_EQ(camera.fx, 1050);
    EXPECT_EQ(camera.cx, 640) << "the file's 319.5 counts from a pixel's centre";
    EXPECT_FALSE(camera.assumed);
    RgbdOptions given;
    given.units_per_metre = 2500;
    auto const twice = rgbd(test::sample("rgbd/tum_color.png"), test::sample("rgbd/tum_depth.png"), given);
    EXPECT_NEAR(median(*twice.depth, 0, 0, 640, 480), 12075 / 2500.0, 0.001);
}

TEST(CameraFile, TellsWhichWayIsUp) {
    auto const told = [](std::string const& more) {
        return parse_camera_file(R"({"fx": 500, "cx": 320, "cy": 240)" + more + "}", "camera.json").camera.up;
    };
    EXPECT_FALSE(told("").has_value());
    auto const up = told(R"(, "up": [0, -9.81, 1])");
    ASSERT_TRUE(up);
    EXPECT_FLOAT_EQ(up->y, -9.81F);
    auto const against = told(R"(, "gravity": [0, 9.81, -1])");
    ASSERT_TRUE(against);
    EXPECT_FLOAT_EQ(against->y, -9.81F);
    EXPECT_FLOAT_EQ(against->z, 1);
    for (auto const* wrong : {"[0, 0, 0]", "[1, 2]", "[]", "\"down\"", "[0, null, 1]", "[1e30, 0, 0]"}) {
        EXPECT_THROW(told(std::string(R"(, "up": )") + wrong), Error) << wrong;
    }
    auto const file = parse_camera_file(R"({"fx": 500, "cx": 320, "cy": 240, "width": 640, "height": 480,
        "up": [0, -1, 0]})",
                                        "camera.json");
    EXPECT_TRUE(file.scaled_to(320, 240).camera.up) << "of a smaller picture, too";
}

// What the camera's up points at in the stored picture, it points at in the upright one.
TEST(CameraFile, UpIsTurnedWithThePicture) {
    Intrinsics camera{20, 20, 15, 12, false};
    camera.up = Vector3{0.325F, -0.225F, 1}; // the middle of a pixel
    auto const pixel = [](Intrinsics const& c) {
        return std::pair(static_cast<int>(c.cx + c.fx * c.up->x / c.up->z),
                         static_cast<int>(c.cy + c.fy * c.up->y / c.up->z));
    };
    Image stored{32, 24, std::vector<std::uint8_t>(std::size_t{32} * 24 * 3, 0)};
    auto const [x, y] = pixel(camera);
    stored.rgb[static_cast<std::size_t>(y * 32 + x) * 3] = 255;
    for (int orientation = 1; orientation <= 8; ++orientation) {
        auto const upright = apply_orientation(stored, orientation);
        auto const [u, v] = pixel(apply_orientation(camera, 32, 24, orientation));
        EXPECT_EQ(upright.rgb[static_cast<std::size_t>(v * upright.width + u) * 3], 255) << orientation;
    }
}

TEST(Rgbd, WrittenDepthIsReadBack) {
    test::TempDir dir;
    Image const image{3, 2, std::vector<std::uint8_t>(18, 100)};
    save_png(dir / "color.png", image);
    std::vector<std::uint16_t> const raw{0, 1001, 1002, 2003, 65535, 999};
    save_png16(dir / "depth.png", 3, 2, raw);
    EXPECT_EQ(load_png16(dir / "depth.png").values, raw);
    auto const view = rgbd(dir / "color.png", dir / "depth.png");
    EXPECT_EQ(view.image.rgb, image.rgb);
    EXPECT_EQ(view.depth->values, (std::vector<float>{0, 1.001F, 1.002F, 2.003F, 0, 0.999F}));
}

TEST(Rgbd, BadInputIsOneSentence) {
    test::TempDir dir;
    Image const image{3, 2, std::vector<std::uint8_t>(18, 100)};
    save_png(dir / "color.png", image);
    auto refuses = [&](std::filesystem::path const& depth, RgbdOptions const& options = {}) {
        EXPECT_THROW(rgbd(dir / "color.png", depth, options), Error) << depth;
    };
    save_png16(dir / "wide.png", 6, 1, std::vector<std::uint16_t>(6, 1001));
    refuses(dir / "wide.png");
    save_png16(dir / "zero.png", 3, 2, std::vector<std::uint16_t>(6, 0));
    refuses(dir / "zero.png");
    save_png16(dir / "far.png", 3, 2, std::vector<std::uint16_t>(6, 1));
    refuses(dir / "far.png");
    refuses(dir / "color.png"); // 8 bits, colour
    refuses(dir / "missing.png");
    refuses(dir.path());
    save_png16(dir / "depth.png", 3, 2, std::vector<std::uint16_t>(6, 1001));
    RgbdOptions negative;
    negative.units_per_metre = -1;
    refuses(dir / "depth.png", negative);
    auto const size = std::filesystem::file_size(dir / "depth.png");
    for (auto length : {size - 1, size / 2, std::uintmax_t{8}, std::uintmax_t{0}}) {
        std::filesystem::copy_file(dir / "depth.png", dir / "cut.png",
                                   std::filesystem::copy_options::overwrite_existing);
        std::filesystem::resize_file(dir / "cut.png", length);
        refuses(dir / "cut.png");
    }
}

TEST(CameraFile, EveryKindIsRecognised) {
    auto const middlebury = parse_camera_file("cam0=[3979.911 0 1244.772; 0 3979.911 1019.507; 0 0 1]\n"
                                              "cam1=[3979.911 0 1369.115; 0 3979.911 1019.507; 0 0 1]\n"
                                              "doffs=124.343\nbaseline=193.001\nwidth=2964\nheight=2000\nndisp=270\n",
                                              "calib.txt");
    EXPECT_FLOAT_EQ(middlebury.camera.fx, 3979.911F);
    EXPECT_FLOAT_EQ(middlebury.camera.cy, 1020.007F);
    EXPECT_FLOAT_EQ(middlebury.baseline_m, 0.193001F);
    auto const quarter = middlebury.scaled_to(741, 500);
    EXPECT_NEAR(quarter.camera.fx, 994.978F, 0.01F);
    EXPECT_NEAR(quarter.disparity_offset, 31.086F, 0.01F);
    auto const yaml = parse_camera_file("image_width: 640\nimage_height: 480\ncamera_matrix:\n  rows: 3\n  cols: 3\n"
                                        "  data: [500., 0., 320, 0, 501, 240,\n    0, 0, 1]\n",
                                        "camera.yaml");
    EXPECT_FLOAT_EQ(yaml.camera.fy, 501);
    EXPECT_EQ(yaml.width, 640);
    auto const plain = parse_camera_file(R"({"fx": 400, "cx": 99.5, "cy": 49.5, "baseline_m": 0.065})", "camera.json");
    EXPECT_FLOAT_EQ(plain.camera.fy, 400);
    EXPECT_FLOAT_EQ(plain.camera.cx, 100);
    EXPECT_FLOAT_EQ(plain.scaled_to(50, 50).camera.fx, 400) << "no size told: meant for the picture as it is";
}

TEST(CameraFile, BadOnesAreRefused) {
    for (auto const* text :
         {"", "{}", "[1]", "{\"fx\": \"wide\"}", "cam0=[0 0 0; 0 0 0; 0 0 1]", "cam0=[1 2",
          "camera_matrix: data: [1, nan]", R"({"width":0,"height":1,"intrinsic_matrix":[1,0,0,0,1,0,0,0,1]})",
          R"({"fx":-1,"cx":1,"cy":1})", R"({"fx":1,"cx":1,"cy":1,"width":1e30,"height":1e30})",
          "cam0=[9 0 1; 0 9 1; 0 0 1]\nwidth=1e20\nheight=-5\n",
          R"({"width":640,"height":480,"intrinsic_matrix":[1e30,0,0,0,1e30,0,0,0,1]})"}) {
        EXPECT_THROW(parse_camera_file(text, "camera"), Error) << text;
    }
}

TEST(Rgbd, TurnedPicturesTurnDepthAndCameraAlong) {
    Intrinsics const camera{10, 20, 1, 0.5F, false};
    DepthMap const depth{3, 2, DepthKind::metres, {1, 2, 3, 4, 5, 6}};
    Image const image{3, 2, {1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6}};
    for (int orientation = 1; orientation <= 8; ++orientation) {
        auto const turned = apply_orientation(depth, orientation);
        auto const picture = apply_orientation(image, orientation);
        auto const seen = apply_orientation(camera, 3, 2, orientation);
        ASSERT_EQ(turned.width, picture.width);
        for (int y = 0; y < turned.height; ++y) {
            for (int x = 0; x < turned.width; ++x) {
                auto const z = turned.values[static_cast<std::size_t>(y * turned.width + x)];
                EXPECT_EQ(z, picture.pixel(x, y)[0]);
                // The point seen at a pixel keeps its angles, in another order or with another sign.
                float const from_x = static_cast<float>((static_cast<int>(z) - 1) % 3) + 0.5F;
                float const from_y = static_cast<float>((static_cast<int>(z) - 1) / 3) + 0.5F;
                float const a = std::abs((from_x - camera.cx) / camera.fx),
                            b = std::abs((from_y - camera.cy) / camera.fy);
                float const u = std::abs((static_cast<float>(x) + 0.5F - seen.cx) / seen.fx);
                float const v = std::abs((static_cast<float>(y) + 0.5F - seen.cy) / seen.fy);
                EXPECT_FLOAT_EQ(orientation >= 5 ? v : u, a) << orientation;
                EXPECT_FLOAT_EQ(orientation >= 5 ? u : v, b) << orientation;
            }
        }
    }
}

} // namespace
} // namespace echollama
