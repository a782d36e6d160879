// What a sentence claims, and what the scene says to it: each rule of the check with its borders.
#include "scene/placed_things.h"
#include "wording/grounding.h"

#include <gtest/gtest.h>

namespace echollama {
namespace {

// 0 metres: how far is not known.
SceneObject thing(std::string label, float x, float y, float metres = 0) {
    return test::placed_thing(std::move(label), x, y,
                              metres > 0 ? Distance{DistanceSource::sensor, metres, metres, metres} : Distance{});
}

SceneObject turned(SceneObject object, float bearing_deg, int column) {
    object.bearing_deg = bearing_deg;
    object.cell.column = column;
    return object;
}

// "object cup +, side cup left -": + supported, - contradicted, ? unknown
std::string claims_of(std::string const& text, Scene const& scene) {
    static constexpr char const* subjects[] = {"object", "count", "side", "clock", "distance", "relation"};
    static constexpr char const* verdicts[] = {"+", "-", "?"};
    std::string all;
    for (auto const& claim : check_claims(text, scene)) {
        all += (all.empty() ? "" : ", ") + std::string(subjects[static_cast<int>(claim.subject)]) + " " + claim.words +
               " " + verdicts[static_cast<int>(claim.verdict)];
    }
    return all;
}

struct Row {
    char const* text;
    char const* claims;
};

void expect_claims(std::vector<Row> const& table, Scene const& scene) {
    for (auto const& row : table) {
        EXPECT_EQ(claims_of(row.text, scene), row.claims) << row.text;
    }
}

// Two cups at the left and the right, a dog on the right behind, a table ahead whose distance nobody knows.
Scene four_things() {
    return test::scene_of_things({thing("cup", 120, 200, 1), thing("cup", 520, 220, 2), thing("dog", 560, 100, 6),
                                  thing("dining table", 330, 400)});
}

TEST(Claims, WhatIsThereAndWhatIsNot) {
    expect_claims({{"A dog.", "object dog +"},
                   {"A cat.", "object cat -"},
                   {"A window.", "object window ?"},
                   {"An animal.", "object animal +"},
                   {"A vehicle.", "object vehicle -"},
                   {"No cat.", "object no cat +"},
                   {"No dog.", "object no dog -"},
                   {"No window.", "object no window ?"},
                   {"No vehicles.", "object no vehicles +"},
                   {"No dog on the left.", "object no dog +"},
                   {"No dog on the right.", "object no dog -"},
                   {"Nothing is here.", ""},
                   {"", ""}},
                  four_things());
    auto rivalled = test::scene_of_things({thing("dog", 320, 240)});
    rivalled.objects[0].detection.alternative = "cat";
    expect_claims({{"A cat.", "object cat +"}, {"A dog.", "object dog +"}, {"A cow.", "object cow -"}}, rivalled);
}

TEST(Claims, HowManyThereAre) {
    expect_claims({{"Two cups.", "object cups +, count 2 cups +"},
                   {"Three cups.", "object cups +, count 3 cups -"},
                   {"Three very big old cups.", "object cups +, count 3 cups -"},
                   {"Three of very big old cups.", "object cups +"},
                   {"Three very big old red cups.", "object cups +"},
                   {"A cup.", "object cup +"},
                   {"An animal.", "object animal +"},
                   {"One dog.", "object dog +, count 1 dog +"},
                   {"Zero dogs.", "object dogs +, count 0 dogs -"},
                   {"0 cups.", "object cups +, count 0 cups -"},
                   {"Some cups.", "object cups +"},
                   {"Some dogs.", "object dogs +, count dogs -"},
                   {"A pair of cups.", "object cups +, count 2 cups +"},
                   {"A couple of dogs.", "object dogs +, count 2 dogs -"},
                   {"A total of two cups.", "object cups +, count 2 cups +"},
                   {"A total of cups.", "object cups +"},
                   {"Three of the cups.", "object cups +"},
                   // numbers that count something else
                   {"Three dogs, cups.", "object dogs +, count 3 dogs -, object cups +"},
                   {"Three at cups.", "object cups +"},
                   {"3 o'clock cups.", "object cups +, clock cups 3 -"},
                   {"5 degree cups.", "object cups +"},
                   // of one side
                   {"Two cups on the left.", "object cups +, count 2 cups -, side cups left +"},
                   {"One cup on the left.", "object cup +, count 1 cup +, side cup left +"},
                   {"Two cups, the nearest on the left.", "object cups +, count 2 cups +, side cups left +"},
                   {"Two cups, the closest on the left.", "object cups +, count 2 cups +, side cups left +"},
                   {"Two cups are not straight.", "object cups +, count 2 cups +, side cups straight +"}},
                  four_things());
    expect_claims({{"A pair of scissors.", "object scissors +"},
                   {"A pair of skis.", "object skis +"},
                   {"Three scissors.", "object scissors +, count 3 scissors -"}},
                  test::scene_of_things({thing("scissors", 320, 240), thing("skis", 100, 100)}));
}

TEST(Claims, SidesHaveSoftBorders) {
    auto claimed = [](char const* text, float bearing, int column) {
        auto const claims = claims_of(text, test::scene_of_things({turned(thing("cup", 320, 240), bearing, column)}));
        return claims.substr(claims.size() - 1);
    };
    EXPECT_EQ(claimed("A cup ahead.", 12, 2), "+");
    EXPECT_EQ(claimed("A cup ahead.", -12, 0), "+");
    EXPECT_EQ(claimed("A cup ahead.", 12.1F, 1), "-");
    EXPECT_EQ(claimed("A cup left.", -4.1F, 1), "+");
    EXPECT_EQ(claimed("A cup left.", -4, 1), "-");
    EXPECT_EQ(claimed("A cup left.", 4.1F, 1), "-");
    EXPECT_EQ(claimed("A cup left.", 2, 0), "+") << "in the left third";
    EXPECT_EQ(claimed("A cup left.", 2, 2), "-");
    EXPECT_EQ(claimed("A cup right.", 4.1F, 1), "+");
    EXPECT_EQ(claimed("A cup right.", 4, 1), "-");
    EXPECT_EQ(claimed("A cup right.", -2, 2), "+");
    EXPECT_EQ(claimed("A cup right.", -2, 0), "-");
    for (auto const* text : {"A cup in the middle.", "A cup in the center.", "A cup in the centre.", "A cup mid."}) {
        EXPECT_EQ(claimed(text, 20, 1), "+") << text;
        EXPECT_EQ(claimed(text, 12, 2), "+") << text;
        EXPECT_EQ(claimed(text, 20, 2), "-") << text;
        EXPECT_EQ(claimed(text, -20, 0), "-") << text;
    }
}

TEST(Claims, WhichWordsAreSides) {
    auto const scene = test::scene_of_things({thing("cup", 120, 200)});
    expect_claims({{"Left: a cup.", "object cup +, side cup left +"},
                   {"Middle: a cup.", "object cup +, side cup middle -"},
                   {"Of middle a cup.", "object cup +"},
                   {"Of the middle a cup.", "object cup +"},
                   {"In the middle a cup.", "object cup +, side cup middle -"},
                   {"A cup, left of the middle.", "object cup +, side cup left +"},
                   {"A cup, left of middle.", "object cup +, side cup left +"},
                   {"A cup is not on the left.", "object cup +, side cup left -"},
                   {"A cup is not on the right.", "object cup +, side cup right +"},
                   {"On the left is a cup.", "object cup +, side cup left +"}},
                  scene);
}

TEST(Claims, AboveAndBelowTheMiddle) {
    auto claimed = [](char const* text, float y) {
        auto const claims = claims_of(text, test::scene_of_things({thing("cup", 320, y)}));
        return claims.substr(claims.size() - 1);
    };
    for (auto const* text : {"A cup at the top.", "Top: a cup.", "The upper cup."}) {
        EXPECT_EQ(claimed(text, 287), "+") << text;
        EXPECT_EQ(claimed(text, 288), "-") << text;
    }
    for (auto const* text : {"A cup at the bottom.", "The lower cup."}) {
        EXPECT_EQ(claimed(text, 193), "+") << text;
        EXPECT_EQ(claimed(text, 192), "-") << text;
    }
    auto const scene = test::scene_of_things({thing("cup", 320, 100)});
    expect_claims({{"A cup on top.", "object cup +"},
                   {"A cup on the top.", "object cup +, side cup top +"},
                   {"A cup on upper ground.", "object cup +, side cup upper +"},
                   {"On top is a cup.", "object cup +"},
                   {"The cup is not at the bottom.", "object cup +, side cup bottom +"}},
                  scene);
}

TEST(Claims, DegreesAndClockHours) {
    auto const at = [](float bearing) {
        auto object = turned(thing("cup", 320, 240), bearing, 1);
        object.clock_hour = clock_hour_of(bearing);
        return test::scene_of_things({object});
    };
    expect_claims({{"A cup 30 degrees right.", "object cup +, side cup 30 +"},
                   {"A cup 14 degrees right.", "object cup +, side cup 14 +"},
                   {"A cup 13 degrees right.", "object cup +, side cup 13 -"},
                   {"A cup 31 degrees right.", "object cup +, side cup 31 -"},
                   {"A cup 22 degrees left.", "object cup +, side cup 22 -"},
                   {"A cup 22 degrees to the right.", "object cup +, side cup 22 +, side cup right +"},
                   {"A cup 50 degrees to the right.", "object cup +, side cup 50 -, side cup right +"},
                   {"A cup 22 degrees ahead.", "object cup +"},
                   {"A cup many degrees right.", "object cup +"},
                   {"A cup at 1 o'clock.", "object cup +, clock cup 1 +"},
                   {"A cup at 2 o'clock.", "object cup +, clock cup 2 -"},
                   {"A cup is not at 2 o'clock.", "object cup +, clock cup 2 +"},
                   {"A cup, one o\u2019clock.", "object cup +, clock cup one +"},
                   {"O'clock: a cup.", "object cup +"}},
                  at(22));
    expect_claims({{"A cup 0 degrees right.", "object cup +, side cup 0 +"}}, at(5));
    expect_claims({{"A cup 30 degrees left.", "object cup +, side cup 30 +"}}, at(-38));
    expect_claims({{"A cup 30 degrees left.", "object cup +, side cup 30 -"}}, at(-39));
}

// Only a panorama sees what is behind.
TEST(Claims, BehindWhoHoldsTheCamera) {
    auto const at = [](float bearing) { return test::scene_of_things({turned(thing("cup", 320, 240), bearing, 2)}); };
    expect_claims({{"A cup is behind you.", "object cup +, side cup behind -"},
                   {"A cup is behind me.", "object cup +, side cup behind -"},
                   {"A cup is not behind you.", "object cup +, side cup behind +"},
                   {"A cup is behind.", "object cup +"}},
                  at(20));
    expect_claims({{"A cup is behind you.", "object cup +, side cup behind +"}}, at(111));
    expect_claims({{"A cup is behind you.", "object cup +, side cup behind +"}}, at(-175));
    expect_claims({{"A cup is behind you.", "object cup +, side cup behind -"}}, at(94));
    expect_claims({{"A cup is behind you.", "object cup +, side cup behind +"}}, at(94.5F));
    expect_claims({{"A cup is behind you.", "object cup +, side cup behind -"}}, at(-90));
}

TEST(Claims, DistancesAsTheyAreRounded) {
    auto const claimed = [](char const* text, std::vector<float> const& metres) {
        std::vector<SceneObject> cups;
        for (float m : metres) {
            cups.push_back(thing("cup", 320, 240, m));
        }
        auto const claims = claims_of(text, test::scene_of_things(cups));
        return claims.substr(claims.size() - 1);
    };
    EXPECT_EQ(claimed("A cup, 1.46 metres away.", {2}), "+");
    EXPECT_EQ(claimed("A cup, 1.44 metres away.", {2}), "-");
    EXPECT_EQ(claimed("A cup, 2.54 metres away.", {2}), "+");
    EXPECT_EQ(claimed("A cup, 2.56 metres away.", {2}), "-");
    EXPECT_EQ(claimed("A cup, 1.44 metres away.", {2, 1.5F}), "+") << "one of two";
    EXPECT_EQ(claimed("A cup, 1.44 metres away.", {1.5F, 2}), "+");
    EXPECT_EQ(claimed("A cup, 1.44 metres away.", {0, 1.5F}), "+");
    EXPECT_EQ(claimed("A cup, 1.44 metres away.", {0}), "?");
    // half a step of 70 centimetres
    EXPECT_EQ(claimed("A cup, 2 steps away.", {2}), "+");
    EXPECT_EQ(claimed("A cup, 4 steps away.", {2}), "+");
    EXPECT_EQ(claimed("A cup, 1 step away.", {2}), "-");
    EXPECT_EQ(claimed("A cup, 5 steps away.", {2}), "-");
    EXPECT_EQ(claimed("A cup, 4 paces away.", {2}), "+");
    EXPECT_EQ(claimed("A cup, 1 step away.", {0.1F}), "+") << "less than a step is one";
    EXPECT_EQ(claimed("A cup, 2 steps away.", {0.1F}), "-");
    EXPECT_EQ(claimed("A cup, 70 centimetres away.", {0.1F}), "-");
    expect_claims({{"A cup, 2 metres away.", "object cup +, distance cup 2 metres +"},
                   {"2 metres.", ""},
                   {"A cup, 2.", "object cup +"}},
                  test::scene_of_things({thing("cup", 320, 240, 2)}));
}

TEST(Claims, NearAndFar) {
    auto const claimed = [](char const* text, std::vector<float> const& metres) {
        std::vector<SceneObject> cups;
        for (float m : metres) {
            cups.push_back(thing("cup", 320, 240, m));
        }
        return claims_of(text, test::scene_of_things(cups));
    };
    for (auto const* text : {"A cup, far.", "A cup, distant."}) {
        EXPECT_TRUE(claimed(text, {2}).ends_with("+")) << text;
        EXPECT_TRUE(claimed(text, {1.9F}).ends_with("-")) << text;
        EXPECT_TRUE(claimed(text, {0}).ends_with("?")) << text;
        EXPECT_TRUE(claimed(text, {1, 3}).ends_with("+")) << text;
        EXPECT_TRUE(claimed(text, {3, 1}).ends_with("+")) << text;
    }
    for (auto const* text : {"A cup, close to you.", "A cup near you.", "A cup, nearby.", "A cup, close by."}) {
        EXPECT_TRUE(claimed(text, {5}).ends_with("+")) << text;
        EXPECT_TRUE(claimed(text, {5.1F}).ends_with("-")) << text;
        EXPECT_TRUE(claimed(text, {0}).ends_with("?")) << text;
    }
    EXPECT_EQ(claimed("A cup is not far.", {1}), "object cup +, distance cup far +");
    EXPECT_EQ(claimed("A cup is not far.", {3}), "object cup +, distance cup far -");
    EXPECT_EQ(claimed("A cup near it.", {1}), "object cup +");
    EXPECT_EQ(claimed("A cup, close.", {1}), "object cup +");
}

TEST(Claims, TheNearestOfAll) {
    auto const scene = test::scene_of_things(
        {thing("dog", 320, 240, 1), thing("cup", 320, 240, 1.1F), thing("chair", 320, 240, 1.2F)});
    expect_claims({{"The nearest thing is a dog.", "object dog +, distance dog nearest +"},
                   {"The nearest object is a cup.", "object cup +, distance cup nearest +"},
                   {"The nearest is a chair.", "object chair +, distance chair nearest -"},
                   {"The chair is nearest.", "object chair +, distance chair nearest -"},
                   {"The chair is the closest.", "object chair +, distance chair closest -"},
                   {"The chair seems the closest.", "object chair +"},
                   {"The nearest chair.", "object chair +"},
                   {"Is nearest chair.", "object chair +"},
                   {"Nearest chair.", "object chair +"},
                   {"The closest one is a dog.", "object dog +, distance dog closest +"}},
                  scene);
    expect_claims({{"The dog is nearest.", "object dog +, distance dog nearest ?"}},
                  test::scene_of_things({thing("dog", 320, 240)}));
}

// "On the left is a cup, on the right a dog" tells two places, each of one thing.
TEST(Claims, PlacesBelongToTheirThings) {
    auto const scene = four_things();
    expect_claims(
        {{"On the left is a cup, on the right a dog.", "object cup +, side cup left +, object dog +, side dog right +"},
         {"On the left is a cup and on the right a dog.",
          "object cup +, side cup left +, object dog +, side dog right +"},
         {"On the left is a cup while on the right a dog.",
          "object cup +, side cup left +, object dog +, side dog right +"},
         {"On the left is a cup but on the right a dog.",
          "object cup +, side cup left +, object dog +, side dog right +"},
         {"On the left is a cup. On the right is a dog.",
          "object cup +, side cup left +, object dog +, side dog right +"},
         {"A cup on the left, and right.", "object cup +, side cup left +, side cup right +"},
         {"Cup: on the left. Dog: on the right.", "object cup +, object dog +"},
         {"A dog and a table straight ahead.",
          "object dog +, object table +, side table straight +, side table ahead +"}},
        scene);
}

TEST(Claims, RelationsOfAnyTwo) {
    auto const scene = four_things();
    expect_claims({{"A cup left of a dog.", "object cup +, object dog +, relation cup left of dog +"},
                   {"A dog left of a cup.", "object dog +, object cup +, relation dog left of cup -"},
                   {"A cup right of a table.", "object cup +, object table +, relation cup right of table +"},
                   {"The dog is not left of the cup.", "object dog +, object cup +, relation dog left of cup +"},
                   {"The cup is left of a cat.", "object cup +, object cat -"},
                   {"No cat is left of the cup.", "object no cat +, object cup +"},
                   {"A cup left of another cup.", "object cup +, object cup +, relation cup left of cup +"},
                   {"The dog is inside the table.", "object dog +, object table +, relation dog inside table ?"}},
                  scene);
    auto const row = test::scene_of_things(
        {thing("cup", 100, 200), thing("dog", 300, 200), thing("chair", 500, 200), thing("cup", 600, 200)});
    auto verdict = [&](char const* text) {
        auto const claims = claims_of(text, row);
        return claims.substr(claims.size() - 1);
    };
    EXPECT_EQ(verdict("The dog is between the cup and the chair."), "+");
    EXPECT_EQ(verdict("The dog is between the chair and the cup."), "+");
    EXPECT_EQ(verdict("The chair is between the cup and the dog."), "+") << "the second cup";
    EXPECT_EQ(verdict("The dog is between the bed and the chair."), "+") << "no bed: nothing is said of between";
    EXPECT_EQ(verdict("A cup is between the dog and the chair."), "-");
    EXPECT_EQ(verdict("The dog is not between the cup and the chair."), "-");
    EXPECT_EQ(verdict("The dog is between the chair and the chair."), "-");
    EXPECT_EQ(verdict("The dog is between the dog and the chair."), "-");
}

TEST(Claims, PlacesByOtherThingsStayOpen) {
    auto const scene = four_things();
    expect_claims({{"A cup at the table.", "object cup +, object table +, relation cup at the ?"},
                   {"A cup to the table.", "object cup +, object table +, relation cup to the ?"},
                   {"At the table.", "object table +"},
                   {"A cup left of a dog, at the table.",
                    "object cup +, object dog +, object table +, relation cup left of dog +, relation dog at the ?"},
                   {"A cup at the table, left of a dog.",
                    "object cup +, object table +, object dog +, relation table left of dog +, relation cup at the ?"},
                   {"A cup. At the table.", "object cup +, object table +"},
                   {"A cup at a place.", "object cup +"},
                   {"A cup next to the table.", "object cup +, object table +, relation cup next to table -"}},
                  scene);
}

TEST(Claims, OneThingIsNoOther) {
    auto const scene = four_things();
    expect_claims({{"The cup is a dog.", "object cup +, object dog +, object cup is dog -"},
                   {"The cups are dogs.", "object cups +, object dogs +, count dogs -, object cups is dogs -"},
                   {"The cup may be a dog.", "object cup +, object dog +, object cup is dog -"},
                   {"The cup may a dog.", "object cup +, object dog +"},
                   {"The cup is beside a dog.", "object cup +, object dog +, relation cup beside dog -"},
                   {"The cup is a red dog.", "object cup +, object dog +"},
                   {"The cup. Is a dog.", "object cup +, object dog +"},
                   {"The dog is an animal.", "object dog +, object animal +"},
                   {"The animal is a dog.", "object animal +, object dog +"},
                   {"The cup is a mug.", "object cup +, object mug +"},
                   {"The cup is a window.", "object cup +, object window ?"},
                   {"The window is a cup.", "object window ?, object cup +"},
                   {"Near the cup is a dog.", "object cup +, object dog +, relation dog near cup -"},
                   {"By my very old cup is a dog.", "object cup +, object dog +, relation dog by cup -"},
                   {"By my very old red cup is a dog.", "object cup +, object dog +, object cup is dog -"}},
                  scene);
}

TEST(IsSpeakable, AllThatIsClaimedMustBeKnown) {
    auto const scene = four_things();
    EXPECT_TRUE(is_speakable("A dog.", scene));
    EXPECT_FALSE(is_speakable("A dog and a window.", scene));
    EXPECT_FALSE(is_speakable("A dog and a cat.", scene));
    EXPECT_FALSE(is_speakable("Nothing is here.", scene));
    EXPECT_TRUE(is_speakable("Nothing is here.", scene, true));
    EXPECT_FALSE(is_speakable("As an AI I see a dog.", scene));
    EXPECT_FALSE(is_speakable("As an AI I see nothing.", scene, true));
}

} // namespace
} // namespace echollama
