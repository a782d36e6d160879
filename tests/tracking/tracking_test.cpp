// Assignment, the camera's motion, closing speeds and identities, against truth.
#include "base/counter_rng.h"
#include "scene/build.h"
#include "scene/camera.h"
#include "tracking/assignment.h"
#include "tracking/camera_motion.h"
#include "tracking/closing.h"
#include "tracking/follow_world.h"
#include "tracking/ground_way.h"
#include "tracking/tracker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace echollama {
namespace {

// The least cost by trying every order.
double least_cost(CostTable const& table, float limit) {
    std::vector<int> columns(table.columns + table.rows);
    std::iota(columns.begin(), columns.end(), 0);
    double best = 1e9;
    do {
        double sum = 0;
        for (std::size_t row = 0; row < table.rows; ++row) {
            auto const column = static_cast<std::size_t>(columns[row]);
            bool const pair = column < table.columns && table.at(row, column) <= limit;
            sum += static_cast<double>(pair ? table.at(row, column) : limit);
        }
        best = std::min(best, sum);
    } while (std::next_permutation(columns.begin(), columns.end()));
    return best;
}

TEST(Assignment, CostsAsLittleAsTheBestOfAllOrders) {
    Draws draws(5);
    for (int trial = 0; trial < 200; ++trial) {
        CostTable table(static_cast<std::size_t>(1 + draws.below(3)), static_cast<std::size_t>(draws.below(4)));
        for (auto& cost : table.costs) {
            cost = draws.between(0, 1);
        }
        float const limit = draws.between(0.2F, 1);
        auto const columns = assign(table, limit);
        double sum = 0;
        std::vector<int> taken;
        for (std::size_t row = 0; row < table.rows; ++row) {
            if (columns[row] >= 0) {
                EXPECT_EQ(std::count(taken.begin(), taken.end(), columns[row]), 0);
                taken.push_back(columns[row]);
                EXPECT_LE(table.at(row, static_cast<std::size_t>(columns[row])), limit);
            }
            sum +=
                static_cast<double>(columns[row] >= 0 ? table.at(row, static_cast<std::size_t>(columns[row])) : limit);
        }
        EXPECT_NEAR(sum, least_cost(table, limit), 1e-5) << trial;
    }
}

TEST(Assignment, OfNothing) {
    EXPECT_TRUE(assign(CostTable(0, 3), 1).empty());
    EXPECT_EQ(assign(CostTable(2, 0), 1), (std::vector<int>{-1, -1}));
}

// A smooth random picture, looked at through a similarity.
GreyPicture patterned(CameraMotion const& motion, int width = 320, int height = 240) {
    GreyPicture grey{width, height, {}, 2};
    float const zoom2 = motion.a * motion.a + motion.b * motion.b;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            // back to the earlier picture
            float const u = static_cast<float>(2 * x) - motion.x0, v = static_cast<float>(2 * y) - motion.y0;
            float const px = (motion.a * u + motion.b * v) / zoom2, py = (motion.a * v - motion.b * u) / zoom2;
            float const value = std::sin(px * 0.11F + std::sin(py * 0.05F)) +
                                std::sin(py * 0.13F + 1.3F * std::sin(px * 0.043F)) + std::sin((px + py) * 0.031F);
            grey.values.push_back(static_cast<std::uint8_t>(128 + 40 * value));
        }
    }
    return grey;
}

TEST(CameraMotion, OfTurnsZoomsAndShifts) {
    for (auto const& truth : {CameraMotion{1, 0, 0, 0}, CameraMotion{1, 0, 13, -7}, CameraMotion{1.03F, 0, -9, -6},
                              CameraMotion{0.999F, 0.03F, 8, -5}, CameraMotion{1, 0, -22, 4}}) {
        auto const found = camera_motion(patterned({}), patterned(truth), {});
        ASSERT_TRUE(found.found) << truth.x0;
        for (auto const& [x, y] : {Point{40, 40}, Point{600, 40}, Point{320, 240}, Point{500, 440}}) {
            auto const expected = truth.at(x, y), got = found.at(x, y);
            EXPECT_NEAR(got.x, expected.x, 1.5) << truth.x0 << " " << truth.a << " " << truth.b;
            EXPECT_NEAR(got.y, expected.y, 1.5) << truth.x0 << " " << truth.a << " " << truth.b;
        }
        EXPECT_FALSE(is_cut(patterned({}), patterned(truth), found));
    }
}

