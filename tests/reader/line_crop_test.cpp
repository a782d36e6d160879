#include "base/counter_rng.h"
#include "reader/line_crop.h"

#include <gtest/gtest.h>

#include <limits>

namespace echollama {
namespace {

Image picture_of(int width, int height, auto const& grey) {
    Image image{width, height, {}};
    image.rgb.resize(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            for (int c = 0; c < 3; ++c) {
                image.pixel(x, y)[c] = static_cast<std::uint8_t>(grey(x, y));
            }
        }
    }
    return image;
}

TEST(LineCrop, MapTakesCornersToCorners) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        std::array<Point, 4> quad{{{0, 0}, {100, 0}, {100, 40}, {0, 40}}};
        for (std::uint64_t i = 0; i < 4; ++i) {
            quad[i].x += 20 * uniform(seed, 2 * i);
            quad[i].y += 12 * uniform(seed, 2 * i + 1);
        }
        auto const map = onto_quad(quad, 200, 48);
        double const xs[] = {0, 200, 200, 0}, ys[] = {0, 0, 48, 48};
        for (std::size_t i = 0; i < 4; ++i) {
            auto const at = map.at(xs[i], ys[i]);
            EXPECT_NEAR(at.x, quad[i].x, 1e-2F);
            EXPECT_NEAR(at.y, quad[i].y, 1e-2F);
        }
        // Straight lines stay straight: the crossing of the diagonals stays where it is.
        auto const centre = map.at(100, 24);
        auto const cross = [&](Point const& a, Point const& b) {
            return (b.x - a.x) * (centre.y - a.y) - (b.y - a.y) * (centre.x - a.x);
        };
        EXPECT_NEAR(cross(quad[0], quad[2]), 0, 0.5F);
        EXPECT_NEAR(cross(quad[1], quad[3]), 0, 0.5F);
    }
}

TEST(LineCrop, CutsWhatStandsStraight) {
    auto const image = picture_of(64, 48, [](int x, int y) { return 3 * x + y; });
    auto const line = cut_line(image, {{{10, 8}, {29, 8}, {29, 17}, {10, 17}}}, 19, 9);
    for (int y = 1; y < 8; ++y) {
        for (int x = 1; x < 18; ++x) {
            EXPECT_NEAR(line.pixel(x, y)[1], 3 * (10.5 + x) + 8.5 + y, 1.01) << x << " " << y;
        }
    }
}

TEST(LineCrop, TurnsWhatStandsOnEnd) {
    // Grey grows downwards: cut with the first corner at the lower left, it grows to the left.
    auto const image = picture_of(48, 64, [](int, int y) { return 3 * y; });
    auto const line = cut_line(image, {{{10, 50}, {10, 10}, {20, 10}, {20, 50}}}, 40, 10);
    EXPECT_GT(line.pixel(2, 5)[0], line.pixel(37, 5)[0] + 80);
}

TEST(LineCrop, AveragesWhatIsFinerThanTheLine) {
    auto const image = picture_of(400, 400, [](int x, int y) { return (x + y) % 2 == 0 ? 0 : 255; });
    auto const line = cut_line(image, {{{0, 0}, {400, 0}, {400, 400}, {0, 400}}}, 48, 48);
    for (int x = 2; x < 46; ++x) {
        EXPECT_NEAR(line.pixel(x, 20)[0], 127, 40);
    }
}

TEST(LineCrop, GoesOnBeyondThePicture) {
    auto const image = picture_of(8, 8, [](int, int) { return 90; });
    float const huge = std::numeric_limits<float>::max();
    for (auto const& quad : {std::array<Point, 4>{{{-50, -50}, {50, -50}, {50, 50}, {-50, 50}}},
                             {{{3, 3}, {3, 3}, {3, 3}, {3, 3}}},
                             {{{huge, huge}, {-huge, huge}, {huge, -huge}, {huge, huge}}}}) {
        auto const line = cut_line(image, quad, 20, 5);
        EXPECT_EQ(line.pixel(10, 2)[2], 90);
    }
}

TEST(LineCrop, TwiceAroundIsTheSame) {
    auto const image = picture_of(7, 5, [](int x, int y) { return 30 * x + y; });
    EXPECT_EQ(turned_around(image).pixel(0, 0)[0], image.pixel(6, 4)[0]);
    EXPECT_EQ(turned_around(turned_around(image)).rgb, image.rgb);
}

TEST(LineCrop, SizeIsOfTheLongerSides) {
    auto const size = size_of({{{0, 0}, {30, 0}, {40, 10}, {0, 5}}});
    EXPECT_NEAR(size.width, std::hypot(40.0, 5.0), 1e-3);
    EXPECT_NEAR(size.height, std::hypot(10.0, 10.0), 1e-3);
    EXPECT_EQ(size_of({}).width, 1);
}

} // namespace
} // namespace echollama
