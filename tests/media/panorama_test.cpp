// Panoramas: what says that a picture is one, and flat views into it.
#include "media/containers.h"
#include "media/view/panorama.h"
#include "scene/camera.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace echollama {
namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

std::optional<Intrinsics> camera_of(int width, int height, Values const& values, bool elements = false) {
    auto const image = test::gradient(width, height);
    auto const jpeg = test::encode_jpeg({.width = width, .height = height}, image.rgb);
    return panorama_camera(decode_image(test::with_jpeg_xmp(jpeg, test::gpano(values, elements)), "photo.jpg"));
}

TEST(Panorama, GpanoSaysWhereEverythingLies) {
    for (bool elements : {false, true}) {
        auto const camera = camera_of(200, 100, {{"ProjectionType", "equirectangular"}}, elements);
        ASSERT_TRUE(camera);
        EXPECT_EQ(camera->projection, Projection::sphere);
        EXPECT_FALSE(camera->assumed);
        EXPECT_NEAR(bearing_of(100, *camera), 0, 1e-3);
        EXPECT_NEAR(bearing_of(100 + 200 / 3.0F, *camera), 120, 0.1);
        EXPECT_NEAR(bearing_of(100 - 200 / 3.0F, *camera), -120, 0.1);
        EXPECT_NEAR(bearing_of(210, *camera), -162, 0.1) << "beyond the seam";
        EXPECT_NEAR(panorama_width_deg(*camera, 200), 360, 0.01);
    }
    // A quarter of a sphere, to the right of its middle, stored at half its size.
    auto const part = camera_of(100, 60,
                                {{"ProjectionType", "equirectangular"},
                                 {"FullPanoWidthPixels", "800"},
                                 {"FullPanoHeightPixels", "400"},
                                 {"CroppedAreaImageWidthPixels", "200"},
                                 {"CroppedAreaImageHeightPixels", "120"},
                                 {"CroppedAreaLeftPixels", "500"},
                                 {"CroppedAreaTopPixels", "140"}});
    ASSERT_TRUE(part);
    EXPECT_NEAR(bearing_of(0, *part), 45, 0.1);
    EXPECT_NEAR(bearing_of(100, *part), 135, 0.1);
    EXPECT_NEAR(part->cy, 30, 0.1);
    EXPECT_NEAR(panorama_width_deg(*part, 100), 90, 0.1);
    auto const cylinder = camera_of(300, 60, {{"ProjectionType", "cylindrical"}, {"FullPanoWidthPixels", "600"}});
    ASSERT_TRUE(cylinder);
    EXPECT_EQ(cylinder->projection, Projection::cylinder);
}

TEST(Panorama, WhatIsNoneStaysFlat) {
    EXPECT_FALSE(camera_of(120, 80, {}));
    EXPECT_FALSE(camera_of(200, 100, {})) << "twice as wide as high, but the ends do not meet";
    EXPECT_FALSE(camera_of(120, 80, {{"ProjectionType", "perspective"}}));
    for (auto const* nonsense : {"0", "-5", "nan", "1e30", "x"}) {
        for (auto const* key : {"FullPanoWidthPixels", "CroppedAreaImageWidthPixels", "CroppedAreaLeftPixels"}) {
            auto const camera = camera_of(120, 80, {{"ProjectionType", "equirectangular"}, {key, nonsense}});
            EXPECT_TRUE(!camera || (std::isfinite(camera->fx) && camera->fx > 0 && std::isfinite(camera->cx)))
                << key << " " << nonsense;
        }
    }
}

// A room of all around: colours by direction, one colour at the poles.
Image sphere(int width) {
    Image image{width, width / 2, {}};
    for (int y = 0; y < width / 2; ++y) {
        for (int x = 0; x < width; ++x) {
            double const yaw = (x + 0.5) / width * 2 * std::numbers::pi;
            double const pitch = (y + 0.5) / (width / 2.0) * std::numbers::pi;
            double const wide = std::sin(pitch);
            for (int c = 0; c < 3; ++c) {
                image.rgb.push_back(
                    static_cast<std::uint8_t>(128 + 100 * wide * std::sin((c + 2) * yaw + c) * std::cos(2 * pitch)));
            }
        }
    }
    return image;
}