TEST(CameraMotion, IsNoneWhereNothingCanBeTold) {
    GreyPicture const plain{320, 240, std::vector<std::uint8_t>(320 * 240, 90), 1};
    EXPECT_FALSE(camera_motion(plain, plain, {}).found);
    EXPECT_FALSE(camera_motion(plain, {160, 120, std::vector<std::uint8_t>(160 * 120, 90), 1}, {}).found);
    EXPECT_FALSE(camera_motion({}, {}, {}).found);
    EXPECT_FALSE(is_cut(plain, plain, {}));
    GreyPicture const bright{320, 240, std::vector<std::uint8_t>(320 * 240, 220), 1};
    EXPECT_TRUE(is_cut(plain, bright, {}));
}

std::optional<Interval> contact_of_filter(ClosingFilter const& filter) {
    auto const rate = filter.rate();
    return rate && filter.is_calm() ? contact_of(*rate) : std::nullopt;
}

TEST(Closing, TwoMeasuresTellMoreThanOneUnlessTheyContradict) {
    Interval const unsure{0.2F, 0.0F, 0.4F}, sure{0.3F, 0.25F, 0.35F}, other{-0.5F, -0.6F, -0.4F};
    auto const both = both_tell(unsure, sure);
    EXPECT_NEAR(both.value, 0.294F, 0.001F); // weighted by one over the squared widths
    EXPECT_NEAR(both.high - both.value, 0.0485F, 0.001F);
    EXPECT_NEAR(both.value - both.low, both.high - both.value, 1e-6F);
    EXPECT_EQ(both_tell(sure, unsure).value, both.value);
    EXPECT_EQ(both_tell(unsure, other).value, unsure.value);
    EXPECT_EQ(both_tell(other, unsure).value, other.value);
}

TEST(Closing, EvenApproachesLieInTheirIntervals) {
    int inside = 0, all = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        Draws draws(seed);
        float const speed = draws.between(0.5F, 4), start = draws.between(6, 15), noise = draws.between(0.01F, 0.05F);
        ClosingFilter filter;
        for (int i = 0; i < 60; ++i) {
            float const t = static_cast<float>(i) * 0.1F, metres = start - speed * t;
            if (metres < 1) {
                break;
            }
            filter.measure(t, metres * (1 + noise * normal(seed, static_cast<std::uint64_t>(i))), noise);
            if (auto const contact = contact_of_filter(filter); contact && i > 10) {
                ++all;
                inside += contact->low <= metres / speed && metres / speed <= contact->high;
            }
        }
    }
    EXPECT_GT(all, 600);
    EXPECT_GE(static_cast<double>(inside) / all, 0.9);
}

TEST(Closing, WhatStandsOrGoesHasNoContact) {
    ClosingFilter stands, goes;
    for (int i = 0; i < 50; ++i) {
        float const noise = 1 + 0.03F * normal(3, static_cast<std::uint64_t>(i));
        stands.measure(i * 0.1, 5 * noise, 0.03F);
        goes.measure(i * 0.1, (5 + static_cast<float>(i) * 0.1F) * noise, 0.03F);
    }
    EXPECT_FALSE(contact_of_filter(stands));
    EXPECT_FALSE(contact_of_filter(goes));
    ASSERT_TRUE(goes.rate());
    EXPECT_LT(goes.rate()->value, -0.05);
}

// A thing that slides by with an even speed.
Detection sliding(float x, std::string const& label = "person", float score = 0.8F) {
    Detection detection;
    detection.label = label;
    detection.label_id = 0;
    detection.score = score;
    detection.box = {x, 100, x + 40, 220};
    return detection;
}

