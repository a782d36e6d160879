// Tones that lead: heard from the side, faster ahead, silent where the thing is lost; measured on the samples.
#include "live/guide_tone.h"
#include "scene/build.h"
#include "scene/camera.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr int rate = 24000;

struct Heard {
    double left = 0, right = 0; // energy
    int tones = 0;              // that began
    double hertz = 0;           // between crossings of nought
    float loudest = 0, steepest = 0;
};

Heard hear(std::vector<float> const& samples) {
    Heard heard;
    std::size_t quiet = rate, crossed_at = 0, halves = 0, half_samples = 0;
    for (std::size_t i = 0; i + 1 < samples.size(); i += 2) {
        float const left = samples[i], right = samples[i + 1], loud = std::max(std::abs(left), std::abs(right));
        heard.left += static_cast<double>(left * left), heard.right += static_cast<double>(right * right);
        heard.loudest = std::max(heard.loudest, loud);
        heard.tones += loud > 1e-4F && quiet > rate / 100;
        quiet = loud > 1e-4F ? 0 : quiet + 1;
        if (i < 2) {
            continue;
        }
        float const both = left + right, before = samples[i - 2] + samples[i - 1];
        heard.steepest = std::max(heard.steepest, std::abs(both - before));
        if ((both > 0) != (before > 0)) {
            if (std::size_t const half = i / 2 - crossed_at; half < rate / 400) { // within a tone
                ++halves;
                half_samples += half;
            }
            crossed_at = i / 2;
        }
    }
    heard.hertz =
        static_cast<double>(rate * halves) / (2 * static_cast<double>(std::max<std::size_t>(half_samples, 1)));
    return heard;
}

Heard led(Lead const& lead, double seconds = 4) {
    GuideTone tone(rate);
    tone.lead(lead);
    return hear(tone.next(static_cast<std::size_t>(seconds * rate)));
}

TEST(GuideTone, ComesFromTheSideOfTheThing) {
    double before = -1;
    for (float bearing = -60; bearing <= 60; bearing += 5) {
        auto const heard = led({bearing});
        double const share = heard.right / (heard.left + heard.right);
        EXPECT_GE(share, before - 1e-9) << bearing;
        EXPECT_NEAR(share + led({-bearing}).right / (led({-bearing}).left + led({-bearing}).right), 1, 1e-6);
        before = share;
        if (bearing <= -45) {
            EXPECT_LT(share, 1e-6) << bearing;
        }
        EXPECT_EQ(share > 0.5 + 1e-6, bearing > 0) << bearing;
    }
    EXPECT_NEAR(before, 1, 1e-6);
}

TEST(GuideTone, IsFasterTheStraighterAheadItLies) {
    int before = 1000;
    for (float const bearing : {0.0F, 10.0F, 20.0F, 40.0F, 60.0F}) {
        auto const heard = led({bearing});
        EXPECT_LT(heard.tones, before) << bearing;
        EXPECT_NEAR(heard.tones, 4 * tone_plan({bearing}).per_second, 1.1) << bearing;
        before = heard.tones;
    }
    EXPECT_NEAR(led({0}).tones, 32, 1);
    EXPECT_NEAR(led({-170}).tones, 6, 1);
}

TEST(GuideTone, IsHigherTheNearerItIs) {
    EXPECT_NEAR(led({0, 0.5F}).hertz, 880, 25);
    EXPECT_NEAR(led({0, 8}).hertz, 440, 25);
    EXPECT_NEAR(led({0, 100}).hertz, 440, 25);
    EXPECT_NEAR(led({0, std::nullopt}).hertz, 587, 25);
    double before = 2000;
    for (float const metres : {0.5F, 1.0F, 2.0F, 4.0F, 8.0F}) {
        EXPECT_LT(led({0, metres}).hertz, before) << metres;
        before = led({0, metres}).hertz;
    }
}

TEST(GuideTone, FallsSilentWhereTheThingIsLostAndComesBack) {
    GuideTone tone(rate);
    EXPECT_EQ(hear(tone.next(rate)).loudest, 0);
    tone.lead(Lead{10});
    tone.next(rate / 100); // within a tone
    tone.lead(std::nullopt);
    tone.next(rate / 100); // 10 ms to fade
    EXPECT_LT(hear(tone.next(rate)).loudest, 1e-6F);
    tone.lead(Lead{-10});
    EXPECT_GT(hear(tone.next(rate / 2)).tones, 1);
}

TEST(GuideTone, IsQuietUnderSpeechAndNeverClicks) {
    GuideTone tone(rate);
    tone.lead(Lead{0});
    auto const open = hear(tone.next(rate));
    tone.duck(true);
    tone.next(rate / 50);
    auto const ducked = hear(tone.next(rate));
    tone.duck(false);
    tone.next(rate / 50);
    auto const again = hear(tone.next(rate));
    EXPECT_NEAR(ducked.loudest / open.loudest, 0.25, 0.02);
    EXPECT_NEAR(again.loudest / open.loudest, 1, 0.02);
    EXPECT_LE(open.loudest, 0.1F);
    // The steepest that its sine is by itself; a click would be steeper.
    for (auto const& heard : {open, ducked, again}) {
        EXPECT_LT(heard.steepest, 1.1F * 2 * 0.1F * 2 * 3.1416F * 587 / rate);
    }
}

TEST(GuideTone, TheSameComesHoweverItIsCutIntoPieces) {
    GuideTone one(rate), two(rate);
    one.lead(Lead{25, 1.0F});
    two.lead(Lead{25, 1.0F});
    auto const whole = one.next(6000);
    std::vector<float> pieces;
    for (std::size_t const count : {1U, 999U, 0U, 5000U}) {
        auto const piece = two.next(count);
        pieces.insert(pieces.end(), piece.begin(), piece.end());
    }
    EXPECT_EQ(whole, pieces);
}

} // namespace
} // namespace echollama
