// Telephone speech: the known values of G.711 and both ways.
#include "media/sound/g711.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace echollama {
namespace {

TEST(G711, SilenceAndTheLoudestSamplesAreTheCodesOfTheRecommendation) {
    std::vector<float> const samples{0, 1, -1};
    EXPECT_EQ(to_g711(samples, G711::u_law), (std::vector<std::uint8_t>{0xFF, 0x80, 0x00}));
    EXPECT_EQ(to_g711(samples, G711::a_law), (std::vector<std::uint8_t>{0xD5, 0xAA, 0x2A}));
}

TEST(G711, EveryCodeComesBackAsItself) {
    std::vector<std::uint8_t> codes(256);
    std::iota(codes.begin(), codes.end(), std::uint8_t{0});
    for (auto const law : {G711::u_law, G711::a_law}) {
        auto back = to_g711(from_g711(codes, law), law);
        if (law == G711::u_law) {
            EXPECT_EQ(back[0x7F], 0xFF) << "there are two zeros, and one is given out";
            back[0x7F] = 0x7F;
        }
        EXPECT_EQ(back, codes);
    }
}

TEST(G711, TheErrorIsSmallAgainstTheSample) {
    for (auto const law : {G711::u_law, G711::a_law}) {
        for (int i = -1000; i <= 1000; ++i) {
            float const sample = static_cast<float>(i) / 1000;
            float const back = from_g711(to_g711(std::vector<float>{sample}, law), law).front();
            EXPECT_NEAR(back, sample, std::max(std::abs(sample) / 16, 0.001F)) << i; // half a step of sixteen
        }
    }
}

} // namespace
} // namespace echollama