Intrinsics const lens = guess_camera(640, 480, std::nullopt);

TEST(Tracker, AThingCountsAfterThreeSightingsAndKeepsItsIdentityWhileHidden) {
    Tracker tracker;
    int identity = 0;
    for (int i = 0; i < 40; ++i) {
        bool const hidden = i >= 15 && i < 25;
        float const x = 100 + 8 * static_cast<float>(i);
        tracker.update(i * 0.1, hidden ? std::vector<Detection>() : std::vector<Detection>{sliding(x)}, 640, 480, lens);
        auto const present = tracker.present();
        EXPECT_EQ(present.size(), i >= 2 && (!hidden || i < 17) ? 1U : 0U) << i;
        if (!present.empty()) {
            identity = identity == 0 ? present[0].identity : identity;
            EXPECT_EQ(present[0].identity, identity);
        }
    }
    auto const thing = tracker.things().at(0);
    ASSERT_TRUE(thing.movement.sideways);
    EXPECT_GT(thing.movement.sideways->low, 2);
    EXPECT_FALSE(thing.movement.contact_s);
}

TEST(Tracker, LowScoresKeepWhatIsKnownAndBeginNothing) {
    Tracker tracker;
    for (int i = 0; i < 6; ++i) {
        tracker.update(i * 0.1, {sliding(100), sliding(400, "person", 0.2F)}, 640, 480, lens);
    }
    EXPECT_EQ(tracker.things().size(), 1U);
    for (int i = 6; i < 12; ++i) {
        tracker.update(i * 0.1, {sliding(100, "person", 0.2F)}, 640, 480, lens);
        EXPECT_TRUE(tracker.things()[0].visible) << i;
    }
}

TEST(Tracker, WhoBeginsToBeHiddenCountsAsWell) {
    Tracker tracker;
    for (int i = 0; i < 3; ++i) {
        tracker.update(i * 0.1, {sliding(100, "person", i == 0 ? 0.7F : 0.3F)}, 640, 480, lens);
    }
    ASSERT_EQ(tracker.things().size(), 1U);
    EXPECT_TRUE(tracker.things()[0].confirmed);
    EXPECT_EQ(tracker.things()[0].sightings, 3);
}

TEST(Tracker, TheLabelIsWhatMostSightingsSay) {
    Tracker tracker;
    for (int i = 0; i < 12; ++i) {
        tracker.update(i * 0.1, {sliding(100, i % 4 == 3 ? "truck" : "car")}, 640, 480, lens);
    }
    ASSERT_EQ(tracker.present().size(), 1U);
    EXPECT_EQ(tracker.present()[0].label, "car");
    EXPECT_EQ(tracker.present()[0].label_id, 2);
}

TEST(Tracker, NoNumbersAndEmptyBoxesAreNothing) {
    Tracker tracker;
    auto broken = sliding(100);
    broken.box.x1 = std::nanf("");
    auto inverted = sliding(100);
    std::swap(inverted.box.x0, inverted.box.x1);
    for (int i = 0; i < 4; ++i) {
        tracker.update(0, {broken, inverted}, 640, 480, lens); // nor do times have to grow
    }
    EXPECT_TRUE(tracker.things().empty());
}

TEST(Tracker, MetresOfASensorGiveSpeedAndContact) {
    Tracker tracker;
    for (int i = 0; i < 30; ++i) {
        float const metres = 8 - 0.1F * static_cast<float>(i); // one metre a second
        tracker.update(i * 0.1, {sliding(300)}, 640, 480, lens);
        SceneObject object;
        object.detection = tracker.things()[0].detection;
        object.distance = {DistanceSource::sensor, metres, metres * 0.98F, metres * 1.02F};
        tracker.add_distances({object});
    }
    auto const movement = tracker.things()[0].movement;
    ASSERT_TRUE(movement.approach && movement.contact_s);
    EXPECT_NEAR(movement.approach->value, 1, 0.15);
    EXPECT_LE(movement.approach->low, 1);
    EXPECT_GE(movement.approach->high, 1);
    EXPECT_LE(movement.contact_s->low, 5.1);
    EXPECT_GE(movement.contact_s->high, 5.1);
}

