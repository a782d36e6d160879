// How the bearings of things turn, against even ways over the ground.
#include "base/counter_rng.h"
#include "tracking/turning.h"

#include <gtest/gtest.h>

#include <cmath>

namespace echollama {
namespace {

constexpr double step = 0.1, unrest = 0.03, fastest = 0.3;

// An even way over the ground, seen from a camera that sways as one that is carried does.
struct Way {
    double x, z, vx, vz;

    double bearing(double t) const { return std::atan2(x + vx * t, z + vz * t); }
    double metres(double t) const { return std::hypot(x + vx * t, z + vz * t); }
    double turning(double t) const { return (bearing(t + 1e-4) - bearing(t - 1e-4)) / 2e-4; }
    double closing(double t) const { return (metres(t - 1e-4) - metres(t + 1e-4)) / 2e-4 / metres(t); }
};

double yaw(double t) {
    return 0.02 * std::sin(2 * 3.14159265 * t / 1.2);
}

TEST(Turning, OfEvenWaysLiesInItsInterval) {
    constexpr double noise = 0.004; // radians: two centimetres at five metres
    int inside = 0, all = 0;
    double squares = 0;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        Draws draws(seed);
        auto const between = [&](float low, float high) { return static_cast<double>(draws.between(low, high)); };
        Way const way{between(-4, 4), between(7, 14), between(-1.5F, 1.5F), between(-1.8F, 0.5F)};
        TurningFilter filter;
        for (int i = 0; i < 25; ++i) {
            double const t = i * step;
            if (i > 0) {
                filter.go_on(step, yaw(t) - yaw(t - step), way.closing(t), unrest);
            }
            if (!draws.chance(0.15F)) {
                filter.see(way.bearing(t) - yaw(t) +
                               noise * static_cast<double>(normal(seed, static_cast<std::uint64_t>(i))),
                           noise, fastest);
            }
            if (auto const rate = filter.rate(); rate && i > 8) {
                double const truth = way.turning(t);
                ++all;
                inside += static_cast<double>(rate->low) <= truth && truth <= static_cast<double>(rate->high);
                squares += std::pow(static_cast<double>(rate->value) - truth, 2);
            }
        }
    }
    ASSERT_GT(all, 3000);
    EXPECT_GT(static_cast<double>(inside) / all, 0.9);
    EXPECT_LT(std::sqrt(squares / all), 0.012); // 0.7 degrees a second
}

TurningFilter still(int looks) {
    TurningFilter filter;
    for (int i = 0; i < looks; ++i) {
        filter.go_on(step, 0, 0, unrest);
        filter.see(0.1, 0.004, fastest);
    }
    return filter;
}

TEST(Turning, NothingIsSaidBeforeFourLooks) {
    EXPECT_FALSE(still(3).rate());
    ASSERT_TRUE(still(5).rate());
    EXPECT_NEAR(still(5).rate()->value, 0, 1e-6);
}

TEST(Turning, OneBoxThatIsFarOffHardlyCountsAndAnotherWayIsLearned) {
    auto filter = still(15);
    filter.go_on(step, 0, 0, unrest);
    filter.see(0.16, 0.004, fastest); // three degrees beside
    ASSERT_TRUE(filter.rate());
    EXPECT_LT(std::abs(filter.rate()->value), 0.03F);
    double bearing = 0.1;
    for (int i = 0; i < 8; ++i) {
        bearing += 0.2 * step;
        filter.go_on(step, 0, 0, unrest);
        filter.see(bearing, 0.004, fastest);
    }
    EXPECT_NEAR(filter.rate()->value, 0.2, 0.03);
}

TEST(Turning, AfterASecondUnseenAllBeginsAnew) {
    auto filter = still(15);
    filter.go_on(1.2, 0, 0, unrest);
    ASSERT_TRUE(filter.rate());
    EXPECT_GT(filter.rate()->high - filter.rate()->low, still(15).rate()->high - still(15).rate()->low);
    filter.see(0.5, 0.004, fastest);
    EXPECT_FALSE(filter.rate());
}

} // namespace
} // namespace echollama