TEST(Panorama, ASphereWithoutMetadataIsKnownByItsEndsAndPoles) {
    auto const camera = panorama_camera({sphere(512), {}});
    ASSERT_TRUE(camera);
    EXPECT_EQ(camera->projection, Projection::sphere);
    EXPECT_TRUE(camera->assumed);
    auto turned = sphere(512);
    std::reverse(turned.rgb.begin(), turned.rgb.end());
    EXPECT_TRUE(panorama_camera({turned, {}}));
    EXPECT_FALSE(panorama_camera({test::gradient(512, 256), {}}));
    EXPECT_FALSE(panorama_camera({Image{512, 256, std::vector<std::uint8_t>(512 * 256 * 3, 90)}, {}})) << "plain";
}

TEST(Panorama, VeryWidePicturesAreTakenForAPhones) {
    auto const wide = panorama_camera({test::gradient(800, 200), {}});
    ASSERT_TRUE(wide);
    EXPECT_EQ(wide->projection, Projection::cylinder);
    EXPECT_TRUE(wide->assumed);
    EXPECT_NEAR(panorama_width_deg(*wide, 800), 265, 2); // 4 heights of 2 tan 30 degrees
    auto const endless = panorama_camera({test::gradient(2400, 200), {}});
    EXPECT_NEAR(panorama_width_deg(*endless, 2400), 360, 0.1);
    EXPECT_FALSE(panorama_camera({test::gradient(500, 200), {}})) << "as wide as a film";
    ExifInfo told;
    told.panorama = true;
    EXPECT_TRUE(panorama_camera({test::gradient(400, 200), told}));
    told.focal_35mm = 13.0F;
    EXPECT_GT(panorama_camera({test::gradient(800, 200), {}})->fx,
              panorama_camera({test::gradient(800, 200), told})->fx);
}

TEST(Panorama, LooksCoverEverything) {
    for (auto const& [width, span] : {std::pair{720, 360.0F}, {400, 200.0F}, {200, 100.0F}, {120, 60.0F}}) {
        Intrinsics camera{2 * 180 / std::numbers::pi_v<float>, 100, static_cast<float>(width) / 2, 50, false};
        camera.projection = Projection::cylinder;
        ASSERT_NEAR(panorama_width_deg(camera, width), span, 0.1);
        auto const directions = look_directions(camera, width);
        for (float at = -span / 2; at <= span / 2; at += 5) {
            float best = 360;
            for (float const direction : directions) {
                best = std::min(best, std::abs(std::remainder(direction - at, 360.0F)));
            }
            EXPECT_LE(best, 36.01F) << at << " of " << span;
        }
        EXPECT_LE(directions.size(), 8U);
    }
}

TEST(Panorama, AFlatViewShowsWhatLiesInItsDirection) {
    auto const image = sphere(1024);
    Intrinsics camera{1024 / (2 * std::numbers::pi_v<float>), 1024 / (2 * std::numbers::pi_v<float>), 512, 256, false};
    camera.projection = Projection::sphere;
    for (float yaw : {-180.0F, -120.0F, 0.0F, 45.0F, 170.0F}) {
        auto const look = look_into(image, camera, yaw);
        int const x = look.image.width / 2, y = static_cast<int>(look.camera.cy);
        int const from = static_cast<int>(512 + yaw / 360 * 1024 + 1024) % 1024;
        for (int c = 0; c < 3; ++c) {
            EXPECT_NEAR(look.image.pixel(x, y)[c], image.pixel(from, 256)[c], 6) << yaw;
        }
        // A box around the middle comes back as a box around that direction.
        Box const box{look.camera.cx - 20, look.camera.cy - 10, look.camera.cx + 20, look.camera.cy + 10};
        auto const back = on_panorama(box, look, camera, 1024);
        EXPECT_NEAR(std::remainder(bearing_of(back.center_x(), camera) - yaw, 360.0F), 0, 0.1) << yaw;
        EXPECT_GE(back.center_x(), 0);
        EXPECT_LT(back.center_x(), 1024);
        EXPECT_NEAR(back.center_y(), 256, 0.5);
        EXPECT_NEAR(back.width(), 2 * std::atan(20 / look.camera.fx) * camera.fx, 0.5);
    }
}

} // namespace
} // namespace echollama