// On the ground before a camera at the origin that looks ahead, metres to the right and ahead.
struct Ground {
    float x, z, vx, vz;
};

TEST(GroundWay, IsWhatEvenMotionGives) {
    for (auto const& [x, z, vx, vz] : {Ground{3, 6, -1, 0}, Ground{-2, 9, 0, -1.4F}, Ground{4, 5, 0.5F, 1},
                                       Ground{-4, 4, 1.2F, -0.5F}, Ground{0, 8, 0, 0}}) {
        float const distance = std::hypot(x, z), turning = (vx * z - vz * x) / (distance * distance),
                    closing = -(x * vx + z * vz) / (distance * distance);
        GroundWay way(std::atan2(x, z), turning, closing);
        float yaw = 0;
        for (int i = 1; i <= 30; ++i) {
            float const t = 0.1F * static_cast<float>(i), turned = 0.03F * std::sin(static_cast<float>(i) * 0.2F);
            yaw += turned;
            way.go_on(0.1F, turned);
            float const at_x = x + vx * t, at_z = z + vz * t;
            float const bearing = std::atan2(at_x, at_z) - yaw, ahead = std::hypot(at_x, at_z) * std::cos(bearing);
            EXPECT_NEAR(way.bearing(), bearing, 1e-3) << x << " " << i;
            EXPECT_NEAR(way.growth(), z / ahead, 1e-3 * static_cast<double>(z / ahead)) << x << " " << i;
        }
    }
}

TEST(GroundWay, BehindTheCameraNothingGrows) {
    GroundWay way(0.1F, 0, 1);
    for (int i = 0; i < 200; ++i) {
        way.go_on(0.1F, 0.05F);
        EXPECT_GT(way.growth(), 0);
        EXPECT_LE(way.growth(), 8);
    }
}

// A person of 1.7 metres as a camera sees them that stands 1.5 metres high and looks `yaw` radians to the right; none
// where they are out of view.
std::vector<Detection> seen_from(Ground const& at, float yaw) {
    float const bearing = std::atan2(at.x, at.z) - yaw, ahead = std::hypot(at.x, at.z) * std::cos(bearing);
    float const x = lens.cx + lens.fx * std::tan(bearing), half = lens.fx * 0.25F / ahead;
    Detection detection;
    detection.label = "person";
    detection.label_id = 0;
    detection.score = 0.8F;
    float const ground = lens.cy + lens.fy * 1.5F / ahead;
    detection.box = {std::max(x - half, 0.0F), ground - lens.fy * 1.7F / ahead, std::min(x + half, 640.0F), ground};
    return ahead > 0 && detection.box.width() > half ? std::vector{detection} : std::vector<Detection>();
}

CameraMotion turned_by(float turned) {
    float const edge = 320 / lens.fx;
    return {1, 0, -turned * lens.fx * (1 + edge * edge / 3), 0, true};
}

// The camera looks away for two seconds and back, while somebody goes on over the ground.
TEST(Tracker, WhoWalksOnWhileTheCameraLooksAwayKeepsTheIdentity) {
    for (auto const& way : {Ground{2, 9, 0, -1.2F}, Ground{3, 6, -1.1F, 0}, Ground{2, 7, 0.3F, -0.2F},
                            Ground{2, 8, 0, 0}, Ground{4, 9, -0.6F, -1.3F}}) {
        Tracker tracker;
        int before = 0, after = 0, gaps = 0;
        float yaw = 0;
        for (int i = 0; i < 60; ++i) {
            float const t = 0.1F * static_cast<float>(i), turned = i >= 15 && i < 25   ? -0.1F
                                                                   : i >= 35 && i < 45 ? 0.1F
                                                                                       : 0.0F;
            yaw += turned;
            auto const found = seen_from({way.x + way.vx * t, way.z + way.vz * t, 0, 0}, yaw);
            tracker.update(static_cast<double>(t), found, 640, 480, lens, turned_by(turned));
            gaps += found.empty();
            if (auto const present = tracker.present(); !present.empty() && !found.empty()) {
                (i < 15 ? before : after) = present[0].identity;
            }
        }
        EXPECT_GT(gaps, 10) << way.x;
        EXPECT_GT(before, 0) << way.x;
        EXPECT_EQ(before, after) << way.x << " " << way.z;
    }
}

