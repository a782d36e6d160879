// The yardstick of warnings: when a hazard can be known as one from what the detector finds.
#include "live/hazard_sight.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace echollama {
namespace {

struct Approach {
    float from_m = 9, speed = 1.6F, side_m = 0.2F;
    int hidden_until = 0, missed_until = 0; // pictures
    float seconds = 4;
    int beside_until = 0; // another one who is missed lies over it so long
};

MovingTruth person(int identity, float metres, Approach const& way) {
    constexpr float focal = 280, middle = 160;
    MovingTruth truth;
    truth.identity = identity;
    truth.label = "person";
    float const x = middle + focal * way.side_m / metres, width = focal * 0.55F / metres;
    truth.box = {x - width / 2, 120 - focal * 0.2F / metres, x + width / 2, 120 + focal * 1.5F / metres};
    truth.box.y1 = std::min(truth.box.y1, 240.0F);
    truth.metres = metres;
    truth.bearing_deg = std::atan2(way.side_m, metres) * 180 / std::numbers::pi_v<float>;
    truth.closing_m_s = way.speed;
    truth.passes_m = std::abs(way.side_m);
    if (way.speed > 0.05F) {
        truth.contact_s = metres / way.speed;
    }
    return truth;
}

// Boxes as they are: what the observer allows for is in the options.
MovingWorld world_of(Approach const& way) {
    MovingWorld world;
    for (int i = 0; static_cast<float>(i) < way.seconds * 10; ++i) {
        float const t = static_cast<float>(i) / 10, metres = way.from_m - way.speed * t;
        if (metres < 0.7F) {
            break;
        }
        MovingMoment moment;
        moment.seconds = static_cast<double>(t);
        auto truth = person(1, metres, way);
        truth.visible = i < way.hidden_until ? 0 : 1;
        moment.truth = {truth};
        if (i >= way.missed_until && i >= way.hidden_until) {
            Detection found;
            found.label = "person";
            found.box = truth.box;
            moment.detections = {found};
        }
        if (i < way.beside_until) {
            auto other = person(2, metres * 0.97F, {.speed = 0, .side_m = way.side_m + 0.15F});
            other.visible = 1;
            moment.truth.push_back(other);
        }
        world.moments.push_back(std::move(moment));
    }
    return world;
}

double known_at(Approach const& way) {
    auto const seen = hazards_seen(world_of(way));
    auto const found = seen.find(1);
    return found == seen.end() ? -1 : found->second;
}

TEST(HazardSight, AnApproachIsKnownWhenItsBoxesTellOfIt) {
    double const watched = known_at({.from_m = 9}); // a hazard from 5.6 metres on, long known by then
    EXPECT_NEAR(watched, 2.2, 0.11);
    double const sudden = known_at({.from_m = 9, .hidden_until = 30}); // comes out from behind something at 4.2 metres
    EXPECT_GT(sudden, 3.15) << "two pictures tell nothing";
    EXPECT_LT(sudden, 3.6);
    EXPECT_NEAR(known_at({.from_m = 9, .missed_until = 30}), sudden, 1e-6) << "whether hidden or missed";
    EXPECT_NEAR(known_at({.from_m = 9, .beside_until = 30}), sudden, 1e-6) << "or whose box it is, is not known";
}

TEST(HazardSight, WhoIsCloseIsKnownInTheThirdPicture) {
    EXPECT_NEAR(known_at({.from_m = 2.8F, .speed = 0.8F, .side_m = 0.5F}), 0.2, 1e-6);
}

TEST(HazardSight, WhoDoesNotComeIsNone) {
    EXPECT_EQ(known_at({.from_m = 6, .speed = 0}), -1);
    EXPECT_EQ(known_at({.from_m = 6, .speed = -1}), -1);
    EXPECT_EQ(known_at({.from_m = 9, .side_m = 1.5F}), -1) << "passes";
    EXPECT_EQ(known_at({.from_m = 9, .hidden_until = 1000}), -1);
    EXPECT_EQ(known_at({.from_m = 9, .missed_until = 1000}), -1);
}

} // namespace
} // namespace echollama
