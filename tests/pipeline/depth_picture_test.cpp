#include "pipeline/depth_picture.h"

#include <gtest/gtest.h>

#include <limits>

namespace echollama {
namespace {

constexpr float none = std::numeric_limits<float>::quiet_NaN();

TEST(DepthPicture, RelativeMapsAreLighterWhereLarger) {
    DepthMap depth{3, 2, DepthKind::relative_inverse, {0, 5, 10, none, 2.5F, 10}};
    EXPECT_EQ(depth_levels(depth), (std::vector<std::uint16_t>{1, 32768, 65535, 0, 16385, 65535}));
    auto picture = depth_colours(depth);
    EXPECT_EQ(std::vector<std::uint8_t>(picture.pixel(2, 0), picture.pixel(2, 0) + 3),
              (std::vector<std::uint8_t>{252, 255, 164}));
    EXPECT_EQ(std::vector<std::uint8_t>(picture.pixel(0, 1), picture.pixel(0, 1) + 3),
              (std::vector<std::uint8_t>{128, 128, 128}));
    auto summary = summarise(depth);
    ASSERT_TRUE(summary);
    EXPECT_EQ(depth_words(*summary, depth), "Nearest: top right. Farthest: top left.");
    EXPECT_FALSE(summary->cells[1][0]) << "nothing was read there";
}

TEST(DepthPicture, MapsInMetresAreLighterWhereSmaller) {
    DepthMap depth{3, 2, DepthKind::metres, {1, 2, 5, 0, 3, 4}};
    EXPECT_EQ(depth_levels(depth), (std::vector<std::uint16_t>{65535, 49152, 1, 0, 32768, 16385}));
    auto summary = summarise(depth);
    ASSERT_TRUE(summary);
    EXPECT_FLOAT_EQ(summary->nearest.value, 1);
    EXPECT_EQ(depth_words(*summary, depth), "Nearest: top left. Farthest: top right.");
}

TEST(DepthPicture, FlatAndEmptyMaps) {
    EXPECT_FALSE(summarise({2, 1, DepthKind::metres, {0, none}}));
    DepthMap flat{1, 1, DepthKind::relative_inverse, {7}};
    EXPECT_EQ(depth_levels(flat), std::vector<std::uint16_t>{1});
    EXPECT_EQ(depth_words(*summarise(flat), flat), "Everything is about as near.");
}

} // namespace
} // namespace echollama
