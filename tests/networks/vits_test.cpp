// VITS against ONNX Runtime on the network of the starter voice (tests/tools/piper_reference.py).
#include "networks/vits.h"
#include "networks/vits_spline.h"
#include "support/reference_samples.h"

#include <array>
#include <cmath>

namespace echollama {
namespace {

// As in the script.
std::vector<std::int64_t> const symbols{1,  0,   120, 0,  14,  0, 3,  0, 88, 0,  61, 0,  17, 0, 3, 0,  23,
                                        0,  102, 0,   28, 0,   8, 0,  3, 0,  50, 0,  31, 0,  3, 0, 31, 0,
                                        32, 0,   88,  0,  120, 0, 18, 0, 74, 0,  32, 0,  10, 0, 2};
VitsScales const still{0, 0, 1}, lively{0.667F, 0.8F, 1.1F};
VitsNoise const noise{.seed = 7};

class VitsParity : public ::testing::Test {
  protected:
    void SetUp() override { SKIP_WITHOUT(file()); }
    static std::filesystem::path file() { return test::models_dir() / "piper-joe" / "model.gguf"; }
};

TEST_F(VitsParity, EqualsOnnxRuntimeWithAndWithoutNoise) {
    Vits vits(file(), 2);
    EXPECT_EQ(vits.sample_rate(), 22050);
    EXPECT_EQ(vits.samples_per_frame(), 256);
    for (auto const& [name, scales] : {std::pair{"still", still}, {"lively", lively}}) {
        auto const expected = test::reference_samples("piper_onnx.tsv", name);
        ASSERT_EQ(expected.size(), 2U);
        auto const speech = vits.prepare(symbols, scales, noise);
        std::vector<float> const durations(speech.durations.begin(), speech.durations.end());
        EXPECT_EQ(test::largest_difference(durations, expected.at("durations")), 0) << name;
        auto const sound = vits.samples(speech, 0, speech.frames);
        EXPECT_EQ(static_cast<std::int64_t>(sound.size()), speech.frames * vits.samples_per_frame());
        EXPECT_LT(test::largest_difference(sound, expected.at("sound")), 1e-4F) << name;
    }
}

TEST_F(VitsParity, PiecesOfAnySizeEqualTheWholeBitForBit) {
    Vits vits(file(), 2), alone(file(), 1);
    auto const speech = vits.prepare(symbols, lively, noise);
    EXPECT_EQ(alone.prepare(symbols, lively, noise).latents, speech.latents) << "nor does the number of threads matter";
    auto const whole = alone.samples(speech, 0, speech.frames);
    for (std::int64_t const piece : {1, 2, 5, 24, 50}) {
        std::vector<float> joined;
        for (std::int64_t at = 0; at < speech.frames; at += piece) {
            auto const part = vits.samples(speech, at, at + piece);
            joined.insert(joined.end(), part.begin(), part.end());
        }
        EXPECT_EQ(joined, whole) << piece;
    }
    EXPECT_TRUE(vits.samples(speech, speech.frames, speech.frames + 9).empty());
    EXPECT_TRUE(vits.samples(speech, 3, 3).empty());
}

TEST_F(VitsParity, WhatCannotBeSpokenIsRefusedAndTheNextIsSpoken) {
    Vits vits(file(), 1);
    EXPECT_EQ(vits.prepare({}, still, noise).frames, 0);
    std::vector<std::int64_t> const unknown{1, 0, 256, 0, 2}, below{1, -1, 2};
    EXPECT_NE(test::refusal([&] { vits.prepare(unknown, still, noise); }), "");
    EXPECT_NE(test::refusal([&] { vits.prepare(below, still, noise); }), "");
    EXPECT_NE(test::refusal([&] { vits.prepare(symbols, {0, 0, 1e9F}, noise); }), "") << "hours of one sound";
    EXPECT_NE(test::refusal([&] { vits.prepare(symbols, {0, 0, NAN}, noise); }), "");
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THROW(vits.prepare(symbols, still, noise, stop.get_token()), Cancelled);
    auto const speech = vits.prepare(symbols, still, noise);
    EXPECT_THROW(vits.samples(speech, 0, 9, stop.get_token()), Cancelled);
    EXPECT_EQ(vits.samples(speech, 0, 9).size(), 9U * 256U);
}

// The spline itself, by the formula of the paper (equation 4).
double forward(std::array<double, 11> const& x, std::array<double, 11> const& y, std::array<double, 11> const& slopes,
               double at) {
    std::size_t bin = 0;
    while (bin < 9 && at > x[bin + 1]) {
        ++bin;
    }
    double const s = (y[bin + 1] - y[bin]) / (x[bin + 1] - x[bin]), t = (at - x[bin]) / (x[bin + 1] - x[bin]);
    double const above = s * t * t + slopes[bin] * t * (1 - t);
    double const below = s + (slopes[bin + 1] + slopes[bin] - 2 * s) * t * (1 - t);
    return y[bin] + (y[bin + 1] - y[bin]) * above / below;
}

TEST(VitsSpline, GoesBackWhereTheSplineCameFrom) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Draws draws(seed);
        std::array<float, vits::spline_numbers> numbers{};
        for (float& n : numbers) {
            n = draws.between(-3, 3);
        }
        std::array<double, 11> x{-5}, y{-5}, slopes{};
        double widths = 0, heights = 0;
        for (std::size_t i = 0; i < 10; ++i) {
            widths += std::exp(static_cast<double>(numbers[i]) / 2);
            heights += std::exp(static_cast<double>(numbers[10 + i]) / 2);
        }
        for (std::size_t i = 0; i < 10; ++i) {
            x[i + 1] = x[i] + 10 * (1e-3 + 0.99 * std::exp(static_cast<double>(numbers[i]) / 2) / widths);
            y[i + 1] = y[i] + 10 * (1e-3 + 0.99 * std::exp(static_cast<double>(numbers[10 + i]) / 2) / heights);
            slopes[i] = i == 0 ? 1 : 1e-3 + std::log1p(std::exp(static_cast<double>(numbers[19 + i])));
        }
        slopes[10] = 1;
        for (double at = -4.99; at < 5; at += 0.37) {
            EXPECT_NEAR(vits::inverse_spline(numbers, 2, forward(x, y, slopes, at)), at, 1e-6) << seed;
        }
        for (double const outside : {-5.5, 5.01, 1e30}) {
            EXPECT_EQ(vits::inverse_spline(numbers, 2, outside), outside);
        }
        EXPECT_TRUE(std::isnan(vits::inverse_spline(numbers, 2, NAN)));
    }
}

} // namespace
} // namespace echollama
