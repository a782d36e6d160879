// Warnings are about what comes, not about boxes that grow for another reason.
#include "base/counter_rng.h"
#include "live/changes.h"
#include "live/narrate_world.h"
#include "live/stage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numbers>

namespace echollama {
namespace {

using test::has;
using test::person_at;
using test::Stage;

int warnings(Stage const& stage) {
    int count = 0;
    for (auto const& one : stage.said) {
        count += one.urgency == Urgency::now;
    }
    return count;
}

// Somebody's way as a bearing and metres, and what the detector does to the box.
struct Way {
    float from_deg, deg_s, metres, m_s;
};
using Fault = std::function<void(Box&, double, Draws&)>;

Stage walked(Way const& way, Fault const& fault, std::uint64_t seed) {
    Draws draws(seed);
    Stage stage;
    stage.play(0, 8, [&](double now) {
        auto const t = static_cast<float>(now);
        auto one = person_at(way.from_deg + way.deg_s * t, std::max(0.8F, way.metres + way.m_s * t));
        auto& box = one.box;
        float const w = 0.02F * box.width(), h = 0.02F * box.height();
        box.x0 += draws.between(-w, w), box.x1 += draws.between(-w, w);
        box.y0 += draws.between(-h, h), box.y1 += draws.between(-h, h);
        fault(box, now, draws);
        return std::vector{one};
    });
    return stage;
}

void none(Box&, double, Draws&) {}

// The box takes in somebody who is farther away, whose head is higher in the picture, for a while.
void takes_in_another(Box& box, double now, Draws& draws) {
    if (now > 3 && now < 4.5) {
        float const more = now < 3.15 ? 0.2F : 0.4F;
        box.y0 -= (more + draws.between(-0.03F, 0.03F)) * box.height();
    }
}

// Legs are hidden, then come out from behind what hid them.
void comes_out(Box& box, double now, Draws&) {
    float const hidden = now < 3 ? 0.4F : now < 3.2 ? 0.2F : 0;
    box.y1 -= hidden * box.height();
}

// Somebody else beside is taken in from picture to picture.
void flickers(Box& box, double now, Draws& draws) {
    if (std::fmod(now, 1.5) > 1.25) {
        box.y0 -= draws.between(0.15F, 0.3F) * box.height();
        box.x1 += draws.between(0, 0.5F) * box.width();
    }
}

void steps(Box& box, double now, Draws&) {
    float const swing = 0.25F * static_cast<float>(std::sin(2 * std::numbers::pi * 1.8 * now)) * box.width();
    box.x0 -= swing / 2, box.x1 += swing / 2;
}

class NoWarning : public testing::TestWithParam<Fault> {};

TEST_P(NoWarning, OfThoseWhoDoNotCome) {
    int needless = 0;
    std::string told;
    // across, standing, along and away, at eight to thirteen metres
    for (auto const& way : {Way{-25, 6, 9, 0}, Way{20, -5, 12, 0}, Way{5, 0, 8, 0}, Way{0, 0, 11, 0},
                            Way{10, 2, 8, 0.7F}, Way{-3, 0, 8, 1.2F}, Way{-18, 3, 10, -0.1F}}) {
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
            auto const stage = walked(way, GetParam(), seed);
            needless += warnings(stage);
            told += stage.all() + "\n";
        }
    }
    EXPECT_LE(needless, 1) << told; // of 21
}

TEST_P(NoWarning, ButThoseWhoComeAreTold) {
    for (auto const& way : {Way{0, 0, 10, -1.4F}, Way{3, 0, 9, -1.2F}, Way{-2, 0, 14, -2.4F}}) {
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
            auto const stage = walked(way, GetParam(), seed);
            double const contact = static_cast<double>(-way.metres / way.m_s);
            ASSERT_GE(warnings(stage), 1) << way.metres << " " << seed << "\n" << stage.all();
            for (auto const& one : stage.said) {
                if (one.urgency == Urgency::now) {
                    EXPECT_LT(one.seconds, contact - 1) << way.metres << "\n" << stage.all();
                    break;
                }
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Faults, NoWarning,
                         testing::Values(Fault(none), Fault(takes_in_another), Fault(comes_out), Fault(flickers),
                                         Fault(steps)));

TEST(Warnings, WhoIsSuddenlyAStepAwayIsToldAtOnce) {
    Stage stage;
    stage.play(0, 6, [](double now) { return now > 4 ? std::vector{person_at(3, 1.5F)} : std::vector<Detection>(); });
    ASSERT_EQ(warnings(stage), 1) << stage.all();
    EXPECT_NEAR(stage.said.back().seconds, 4.3, 0.15) << stage.all();
    EXPECT_FALSE(has(stage.said.back().text, "nearer")) << stage.all(); // that was not seen
}

// Cut off by the picture's side and by its lower edge, so that no size tells how they come.
TEST(Warnings, WhoComesInAtTheEdgeCloseByIsToldAtOnce) {
    for (float const side : {-1.0F, 1.0F}) {
        for (float const metres : {2.2F, 2.6F}) {
            Stage stage;
            stage.play(0, 6, [&](double now) {
                if (now < 4) {
                    return std::vector<Detection>();
                }
                auto const t = static_cast<float>(now - 4);
                auto one = person_at(side * (33 - 3 * t), metres - 1.3F * t);
                auto& box = one.box;
                box = {std::max(box.x0, 0.0F), std::max(box.y0, 0.0F), std::min(box.x1, 640.0F),
                       std::min(box.y1, 480.0F)};
                return std::vector{one};
            });
            ASSERT_GE(warnings(stage), 1) << side << " " << metres << "\n" << stage.all();
            for (auto const& one : stage.said) {
                if (one.urgency == Urgency::now) {
                    EXPECT_LE(one.seconds, 4.5) << stage.all();
                    break;
                }
            }
        }
    }
}

// Things as a tracker gives them.
Thing followed(int identity, std::string const& label, float metres) {
    Thing thing;
    thing.detection = person_at(0, metres, label);
    thing.detection.identity = identity;
    thing.sightings = 20;
    thing.confirmed = thing.visible = thing.present = true;
    thing.distance = {DistanceSource::object_size, metres, 0.7F * metres, 1.4F * metres};
    return thing;
}

Thing coming(int identity, float metres, float closing) {
    auto thing = followed(identity, "person", metres);
    thing.movement.closing = Interval{closing, 0.9F * closing, 1.1F * closing};
    thing.movement.contact_s = Interval{1 / closing, 0.9F / closing, 1.1F / closing};
    thing.movement.sideways = Interval{0, -1, 1};
    thing.movement.watched_s = 2;
    return thing;
}

std::vector<Announcement> told(std::function<std::vector<Thing>(double)> const& script, double seconds) {
    Narrator narrator{NarratorOptions{}};
    std::vector<Announcement> said;
    double ends = 0;
    for (int i = 0; i < static_cast<int>(seconds * 10); ++i) {
        double const now = i * 0.1;
        auto const things = script(now);
        std::vector<Detection> present;
        for (auto const& thing : things) {
            if (thing.present) {
                present.push_back(thing.detection);
            }
        }
        narrator.see(now, build_scene(present, 640, 480, test::lens), things);
        if (narrator.is_speaking() && now >= ends) {
            narrator.ended(now);
        }
        if (auto announcement = narrator.next(now)) {
            ends = now + spoken_seconds(announcement->text);
            said.push_back(std::move(*announcement));
        }
    }
    return said;
}

// They stay cut off at the picture's side and below, so that for seconds nothing tells that they come; near by they are
// told.
TEST(Warnings, WhoComesNearCutOffAtTheEdgeIsTold) {
    auto const said = told(
        [](double now) {
            auto one = followed(1, "person", now < 3 ? 3.4F : 2.7F);
            one.bearing_deg = 30;
            one.present = one.visible = now > 0.95;
            return std::vector{one};
        },
        5);
    auto const warned =
        std::find_if(said.begin(), said.end(), [](auto const& one) { return one.urgency == Urgency::now; });
    ASSERT_NE(warned, said.end());
    EXPECT_NEAR(warned->known_at, 3, 0.05);
    EXPECT_EQ(std::count_if(said.begin(), said.end(), [](auto const& one) { return one.urgency == Urgency::now; }), 1);
}

// Who went there before need not be who comes now.
TEST(Warnings, WhoComesCloseWhereSomebodyHasJustGoneIsToldAtOnce) {
    for (float const side : {-1.0F, 1.0F}) {
        Stage stage;
        stage.play(0, 12, [&](double now) {
            auto const t = static_cast<float>(now);
            return now < 4    ? std::vector{person_at(side * (6 + 6 * t), 5)}
                   : now >= 9 ? std::vector{person_at(side * (30 - 3 * (t - 9)), std::max(1.0F, 2 - 0.5F * (t - 9)))}
                              : std::vector<Detection>();
        });
        auto const warned = std::find_if(stage.said.begin(), stage.said.end(),
                                         [](auto const& one) { return one.urgency == Urgency::now; });
        ASSERT_NE(warned, stage.said.end()) << side << "\n" << stage.all();
        EXPECT_GE(warned->seconds, 9) << stage.all();
        EXPECT_LE(warned->seconds, 9.5) << stage.all();
    }
}

TEST(Warnings, WhoComesIntoViewFartherAwayIsNone) {
    for (auto const& [bearing, metres] : {std::pair{30.0F, 5.0F}, std::pair{-20.0F, 4.0F}, std::pair{3.0F, 6.0F}}) {
        Stage stage;
        stage.play(0, 8, [&, bearing = bearing, metres = metres](double now) {
            return now > 4 ? std::vector{person_at(bearing, metres)} : std::vector<Detection>();
        });
        EXPECT_EQ(warnings(stage), 0) << bearing << " " << metres << "\n" << stage.all();
    }
}

TEST(Warnings, WhoRunsIsToldInTimeWhateverTheBoxesErr) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        Way const way{0, 0, 14, -2.7F};
        auto const stage = walked(way, none, seed);
        double const contact = static_cast<double>(-way.metres / way.m_s);
        auto const first = std::find_if(stage.said.begin(), stage.said.end(),
                                        [](auto const& one) { return one.urgency == Urgency::now; });
        ASSERT_NE(first, stage.said.end()) << seed << "\n" << stage.all();
        EXPECT_LT(first->seconds, contact - 2.9) << seed << "\n" << stage.all();
    }
}

TEST(Warnings, ACupOnTheTableIsNone) {
    Stage stage;
    stage.play(
        0, 6, [](double now) { return now > 4 ? std::vector{person_at(3, 1.5F, "chair")} : std::vector<Detection>(); });
    EXPECT_EQ(warnings(stage), 0) << stage.all();
}

TEST(Warnings, OfTwoWhoComeBehindEachOtherBothAreTold) {
    Stage stage;
    stage.play(0, 6, [](double now) {
        auto const came = static_cast<float>(now) * 1.5F;
        return std::vector{person_at(-3, 9 - came), person_at(4, 9.3F - came)};
    });
    EXPECT_TRUE(has(stage.all(), "Careful, a person")) << stage.all();
    EXPECT_TRUE(has(stage.all(), "Careful, another person")) << stage.all();
}

TEST(Warnings, WhatWillBeHereFirstIsToldFirst) {
    auto const said = told(
        [](double now) {
            auto const t = static_cast<float>(now);
            return now < 5 ? std::vector<Thing>()
                           : std::vector{coming(1, 8, 0.26F), coming(2, 15 - 2 * t, 0.6F), coming(3, 7, 0.3F)};
        },
        6);
    std::vector<int> order;
    for (auto const& one : said) {
        if (one.urgency == Urgency::now) {
            order.push_back(one.identities.at(0));
        }
    }
    EXPECT_EQ(order, (std::vector{2, 3, 1}));
}

// When a bicycle is told as a danger that is `contact_s` away picture by picture; less than 0: the same as before, for
// the detector missed it.
double told_at(std::vector<float> const& contact_s) {
    ChangeFinder finder;
    Thing bicycle;
    bicycle.detection = {"bicycle", 1, 0.9F, {140, 128, 156, 150}, {}, 4};
    bicycle.confirmed = bicycle.present = true;
    bicycle.distance.metres = 12, bicycle.distance.low = 8, bicycle.distance.high = 20;
    bicycle.distance.source = DistanceSource::object_size;
    bicycle.movement.closing = Interval{0.25F, 0.1F, 0.4F};
    bicycle.movement.sideways = Interval{0, -1, 1};
    bicycle.movement.watched_s = 0.5F;
    for (std::size_t i = 0; i < contact_s.size(); ++i) {
        bicycle.visible = contact_s[i] > 0;
        if (bicycle.visible) {
            bicycle.movement.contact_s = Interval{contact_s[i], 1.5F, 12};
        }
        auto const seconds = 0.1 * static_cast<double>(i);
        for (auto const& change : finder.see(seconds, {bicycle}, true)) {
            if (change.kind == ChangeKind::danger) {
                return seconds;
            }
        }
    }
    return -1;
}

// One picture may deceive, either way, and one in which nothing was found tells nothing.
TEST(Warnings, ADangerLastsThoughAPictureBetweenMissesIt) {
    EXPECT_NEAR(told_at({9, 2.9F, 2.9F}), 0.2, 1e-6);
    EXPECT_NEAR(told_at({9, 2.9F, 4.6F, 2.9F}), 0.3, 1e-6);
    EXPECT_NEAR(told_at({9, 2.9F, 4.6F, -1, -1, 2.9F}), 0.5, 1e-6);
    EXPECT_NEAR(told_at({9, 2.9F, 4.6F, 4.6F, 2.9F, 2.9F}), 0.5, 1e-6); // two say that it was none
    EXPECT_LT(told_at({9, 2.9F, 9, 9, 2.9F, 9, 9, 2.9F}), 0);
}

// Something hid it for a while; in the first picture that shows it again it is told.
TEST(Warnings, WhatStandsInTheWayIsToldWhenItComesOutNear) {
    auto const played = [](float again_m) {
        return told(
            [=](double now) {
                auto bench = followed(1, "bench", now < 5.95 ? 5 : again_m);
                bench.visible = bench.present = now < 3.05 || now > 5.95;
                return std::vector{bench};
            },
            7);
    };
    auto const near = played(2.2F);
    ASSERT_FALSE(near.empty());
    EXPECT_EQ(near.back().urgency, Urgency::now) << near.back().text;
    EXPECT_NEAR(near.back().known_at, 6, 0.05);
    EXPECT_TRUE(has(near.back().text, "bench")) << near.back().text;
    for (float const again_m : {5.0F, 4.0F}) {
        EXPECT_NE(played(again_m).back().urgency, Urgency::now) << again_m;
    }
    auto const table = told(
        [](double now) {
            auto cup = followed(1, "cup", 1.2F);
            cup.visible = cup.present = now < 3.05 || now > 5.95;
            return std::vector{cup};
        },
        7);
    EXPECT_NE(table.back().urgency, Urgency::now) << "it was there before";
}

class FreshWorlds : public testing::TestWithParam<CameraWay> {};

TEST_P(FreshWorlds, WarnOfWhatComesAndOfAllOfIt) {
    NarrationScore sum;
    FollowScore followed;
    for (std::uint64_t seed = 2019; seed <= 2022; ++seed) {
        MovingWorldOptions options;
        options.way = GetParam();
        auto const world = make_moving_world(seed, options);
        auto const narrated = narrate(world, {});
        sum += narration_score(narrated);
        followed += follow_score(narrated.moments);
    }
    std::string faults;
    for (auto const& fault : sum.faults) {
        faults += fault + "\n";
    }
    EXPECT_GT(sum.hazards.all, 2);
    EXPECT_EQ(sum.hazards.good, sum.hazards.all) << faults;
    EXPECT_GE(sum.warnings.share(), 0.75) << faults;
    EXPECT_EQ(sum.there.good, sum.there.all) << faults;
    EXPECT_EQ(sum.repeated, 0) << faults;
    EXPECT_GE(followed.mot.idf1(), 0.88);
    EXPECT_GE(followed.contacts.share(), 0.9);
    EXPECT_EQ(followed.sides.good, followed.sides.all);
}

INSTANTIATE_TEST_SUITE_P(Ways, FreshWorlds, testing::ValuesIn(camera_ways),
                         [](auto const& instance) { return camera_way_name(instance.param); });

} // namespace
} // namespace echollama
