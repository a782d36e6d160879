#include "base/counter_rng.h"
#include "voice/pauses.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace echollama {
namespace {

constexpr int rate = 1000;

std::vector<float> sound(std::initializer_list<std::pair<int, float>> stretches) {
    std::vector<float> samples;
    for (auto const& [count, level] : stretches) {
        samples.insert(samples.end(), static_cast<std::size_t>(count), level);
    }
    return samples;
}

// `piece`: samples at a time
std::vector<float> shortened(std::vector<float> const& samples, std::size_t piece = 1 << 20) {
    PauseShortener pauses(rate);
    std::vector<float> out;
    auto const add = [&](std::vector<float> const& part) { out.insert(out.end(), part.begin(), part.end()); };
    for (std::size_t at = 0; at < samples.size(); at += piece) {
        add(pauses.push(std::span(samples).subspan(at, std::min(piece, samples.size() - at))));
    }
    add(pauses.finish());
    return out;
}

TEST(Pauses, FromAFifthOfASecondOnAFifthIsKept) {
    EXPECT_EQ(shortened(sound({{50, .5F}, {200, .01F}, {50, -.5F}})), sound({{50, .5F}, {40, .01F}, {50, -.5F}}));
    auto const shorter = sound({{50, .5F}, {199, 0.F}, {50, .5F}});
    EXPECT_EQ(shortened(shorter), shorter);
    EXPECT_EQ(shortened(sound({{300, 0.F}, {5, .02F}, {500, 0.F}})), sound({{60, 0.F}, {5, .02F}, {100, 0.F}}))
        << "before and after the words, too";
    EXPECT_EQ(shortened({}), std::vector<float>{});
    EXPECT_EQ(shortened(sound({{1000, 0.F}})).size(), 200U);
}

TEST(Pauses, AreTheSameInPiecesOfAnySize) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Draws draws(seed);
        std::vector<float> samples;
        for (int i = 0; i < 12; ++i) {
            float const level = draws.chance(0.5F) ? 0.5F : 0.001F;
            for (int n = draws.below(400); n > 0; --n) {
                samples.push_back(level * draws.between(0.1F, 1));
            }
        }
        auto const whole = shortened(samples);
        for (std::size_t const piece : {1U, 7U, 199U, 200U, 1000U}) {
            EXPECT_EQ(shortened(samples, piece), whole) << seed << ", " << piece;
        }
    }
}

TEST(Pauses, EverySampleThatIsKeptIsFoundWhereItWent) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Draws draws(seed);
        std::vector<float> samples;
        for (int i = 0; i < 12; ++i) {
            float const level = draws.chance(0.5F) ? 0.5F : 0.001F;
            for (int n = draws.below(400); n > 0; --n) {
                samples.push_back(level * draws.between(0.1F, 1));
            }
        }
        PauseShortener pauses(rate);
        std::vector<float> out;
        auto const add = [&](std::vector<float> const& part) { out.insert(out.end(), part.begin(), part.end()); };
        for (std::size_t at = 0; at < samples.size(); at += 100) {
            add(pauses.push(std::span(samples).subspan(at, std::min<std::size_t>(100, samples.size() - at))));
            if (auto const place = pauses.place_of(static_cast<std::int64_t>(at))) {
                EXPECT_LE(static_cast<std::size_t>(*place), out.size()) << "it was handed out with what is decided";
            }
        }
        add(pauses.finish());
        std::int64_t last = 0;
        for (std::size_t i = 0; i < samples.size(); ++i) {
            auto const place = pauses.place_of(static_cast<std::int64_t>(i));
            ASSERT_TRUE(place);
            EXPECT_GE(*place, last);
            last = *place;
            if (std::abs(samples[i]) > 0.01F) {
                EXPECT_EQ(out[static_cast<std::size_t>(last)], samples[i]) << seed << ", " << i;
            }
        }
        EXPECT_FALSE(pauses.place_of(static_cast<std::int64_t>(samples.size())));
    }
}

TEST(Pauses, SoundIsNotHeldBack) {
    PauseShortener pauses(rate);
    EXPECT_EQ(pauses.push(sound({{100, .5F}})).size(), 100U);
    EXPECT_EQ(pauses.push(sound({{100, 0.F}})).size(), 0U) << "how long the pause is, is not known yet";
    EXPECT_EQ(pauses.push(sound({{1, .5F}})).size(), 101U);
}

} // namespace
} // namespace echollama