TEST(Tracker, WhoComesBackElsewhereOrOfAnotherSizeIsSomebodyElse) {
    for (auto const& other : {Ground{2.4F, 4, 0, 0}, Ground{-2.5F, 6, 0, 0}}) {
        Tracker tracker;
        int before = 0, after = 0;
        float yaw = 0;
        for (int i = 0; i < 50; ++i) {
            float const turned = i >= 15 && i < 25 ? -0.1F : i >= 30 && i < 40 ? 0.1F : 0.0F;
            yaw += turned;
            auto const found = seen_from(i < 25 ? Ground{3, 9, 0, 0} : other, yaw);
            tracker.update(0.1 * i, found, 640, 480, lens, turned_by(turned));
            if (auto const present = tracker.present(); !present.empty()) {
                (i < 25 ? before : after) = present[0].identity;
            }
        }
        EXPECT_GT(before, 0);
        EXPECT_GT(after, before) << other.x;
    }
}

TEST(Tracker, AMissedThingDoesNotTakeOneOfAnotherSizeBehindIt) {
    Tracker tracker;
    auto small = sliding(108);
    small.box = {112, 120, 128, 165};
    for (int i = 0; i < 20; ++i) {
        tracker.update(i * 0.1, i % 4 == 3 ? std::vector{small} : std::vector{sliding(100), small}, 640, 480, lens);
    }
    std::vector<int> identities;
    for (auto const& thing : tracker.things()) {
        identities.push_back(thing.identity());
        EXPECT_NEAR(thing.detection.box.height(), thing.identity() == 1 ? 120 : 45, 12);
    }
    EXPECT_EQ(identities, (std::vector<int>{1, 2}));
}

class MovingWorlds : public testing::TestWithParam<CameraWay> {};

TEST_P(MovingWorlds, AreFollowed) {
    FollowScore sum;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        MovingWorldOptions options;
        options.way = GetParam();
        auto const world = make_moving_world(seed, options);
        sum += follow_score(follow(world));
    }
    EXPECT_GE(sum.mot.idf1(), 0.9) << sum.mot.mota() << ", switches " << sum.mot.switches << " of " << sum.mot.truths;
    EXPECT_GE(sum.mot.mota(), 0.75) << sum.mot.misses << " missed, " << sum.mot.invented << " invented";
    EXPECT_GT(sum.contacts.all, 100);
    EXPECT_GE(sum.contacts.share(), 0.9) << sum.contacts.good << " of " << sum.contacts.all;
    EXPECT_GT(sum.sides.all, 100);
    EXPECT_EQ(sum.sides.good, sum.sides.all);
}

// Worlds in which much leaves the view of a turning camera and comes back.
TEST(TurningWorlds, IdentitiesOutlastTurnsOfTheCamera) {
    FollowScore sum;
    for (std::uint64_t seed = 1001; seed <= 1010; ++seed) { // in some, two who come back into view are exchanged
        MovingWorldOptions options;
        options.way = CameraWay::turns;
        auto const world = make_moving_world(seed, options);
        sum += follow_score(follow(world));
    }
    EXPECT_GE(sum.mot.idf1(), 0.91) << sum.mot.switches; // 0.86 with boxes that go on evenly in the picture
    EXPECT_GE(sum.mot.mota(), 0.92);
    EXPECT_EQ(sum.sides.good, sum.sides.all);
}

INSTANTIATE_TEST_SUITE_P(Ways, MovingWorlds, testing::ValuesIn(camera_ways),
                         [](auto const& instance) { return camera_way_name(instance.param); });

} // namespace
} // namespace echollama
