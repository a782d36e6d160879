#include "train/optim/loss.h"

#include <gtest/gtest.h>

#include <cmath>

namespace echollama::test {
namespace {

using namespace train;

AnswerScore const chosen{-20, -24, 10}, rejected{-31, -30, 8};

TEST(PreferenceLoss, AreTheirFormulas) {
    double const d = 0.1 * ((-20 + 24) - (-31 + 30));
    auto loss = [](PreferenceOptions const& options) { return preference_loss(options, chosen, rejected).loss; };
    EXPECT_NEAR(loss({}), std::log(1 + std::exp(-d)), 1e-12);
    EXPECT_NEAR(loss({.label_smoothing = 0.2}), 0.8 * std::log(1 + std::exp(-d)) + 0.2 * std::log(1 + std::exp(d)),
                1e-12);
    EXPECT_NEAR(loss({.kind = PreferenceLoss::hinge}), 1 - d, 1e-12);
    double const means = 4.0 / 10 - -1.0 / 8;
    EXPECT_NEAR(loss({.kind = PreferenceLoss::ipo}), std::pow(means - 5, 2), 1e-12);
    double const lead = 2 * (-20.0 / 10 - -31.0 / 8 - 0.5);
    EXPECT_NEAR(loss({.kind = PreferenceLoss::simpo, .beta = 2}), std::log(1 + std::exp(-lead)), 1e-12);
}

TEST(PreferenceLoss, BeginsAtLog2) {
    AnswerScore const same{-20, -20, 10}, other{-31, -31, 8};
    EXPECT_EQ(preference_loss({}, same, other).loss, std::log(2));
    EXPECT_EQ(preference_loss({}, same, other).margin(), 0);
}

TEST(PreferenceLoss, SlopesAreThoseOfTheLoss) {
    for (auto kind : {PreferenceLoss::sigmoid, PreferenceLoss::ipo, PreferenceLoss::hinge, PreferenceLoss::simpo}) {
        PreferenceOptions const options{.kind = kind, .beta = 0.3, .label_smoothing = 0.1};
        auto const pair = preference_loss(options, chosen, rejected);
        auto slope = [&](bool of_chosen) {
            double const step = 1e-5;
            auto at = [&](double shift) {
                AnswerScore c = chosen, r = rejected;
                auto& moved = of_chosen ? c : r;
                moved.policy += shift;
                return preference_loss(options, c, r).loss;
            };
            return (at(step) - at(-step)) / (2 * step);
        };
        EXPECT_NEAR(pair.chosen_slope, slope(true), 1e-7) << static_cast<int>(kind);
        EXPECT_NEAR(pair.rejected_slope, slope(false), 1e-7) << static_cast<int>(kind);
    }
}

TEST(PreferenceLoss, StaysFiniteFarAway) {
    AnswerScore const far{-1e6, 0, 10}, near{0, -1e6, 10};
    EXPECT_TRUE(std::isfinite(preference_loss({}, far, near).loss));
    EXPECT_EQ(preference_loss({}, near, far).loss, 0);
}

} // namespace
} // namespace echollama::test
