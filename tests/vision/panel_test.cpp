#include "base/counter_rng.h"
#include "scene/coco.h"
#include "vision/panel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace echollama {
namespace {

using Candidates = std::array<std::vector<Detection>, panel_members>;

Detection seen(std::string const& label, float score, Box const& box = {10, 10, 110, 110}) {
    return {label, 0, score, box, std::nullopt};
}

std::vector<Detection> objects(Candidates const& candidates, float threshold = 0.3F) {
    return panel_objects(panel_finds(candidates), threshold);
}

TEST(Panel, AgreementIsBelievedMoreThanEitherAlone) {
    for (float score : {0.3F, 0.5F, 0.7F}) {
        auto const both = objects({{{seen("cup", score)}, {seen("cup", score, {12, 8, 108, 112})}}}, 0);
        auto const first = objects({{{seen("cup", score)}, {}}}, 0);
        auto const second = objects({{{}, {seen("cup", score)}}}, 0);
        ASSERT_EQ(both.size(), 1U);
        EXPECT_GT(both[0].score, first.at(0).score);
        EXPECT_GT(both[0].score, second.at(0).score);
    }
}

TEST(Panel, DisagreementWithinAKindIsARival) {
    auto const found = objects({{{seen("dog", 0.5F), seen("cat", 0.2F)}, {seen("cat", 0.6F), seen("dog", 0.5F)}}});
    ASSERT_EQ(found.size(), 1U);
    ASSERT_TRUE(found[0].alternative);
    EXPECT_EQ((std::set{found[0].label, *found[0].alternative}), (std::set<std::string>{"cat", "dog"}));
}

TEST(Panel, AClassifierThatSeesTheBoxSettlesTheRivals) {
    auto finds = panel_finds({{{seen("dog", 0.5F)}, {seen("cat", 0.5F)}}});
    for (auto& find : finds) {
        find.share = find.label == "cat" ? 0.9F : 0.001F;
    }
    auto const found = panel_objects(finds, 0.3F);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].label, "cat");
    EXPECT_FALSE(found[0].alternative);
}

TEST(Panel, DoubtWithinAKindIsToldByTheKind) {
    std::vector<PanelFind> finds;
    for (auto const* label : {"cat", "dog", "bear"}) {
        finds.push_back({label, 0, 0, {10, 10, 110, 110}, {0.3F, 0.3F}, std::nullopt});
    }
    float const each = panel_probability(finds[0]);
    auto const found = panel_objects(finds, 2.5F * each);
    ASSERT_EQ(found.size(), 1U) << "each alone is too unlikely, an animal is not";
    EXPECT_EQ(found[0].label, "cat");
    EXPECT_EQ(found[0].alternative, "dog");
    EXPECT_TRUE(panel_objects(finds, 3.5F * each).empty());
    for (auto& find : finds) {
        find.label = find.label == "cat" ? "cup" : find.label == "dog" ? "bowl" : "vase";
    }
    EXPECT_TRUE(panel_objects(finds, 2.5F * each).empty()) << "nobody says 'a kitchen thing'";
}

TEST(Panel, WhatIsWornSpeaksForAPerson) {
    PanelFind find{"person", 0, 0, {10, 10, 110, 110}, {0.4F, 0.4F}, std::nullopt};
    auto const with = [&](float share) {
        find.share = share;
        return panel_probability(find);
    };
    EXPECT_GT(with(0.5F), with(0.1F));
    EXPECT_EQ(with(0.001F), with(0.005F)) << "a person may wear what ImageNet has no class of";
}

TEST(Panel, ThingsOfDifferentKindsMayShareAPlace) {
    auto const found = objects({{{seen("cup", 0.7F)}, {seen("cup", 0.7F), seen("dining table", 0.7F)}}}, 0.01F);
    EXPECT_EQ(found.size(), 2U);
}

TEST(Panel, ThingsApartStayApart) {
    auto const found =
        objects({{{seen("cup", 0.7F), seen("cup", 0.7F, {200, 10, 300, 110})}, {seen("cup", 0.7F)}}}, 0.01F);
    EXPECT_EQ(found.size(), 2U);
}

TEST(Panel, APartOfAThingIsNotAnother) {
    auto const found =
        objects({{{seen("person", 0.8F)}, {seen("person", 0.8F), seen("person", 0.6F, {30, 30, 70, 90})}}});
    EXPECT_EQ(found.size(), 1U);
    auto const other = objects({{{seen("person", 0.8F)}, {seen("person", 0.8F), seen("tie", 0.9F, {30, 30, 70, 90})}}});
    EXPECT_EQ(other.size(), 2U);
}

TEST(Panel, TheBoxLiesBetweenTheMembersBoxes) {
    auto const found = objects({{{seen("cup", 0.4F, {0, 0, 100, 100})}, {seen("cup", 0.8F, {12, 12, 112, 112})}}});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NEAR(found[0].box.x0, 8, 1e-3F); // two thirds of the way to the surer one
    EXPECT_NEAR(found[0].box.y1, 108, 1e-3F);
}

TEST(Panel, UnknownLabelsAndHopelessScoresAreLeftOut) {
    EXPECT_TRUE(panel_finds({{{seen("unicorn", 0.9F)}, {seen("cup", panel_least_score)}}}).empty());
}

Detection random_detection(std::uint64_t seed, std::uint64_t& at) {
    static constexpr char const* labels[] = {"cat", "dog", "cup", "person", "car", "bus"};
    auto next = [&] { return uniform(seed, at++); };
    float const x = 300 * next(), y = 300 * next(), w = 20 + 200 * next(), h = 20 + 200 * next();
    return {labels[static_cast<std::size_t>(6 * next())], 0, next(), {x, y, x + w, y + h}, std::nullopt};
}

// Whatever the candidates: probabilities are probabilities, nothing is below the threshold, and a lower one only adds.
TEST(Panel, HoldsItsPromisesOnAnyCandidates) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        std::uint64_t at = 0;
        Candidates candidates;
        for (auto& list : candidates) {
            for (int i = 0; i < 12; ++i) {
                list.push_back(random_detection(seed, at));
            }
        }
        auto const few = objects(candidates, 0.6F), many = objects(candidates, 0.1F);
        EXPECT_LE(few.size(), many.size());
        for (auto const& one : few) {
            EXPECT_TRUE(one.score > 0.6F || is_told_as_kind(*find_class(one.label)));
            EXPECT_LT(one.score, 1.0F);
            EXPECT_TRUE(std::any_of(many.begin(), many.end(), [&](auto const& other) {
                return other.label == one.label && other.score == one.score && other.box.x0 == one.box.x0;
            }));
            EXPECT_TRUE(std::isfinite(one.box.width()) && one.box.width() > 0);
        }
        for (auto& list : candidates) {
            std::reverse(list.begin(), list.end());
        }
        EXPECT_EQ(objects(candidates, 0.1F).size(), many.size()) << seed;
    }
}

} // namespace
} // namespace echollama
