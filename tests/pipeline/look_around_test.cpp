// Objects in panoramas, through flat views.
#include "pipeline/look_around.h"
#include "scene/camera.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

namespace echollama {
namespace {

// Finds coloured rectangles: red ones are chairs, green ones are cups.
struct ColorDetector : Detector {
    std::vector<Detection> detect(Image const& image, float, std::stop_token) override {
        std::vector<Detection> found;
        for (int c = 0; c < 2; ++c) {
            Box box{1e9F, 1e9F, -1, -1};
            for (int y = 0; y < image.height; ++y) {
                for (int x = 0; x < image.width; ++x) {
                    auto const* p = image.pixel(x, y);
                    if (p[c] > 200 && p[1 - c] < 60) {
                        box = {std::min(box.x0, static_cast<float>(x)), std::min(box.y0, static_cast<float>(y)),
                               std::max(box.x1, static_cast<float>(x + 1)),
                               std::max(box.y1, static_cast<float>(y + 1))};
                    }
                }
            }
            if (box.x1 > 0 && box.width() > 3) {
                found.push_back({c == 0 ? "chair" : "cup", c, 0.9F, box, {}});
            }
        }
        return found;
    }
};

View sphere() {
    constexpr int width = 1440, height = 720;
    View view;
    view.image = {width, height, std::vector<std::uint8_t>(std::size_t{3} * width * height, 40)};
    view.camera = {width / (2 * std::numbers::pi_v<float>),
                   height / std::numbers::pi_v<float>,
                   width / 2.0F,
                   height / 2.0F,
                   false,
                   Projection::sphere};
    return view;
}

void paint(View& view, float yaw_deg, float wide_deg, int channel) {
    for (int i = static_cast<int>((yaw_deg - wide_deg / 2) * 4); i < static_cast<int>((yaw_deg + wide_deg / 2) * 4);
         ++i) {
        for (int y = 330; y < 400; ++y) {
            auto* p = view.image.pixel((i + 720 + 1440) % 1440, y);
            p[0] = p[1] = p[2] = 0;
            p[channel] = 255;
        }
    }
}

TEST(LookAround, EveryThingOnceAndInItsDirection) {
    for (float yaw = -180; yaw < 180; yaw += 15) {
        for (float wide : {6.0F, 24.0F, 50.0F, 80.0F}) {
            auto view = sphere();
            paint(view, yaw, wide, 0);
            ColorDetector detector;
            auto const found = detect_in(view, detector, -1, {});
            ASSERT_EQ(found.size(), 1U) << yaw << " " << wide;
            EXPECT_NEAR(std::remainder(bearing_of(found[0].box.center_x(), view.camera) - yaw, 360.0F), 0, 1.5F)
                << yaw << " " << wide;
            EXPECT_NEAR(found[0].box.width() / 4, wide, 0.06F * wide + 1) << yaw;
            EXPECT_NEAR(found[0].box.center_y(), 365, 4) << yaw;
        }
    }
}

TEST(LookAround, TwoThingsStayTwo) {
    auto view = sphere();
    paint(view, 120, 15, 0);
    paint(view, -100, 15, 1);
    ColorDetector detector;
    auto const found = detect_in(view, detector, -1, {});
    ASSERT_EQ(found.size(), 2U);
    for (auto const& one : found) {
        EXPECT_NEAR(bearing_of(one.box.center_x(), view.camera), one.label == "chair" ? 120 : -100, 1);
    }
}

TEST(LookAround, AFlatPictureIsLookedAtOnce) {
    struct Counting : ColorDetector {
        int calls = 0;
        std::vector<Detection> detect(Image const& image, float threshold, std::stop_token stop) override {
            ++calls;
            return ColorDetector::detect(image, threshold, stop);
        }
    } detector;
    View view;
    view.image = {64, 48, std::vector<std::uint8_t>(64 * 48 * 3, 40)};
    EXPECT_TRUE(detect_in(view, detector, -1, {}).empty());
    EXPECT_EQ(detector.calls, 1);
}

} // namespace
} // namespace echollama
