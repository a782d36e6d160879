// Help to aim: what is wrong, and which way to turn.
#include "evaluation/toyworld.h"
#include "live/aim.h"
#include "media/picture/resize.h"
#include "scene/build.h"
#include "scene/camera.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace echollama {
namespace {

Image room(std::uint64_t seed, ToyVariant variant = ToyVariant::plain) {
    auto const picture = render_toy_room(seed, variant, 320, 240);
    return {picture.width, picture.height, picture.rgb};
}

// Straight and upright lines, as rooms and streets have them, turned clockwise; each pixel is the mean of nine places.
Image blocks(float degrees = 0) {
    float const angle = degrees * std::numbers::pi_v<float> / 180, c = std::cos(angle), s = std::sin(angle);
    Image image{640, 480, std::vector<std::uint8_t>(3 * 640 * 480)};
    for (int y = 0; y < 480; ++y) {
        for (int x = 0; x < 640; ++x) {
            float light = 0;
            for (int i = 0; i < 9; ++i) {
                float const dx = static_cast<float>(x - 320) + static_cast<float>(i % 3) / 3;
                float const dy = static_cast<float>(y - 240) + static_cast<float>(i / 3) / 3;
                int const u = static_cast<int>(std::floor((c * dx + s * dy) / 53)),
                          v = static_cast<int>(std::floor((c * dy - s * dx) / 41));
                light += static_cast<float>(60 + 150 * ((u + v) & 1)) / 9;
            }
            std::fill_n(image.pixel(x, y), 3, static_cast<std::uint8_t>(light));
        }
    }
    return image;
}

Scene empty_scene(Image const& image) {
    return build_scene({}, image.width, image.height, guess_camera(image.width, image.height, std::nullopt));
}

bool says(std::vector<std::string> const& advice, std::string const& part) {
    return std::any_of(advice.begin(), advice.end(),
                       [&](auto const& one) { return one.find(part) != std::string::npos; });
}

TEST(Aim, GoodPicturesNeedNoHelp) {
    int helped = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        auto const image = room(seed);
        auto const advice = camera_help(image, empty_scene(image));
        helped += !advice.empty() && !says(advice, "cut off");
    }
    EXPECT_LE(helped, 1);
}

TEST(Aim, DarkOnesWantLight) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        auto const image = room(seed, ToyVariant::dark);
        EXPECT_TRUE(says(camera_help(image, empty_scene(image)), "turn on a light")) << seed;
    }
}

TEST(Aim, BlurredOnesWantAStillHand) {
    auto const image = blocks();
    auto const blurred = resize_bilinear(resize_bilinear(image, 24, 18), 640, 480);
    EXPECT_TRUE(says(camera_help(blurred, empty_scene(blurred)), "hold the camera still"));
}

TEST(Aim, AFingerOverTheLensIsFoundWhereItIs) {
    struct Place {
        float x, y;
        char const* words;
    };
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        for (auto const& [x, y, words] : {Place{0, 0.5F, "on the left"}, Place{1, 0.5F, "on the right"},
                                          Place{0.5F, 1, "at the bottom"}, Place{1, 0, "at the top, on the right"}}) {
            auto image = room(seed);
            for (int py = 0; py < image.height; ++py) {
                for (int px = 0; px < image.width; ++px) {
                    float const dx = static_cast<float>(px) / 320 - x, dy = static_cast<float>(py) / 240 - y;
                    if (dx * dx + dy * dy < 0.4F * 0.4F) {
                        auto* pixel = image.pixel(px, py);
                        pixel[0] = 170, pixel[1] = 60, pixel[2] = 50;
                    }
                }
            }
            EXPECT_TRUE(says(camera_help(image, empty_scene(image)), std::string("covers the lens ") + words))
                << seed << " " << words;
        }
    }
}

TEST(Aim, TiltsAreToldWithTheWayBack) {
    for (float degrees : {-25.0F, -15.0F, -10.0F, 10.0F, 15.0F, 25.0F}) {
        auto const image = blocks(degrees);
        auto const tilt = tilt_of(image);
        ASSERT_TRUE(tilt) << degrees;
        EXPECT_NEAR(*tilt, degrees, 2.5F);
        // The picture is turned clockwise because the camera was turned the other way.
        EXPECT_TRUE(says(camera_help(image, empty_scene(image)),
                         degrees > 0 ? "turn it clockwise" : "turn it counterclockwise"));
    }
    auto const level = blocks();
    EXPECT_FALSE(says(camera_help(level, empty_scene(level)), "tilted"));
}

Scene with_chair(Box const& box) {
    Detection chair;
    chair.label = "chair";
    chair.score = 0.9F;
    chair.box = box;
    return build_scene({chair}, 640, 480, guess_camera(640, 480, std::nullopt));
}

TEST(Aim, WhatIsCutOffSaysWhichWayToTurn) {
    auto const image = blocks();
    EXPECT_TRUE(
        says(camera_help(image, with_chair({0, 100, 150, 400})), "The chair is cut off on the left; turn left."));
    EXPECT_TRUE(says(camera_help(image, with_chair({500, 100, 640, 400})), "cut off on the right; turn right."));
    EXPECT_TRUE(says(camera_help(image, with_chair({300, 0, 400, 200})), "point higher"));
    EXPECT_TRUE(says(camera_help(image, with_chair({300, 200, 400, 480})), "point lower"));
    EXPECT_TRUE(says(camera_help(image, with_chair({0, 100, 640, 400})), "step back"));
}

} // namespace
} // namespace echollama
