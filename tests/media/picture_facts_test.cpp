// Facts about whole pictures: said where they are plain, silent for ordinary ones.
#include "base/counter_rng.h"
#include "media/picture/picture_facts.h"
#include "media/picture/resize.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace echollama {
namespace {

using Facts = std::vector<std::string>;

Image plain(std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
    Image image{200, 150, {}};
    for (int i = 0; i < image.width * image.height; ++i) {
        image.rgb.insert(image.rgb.end(), {red, green, blue});
    }
    return image;
}

// Coloured rectangles of many sizes with a little noise, as sharp as a picture can be.
Image scenery(int width = 800, int height = 600) {
    Image image{width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * width * height), 128)};
    for (std::uint64_t i = 0; i < 200; ++i) {
        auto const at = [&](std::uint64_t k, int to) {
            return static_cast<int>(uniform(7, 10 * i + k) * static_cast<float>(to));
        };
        int const x0 = at(0, width), y0 = at(1, height), w = 4 + at(2, width / 4), h = 4 + at(3, height / 4);
        for (int y = y0; y < std::min(height, y0 + h); ++y) {
            for (int x = x0; x < std::min(width, x0 + w); ++x) {
                for (int c = 0; c < 3; ++c) {
                    int const noise = static_cast<int>(splitmix64(i, static_cast<std::uint64_t>(y * width + x)) % 9);
                    image.pixel(x, y)[c] =
                        static_cast<std::uint8_t>(at(4 + static_cast<std::uint64_t>(c), 240) + noise);
                }
            }
        }
    }
    return image;
}

Image changed(Image image, auto const& change) {
    std::transform(image.rgb.begin(), image.rgb.end(), image.rgb.begin(),
                   [&](std::uint8_t level) { return static_cast<std::uint8_t>(change(level)); });
    return image;
}

TEST(PictureFacts, OrdinaryPicturesStaySilent) {
    EXPECT_EQ(picture_facts(scenery()), Facts{});
    EXPECT_EQ(picture_facts(scenery(120, 90)), Facts{});
    EXPECT_EQ(picture_facts(changed(scenery(), [](int level) { return level / 3; })), Facts{}) << "dim, not dark";
}

TEST(PictureFacts, PlainAreasAreNamedWithTheirShade) {
    EXPECT_EQ(picture_facts(plain(3, 2, 4)), Facts{"The picture is one plain black area."});
    EXPECT_EQ(picture_facts(plain(250, 250, 250)), Facts{"The picture is one plain white area."});
    EXPECT_EQ(picture_facts(plain(120, 125, 122)), Facts{"The picture is one plain grey area."});
    EXPECT_EQ(picture_facts(plain(200, 30, 30)), Facts{"The picture is one plain area."});
    EXPECT_EQ(picture_facts({1, 1, {9, 9, 9}}).size(), 1U);
    EXPECT_EQ(picture_facts({}), Facts{});
}

TEST(PictureFacts, DarkAndBright) {
    auto const dark = picture_facts(changed(scenery(), [](int level) { return level / 10; }));
    ASSERT_FALSE(dark.empty());
    EXPECT_EQ(dark.front(), "The picture is very dark.");
    auto const bright = picture_facts(changed(scenery(), [](int level) { return 235 + level / 13; }));
    ASSERT_FALSE(bright.empty());
    EXPECT_EQ(bright.front(), "The picture is very bright.");
}

TEST(PictureFacts, BlurIsNoticedAtAnySize) {
    for (int factor : {1, 3}) { // a large picture is judged as it looks when it is seen whole
        auto const sharp = scenery(800 * factor, 600 * factor);
        auto const lost = resize_bilinear(sharp, 50, 38);
        EXPECT_EQ(picture_facts(resize_bicubic(lost, sharp.width, sharp.height)), Facts{"The picture is blurred."});
        EXPECT_EQ(picture_facts(sharp), Facts{});
    }
}

TEST(PictureFacts, BlackAndWhite) {
    auto image = scenery();
    for (std::size_t i = 0; i < image.rgb.size(); i += 3) {
        image.rgb[i + 1] = image.rgb[i + 2] = image.rgb[i];
    }
    EXPECT_EQ(picture_facts(image), Facts{"The picture is black and white."});
}

TEST(BlurEffect, GrowsWithBlurAndIgnoresContrast) {
    auto image = scenery(512, 384);
    auto const effect = [](Image const& of, float scale) {
        std::vector<float> grey;
        for (std::size_t i = 0; i < of.rgb.size(); i += 3) {
            grey.push_back(scale * static_cast<float>(of.rgb[i]));
        }
        return blur_effect(grey, of.width, of.height);
    };
    double before = effect(image, 1);
    EXPECT_NEAR(effect(image, 0.25F), before, 1e-4);
    for (int factor : {2, 4, 8}) {
        auto const small = resize_bilinear(image, image.width / factor, image.height / factor);
        double const now = effect(resize_bicubic(small, image.width, image.height), 1);
        EXPECT_GT(now, before + 0.05) << factor;
        before = now;
    }
}

} // namespace
} // namespace echollama
