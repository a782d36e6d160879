#include "base/counter_rng.h"
#include "base/error.h"
#include "media/sound/resample.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace echollama {
namespace {

std::vector<float> tone(int rate, double hertz, double seconds) {
    std::vector<float> samples(static_cast<std::size_t>(rate * seconds));
    for (std::size_t i = 0; i < samples.size(); ++i) {
        samples[i] = static_cast<float>(
            0.5 * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / static_cast<double>(rate)));
    }
    return samples;
}

double rms(std::span<float const> samples) {
    double sum = 0;
    for (float s : samples) {
        sum += static_cast<double>(s) * static_cast<double>(s);
    }
    return std::sqrt(sum / static_cast<double>(samples.size()));
}

std::span<float const> middle(std::vector<float> const& samples) {
    return std::span(samples).subspan(samples.size() / 4, samples.size() / 2);
}

struct Rates {
    int from, to;
};
constexpr Rates pairs[] = {{22050, 24000}, {24000, 16000}, {44100, 16000},
                           {16000, 48000}, {8000, 22050},  {48000, 44100}};

TEST(Resampler, AnyCuttingGivesTheSameSamples) {
    for (auto [from, to] : pairs) {
        std::vector<float> noise(20011);
        for (std::size_t i = 0; i < noise.size(); ++i) {
            noise[i] = 2 * uniform(7, i) - 1;
        }
        Resampler whole(from, to);
        auto expected = whole.push(noise);
        auto const rest = whole.finish();
        expected.insert(expected.end(), rest.begin(), rest.end());
        for (std::uint64_t seed = 0; seed < 12; ++seed) {
            Resampler resampler(from, to);
            std::vector<float> got;
            std::span<float const> left(noise);
            double const longest = std::pow(10.0, 1 + static_cast<double>(seed % 4)); // 10 to 10,000 samples
            for (std::uint64_t i = 0; !left.empty(); ++i) {
                auto const count = std::min(
                    left.size(), static_cast<std::size_t>(longest * static_cast<double>(uniform(seed, i)))); // also 0
                auto const ready = resampler.push(left.first(count));
                got.insert(got.end(), ready.begin(), ready.end());
                left = left.subspan(count);
            }
            auto const end = resampler.finish();
            got.insert(got.end(), end.begin(), end.end());
            EXPECT_EQ(got, expected) << from << " to " << to << ", seed " << seed;
        }
    }
}

TEST(Resampler, LengthAndTimeAreKept) {
    for (auto [from, to] : pairs) {
        for (std::size_t count : {1UL, 2UL, 999UL, 20000UL}) {
            AudioBuffer const out = resample({from, std::vector<float>(count, 0.25F)}, to);
            EXPECT_NEAR(static_cast<double>(out.samples.size()), static_cast<double>(count) * to / from, 1.0);
            EXPECT_EQ(out.rate, to);
        }
        // A click stays where it was.
        std::vector<float> click(static_cast<std::size_t>(from));
        click[static_cast<std::size_t>(from / 2)] = 1;
        auto const out = resample({from, click}, to).samples;
        auto const loudest = std::max_element(out.begin(), out.end()) - out.begin();
        EXPECT_NEAR(static_cast<double>(loudest), to / 2.0, 1.0) << from << " to " << to;
    }
}

TEST(Resampler, SpeechBandPassesWithinATenthOfADecibel) {
    for (auto [from, to] : pairs) {
        double const top = 0.5 * std::min(from, to);
        for (double part : {0.01, 0.2, 0.5, 0.8}) {
            auto const in = tone(from, part * top, 1);
            auto const out = resample({from, in}, to).samples;
            double const gain = 20 * std::log10(rms(middle(out)) / rms(middle(in)));
            EXPECT_LT(std::abs(gain), 0.1) << from << " to " << to << " at " << part * top << " Hz";
        }
    }
}

TEST(Resampler, TonesAboveTheNewBandDoNotFoldBack) {
    for (auto [from, to] : {Rates{24000, 16000}, Rates{44100, 16000}, Rates{48000, 16000}, Rates{48000, 22050}}) {
        for (double hertz = to * 0.5 * 1.15; hertz < from * 0.5; hertz += 700) {
            auto const in = tone(from, hertz, 0.5);
            auto const out = resample({from, in}, to).samples;
            EXPECT_LT(20 * std::log10(rms(middle(out)) / rms(middle(in)) + 1e-12), -80)
                << from << " to " << to << ", " << hertz;
        }
    }
}

TEST(Resampler, ImagesOfTheOldBandAreRemoved) {
    // 3 kHz from 8 to 24 kHz: without the filter there would be tones at 5 and 11 kHz.
    auto const out = resample({8000, tone(8000, 3000, 1)}, 24000).samples;
    auto const expected = tone(24000, 3000, 1);
    std::vector<float> error;
    for (std::size_t i = 6000; i < 18000; ++i) {
        error.push_back(out[i] - expected[i]);
    }
    EXPECT_LT(rms(error), 1e-3);
}

TEST(Resampler, ImpossibleRatesAreAnErrorAndAnEmptyStreamIsFine) {
    EXPECT_THROW(Resampler(0, 16000), Error);
    EXPECT_THROW(Resampler(16000, -1), Error);
    EXPECT_THROW(Resampler(8000, 8000 * 300), Error);
    Resampler nothing(8000, 16000);
    EXPECT_TRUE(nothing.push({}).empty());
    EXPECT_LE(nothing.finish().size(), 1U);
    Resampler same(16000, 16000);
    std::vector<float> const samples{1, 2, 3};
    EXPECT_EQ(same.push(samples), samples);
    EXPECT_TRUE(same.finish().empty());
}

} // namespace
} // namespace echollama
