// Where things are to each other, rule by rule: boxes and distances at both sides of each border.
#include "random_scene.h"
#include "scene/distance.h"
#include "scene/relations.h"

#include <gtest/gtest.h>

#include <cmath>

namespace echollama {
namespace {

using test::detection;

// As build_scene() makes it, with a given distance.
SceneObject at(std::string label, Box box, Distance distance = {}) {
    SceneObject object;
    object.detection = detection(std::move(label), box);
    object.x = box.center_x(), object.y = box.center_y();
    object.distance = distance;
    return object;
}

Distance sensed(float metres, float low = -1, float high = -1) {
    return {DistanceSource::sensor, metres, low < 0 ? metres : low, high < 0 ? metres : high};
}

Distance guessed(float metres, float low, float high) {
    return {DistanceSource::object_size, metres, low, high};
}

std::optional<Relation> between_two(SceneObject const& a, SceneObject const& b) {
    auto const relations = find_relations({a, b});
    return relations.empty() ? std::nullopt : std::optional(relations.front().relation);
}

// A table of 400 x 200 pixels, its upper edge at y = 200.
SceneObject table(Distance distance = {}) {
    return at("dining table", {100, 200, 500, 400}, distance);
}

// A thing whose foot is at y and whose left side is at x.
SceneObject standing(std::string label, float foot, float x = 250, Distance distance = {}) {
    return at(std::move(label), {x, foot - 50, x + 50, foot}, distance);
}

bool is_on(SceneObject const& thing, SceneObject const& support) {
    auto const relations = find_relations({thing, support});
    return relations.size() == 1 && relations[0].relation == Relation::on && relations[0].subject == 0;
}

TEST(RestsOn, TheFootIsSeenInsideTheFurniture) {
    EXPECT_TRUE(is_on(standing("cup", 300), table()));
    EXPECT_TRUE(is_on(standing("cup", 191), table())) << "5 in 100 of the height above the edge";
    EXPECT_FALSE(is_on(standing("cup", 189), table()));
    EXPECT_TRUE(is_on(standing("cup", 409), table()));
    EXPECT_FALSE(is_on(standing("cup", 411), table()));
    EXPECT_TRUE(is_on(standing("cup", 300, 81), table())) << "62 in 100 of the width are over it";
    EXPECT_FALSE(is_on(standing("cup", 300, 79), table())) << "58 in 100";
    EXPECT_TRUE(is_on(standing("cup", 300, 469), table()));
    EXPECT_FALSE(is_on(standing("cup", 300, 471), table()));
}

TEST(RestsOn, WhatLiesOnWhat) {
    for (char const* label : {"cup", "banana", "laptop", "book", "vase", "scissors", "mouse"}) {
        EXPECT_TRUE(is_on(standing(label, 300), table())) << label;
    }
    // As often before or behind it: only where one map measured both
    for (char const* label : {"tv", "clock", "backpack", "cat", "potted plant", "toaster", "microwave"}) {
        EXPECT_FALSE(is_on(standing(label, 300), table())) << label;
        EXPECT_TRUE(is_on(standing(label, 300, 250, sensed(2)), table(sensed(2)))) << label;
        EXPECT_FALSE(is_on(standing(label, 300, 250, guessed(2, 1, 3)), table(guessed(2, 1, 3)))) << label;
    }
    for (char const* label : {"person", "dog", "chair", "car", "oven", "thing of no class"}) {
        EXPECT_FALSE(is_on(standing(label, 300, 250, sensed(2)), table(sensed(2)))) << label;
    }
    for (char const* label : {"bench", "bed", "couch", "chair"}) {
        EXPECT_TRUE(is_on(standing("cup", 300), at(label, {100, 200, 500, 400}))) << label;
    }
    for (char const* label : {"oven", "tv", "sink", "car"}) {
        EXPECT_FALSE(is_on(standing("cup", 300), at(label, {100, 200, 500, 400}))) << label;
    }
}

TEST(RestsOn, MeasuredDistancesMayForbidIt) {
    auto cup = [](float metres) { return standing("cup", 300, 250, sensed(metres)); };
    EXPECT_TRUE(is_on(cup(2), table(sensed(2))));
    // within reach of the table's own depth: 0.3 m and 15 in 100 of the distance
    EXPECT_TRUE(is_on(cup(1.6F), table(sensed(2, 1.9F, 2.1F))));
    EXPECT_FALSE(is_on(cup(1.3F), table(sensed(2, 1.9F, 2.1F))));
    EXPECT_TRUE(is_on(cup(2.55F), table(sensed(2))));
    EXPECT_FALSE(is_on(cup(2.7F), table(sensed(2))));
    EXPECT_TRUE(is_on(cup(2.8F), table(sensed(2, 1.9F, 2.6F))));
    EXPECT_FALSE(is_on(cup(3.1F), table(sensed(2, 1.9F, 9)))) << "tables are not so deep";
    // a cat needs to be over it
    auto cat = [](float metres, float low, float high) { return standing("cat", 300, 250, sensed(metres, low, high)); };
    EXPECT_TRUE(is_on(cat(2.2F, 2.1F, 2.3F), table(sensed(2, 1.9F, 2.4F))));
    EXPECT_FALSE(is_on(cat(1.8F, 1.7F, 1.85F), table(sensed(2, 1.9F, 2.4F)))) << "before it";
    EXPECT_FALSE(is_on(cat(2.2F, 1.5F, 2.9F), table(sensed(2, 1.9F, 2.4F)))) << "readings of more than the cat";
    EXPECT_TRUE(is_on(cat(2.2F, 2, 2.6F), table(sensed(2, 1.9F, 2.4F))));
}

TEST(FindRelations, SideBySide) {
    auto const left = at("chair", {100, 100, 200, 300});
    EXPECT_EQ(between_two(left, at("chair", {240, 100, 340, 300})), Relation::beside);
    EXPECT_EQ(between_two(left, at("chair", {249, 100, 349, 300})), Relation::beside);
    EXPECT_EQ(between_two(left, at("chair", {251, 100, 351, 300})), Relation::left_of) << "half a width apart";
    EXPECT_EQ(between_two(at("chair", {251, 100, 351, 300}), left), Relation::right_of);
    EXPECT_EQ(between_two(left, at("chair", {181, 100, 281, 300})), Relation::beside) << "loose outlines overlap";
    EXPECT_EQ(between_two(left, at("chair", {179, 100, 279, 300})), std::nullopt);
    EXPECT_EQ(between_two(left, at("chair", {240, 310, 340, 510})), Relation::left_of) << "not at one height";
    EXPECT_EQ(between_two(left, at("chair", {240, 139, 340, 339})), Relation::beside) << "feet within a fifth";
    EXPECT_EQ(between_two(left, at("chair", {240, 141, 340, 341})), Relation::left_of);
}

TEST(FindRelations, SideBySideByDistance) {
    auto pair = [](float a, float b) {
        return between_two(at("chair", {100, 100, 200, 300}, sensed(a)), at("chair", {240, 150, 340, 400}, sensed(b)));
    };
    EXPECT_EQ(pair(1, 1.39F), Relation::beside);
    EXPECT_NE(pair(1, 1.41F), Relation::beside) << "0.4 m";
    EXPECT_EQ(pair(4, 4.99F), Relation::beside);
    EXPECT_NE(pair(4, 5.01F), Relation::beside) << "a quarter of the nearer one";
}

TEST(FindRelations, BeforeAndBehind) {
    auto const near = sensed(1, 0.9F, 1.1F), far = sensed(3, 2.9F, 3.1F);
    auto const front = at("chair", {100, 100, 200, 300}, near);
    EXPECT_EQ(between_two(front, at("person", {120, 50, 220, 280}, far)), Relation::in_front_of);
    EXPECT_EQ(between_two(at("person", {120, 50, 220, 280}, far), front), Relation::behind);
    EXPECT_EQ(between_two(front, at("person", {249, 50, 349, 280}, far)), Relation::in_front_of);
    EXPECT_EQ(between_two(front, at("person", {251, 50, 351, 280}, far)), Relation::left_of) << "not in one line";
    EXPECT_EQ(between_two(front, at("person", {120, 50, 220, 280}, sensed(1.2F, 1, 1.4F))), std::nullopt);
    EXPECT_EQ(between_two(front, at("person", {120, 50, 220, 280}, guessed(3, 2.9F, 3.1F))), std::nullopt)
        << "distances of two kinds are not compared";
    EXPECT_EQ(between_two(at("chair", {100, 100, 200, 300}), at("person", {120, 50, 220, 280})), std::nullopt);
}

TEST(FindRelations, BetweenNeighboursInOneRow) {
    auto middle_of = [](SceneObject const& a, SceneObject const& b, SceneObject const& c) {
        for (auto const& relation : find_relations({a, b, c})) {
            if (relation.relation == Relation::between) {
                EXPECT_EQ(relation.subject, 1U);
                EXPECT_EQ(relation.object, 0U);
                EXPECT_EQ(relation.object2, 2U);
                return true;
            }
        }
        return false;
    };
    auto const left = at("cup", {100, 100, 150, 150}), right = at("cup", {400, 100, 450, 150});
    EXPECT_TRUE(middle_of(left, at("bowl", {250, 110, 300, 160}), right));
    EXPECT_TRUE(middle_of(left, at("bowl", {150, 110, 400, 160}), right)) << "touching";
    EXPECT_FALSE(middle_of(left, at("bowl", {149, 110, 300, 160}), right)) << "sharing a column";
    EXPECT_FALSE(middle_of(left, at("bowl", {250, 110, 401, 160}), right));
    EXPECT_FALSE(middle_of(left, at("bowl", {250, 160, 300, 200}), right)) << "not in one row";
    EXPECT_FALSE(middle_of(left, at("bowl", {250, 150, 300, 200}), right)) << "touching rows";
    EXPECT_FALSE(middle_of(left, at("bowl", {250, 110, 300, 160}), at("cup", {400, 155, 450, 205})));
    EXPECT_FALSE(middle_of(at("cup", {100, 100, 150, 150}, sensed(1)), at("bowl", {250, 110, 300, 160}, sensed(3)),
                           at("cup", {400, 100, 450, 150}, sensed(1))));
    EXPECT_FALSE(middle_of(at("cup", {100, 100, 150, 150}, sensed(3)), at("bowl", {250, 110, 300, 160}, sensed(1)),
                           at("cup", {400, 100, 450, 150}, sensed(3))));
}

TEST(FindRelations, ThingsOnFurnitureAreNoNeighboursOfIt) {
    // Both outlines allow it: the cup rests on the one whose upper edge is nearest to its foot.
    auto const relations = find_relations(
        {at("cup", {250, 200, 300, 260}), at("bench", {100, 250, 500, 400}), at("bed", {50, 150, 600, 450})});
    ASSERT_FALSE(relations.empty());
    for (auto const& relation : relations) {
        bool const cup_and_bed =
            (relation.subject == 0 && relation.object == 2) || (relation.subject == 2 && relation.object == 0);
        EXPECT_FALSE(cup_and_bed);
    }
    EXPECT_EQ(relations[0].relation, Relation::on);
    EXPECT_EQ(relations[0].object, 1U);
}

TEST(FindRelations, OfTwoEqualSupportsTheFirstCounts) {
    Box const outline{100, 200, 500, 400};
    auto const relations = find_relations({standing("cup", 300), at("bench", outline), at("bed", outline)});
    ASSERT_FALSE(relations.empty());
    EXPECT_EQ(relations[0].relation, Relation::on);
    EXPECT_EQ(relations[0].object, 1U);
}

TEST(FindRelations, TouchingRowsAreNotSideBySide) {
    EXPECT_EQ(between_two(at("chair", {100, 100, 200, 300}, sensed(1)), at("chair", {240, 300, 340, 500}, sensed(1))),
              Relation::left_of);
    // columns that touch are not shared, so that left and right are told
    EXPECT_EQ(between_two(at("chair", {100, 100, 200, 300}), at("chair", {200, 310, 300, 510})), Relation::left_of);
    EXPECT_EQ(between_two(at("chair", {100, 100, 200, 300}), at("chair", {199, 310, 299, 510})), std::nullopt);
}

TEST(Holds, SaysYesNoOrNothing) {
    auto const near = sensed(1, 0.9F, 1.1F), far = sensed(3, 2.9F, 3.1F);
    struct {
        char const* why;
        SceneObject a;
        Relation relation;
        SceneObject b;
        std::optional<bool> expected;
    } const table_of[] = {
        {"left", at("cup", {0, 0, 10, 10}), Relation::left_of, at("cup", {50, 0, 60, 10}), true},
        {"not left", at("cup", {50, 0, 60, 10}), Relation::left_of, at("cup", {0, 0, 10, 10}), false},
        {"same column", at("cup", {0, 0, 10, 10}), Relation::left_of, at("cup", {0, 50, 10, 60}), false},
        {"right", at("cup", {50, 0, 60, 10}), Relation::right_of, at("cup", {0, 0, 10, 10}), true},
        {"same column", at("cup", {0, 0, 10, 10}), Relation::right_of, at("cup", {0, 50, 10, 60}), false},
        {"above", at("cup", {0, 0, 10, 10}), Relation::above, at("cup", {0, 50, 10, 60}), true},
        {"higher up, far to the side", at("person", {0, 0, 40, 90}), Relation::above, at("dog", {200, 80, 260, 140}),
         false},
        {"higher up, feet as low", at("person", {0, 0, 40, 130}), Relation::above, at("dog", {10, 80, 70, 140}),
         std::nullopt},
        {"seen lower, so not above", at("dog", {10, 80, 70, 140}), Relation::above, at("person", {0, 0, 40, 90}),
         false},
        {"nearly in its column", at("kite", {80, 0, 120, 30}), Relation::above, at("dog", {0, 80, 60, 140}), true},
        {"same row", at("cup", {0, 0, 10, 10}), Relation::above, at("cup", {50, 0, 60, 10}), false},
        {"below", at("cup", {0, 50, 10, 60}), Relation::below, at("cup", {0, 0, 10, 10}), true},
        {"same row", at("cup", {0, 0, 10, 10}), Relation::below, at("cup", {50, 0, 60, 10}), false},
        {"before", at("chair", {100, 100, 200, 300}, near), Relation::in_front_of, at("bed", {120, 50, 220, 280}, far),
         true},
        {"before, aside", at("chair", {100, 100, 200, 300}, near), Relation::in_front_of,
         at("bed", {400, 50, 500, 280}, far), std::nullopt},
        {"behind it", at("chair", {100, 100, 200, 300}, far), Relation::in_front_of,
         at("bed", {120, 50, 220, 280}, near), false},
        {"nobody knows", at("chair", {100, 100, 200, 300}), Relation::in_front_of, at("bed", {120, 50, 220, 280}),
         std::nullopt},
        {"behind", at("chair", {100, 100, 200, 300}, far), Relation::behind, at("bed", {120, 50, 220, 280}, near),
         true},
        {"not behind", at("chair", {100, 100, 200, 300}, near), Relation::behind, at("bed", {120, 50, 220, 280}, far),
         false},
        {"on", standing("cup", 300), Relation::on, table(), true},
        {"under", table(), Relation::under, standing("cup", 300), true},
        {"upside down", table(), Relation::on, standing("cup", 300), false},
        {"apart", standing("cup", 100), Relation::on, table(), false},
        {"apart sideways", standing("cup", 300, 520), Relation::on, table(), false},
        {"touching", standing("chair", 204), Relation::on, table(), std::nullopt},
        {"measured before", standing("chair", 300, 250, near), Relation::on, table(far), false},
        {"measured behind", standing("chair", 300, 250, far), Relation::on, table(near), false},
        {"beside", at("chair", {100, 100, 200, 300}), Relation::beside, at("chair", {240, 100, 340, 300}), true},
        {"beside, farther", at("chair", {100, 100, 200, 300}), Relation::beside, at("chair", {340, 100, 440, 300}),
         std::nullopt},
        {"beside, half a width apart", at("chair", {100, 100, 200, 300}), Relation::beside,
         at("chair", {249, 100, 349, 300}), true},
        {"beside, more", at("chair", {100, 100, 200, 300}), Relation::beside, at("chair", {255, 100, 355, 300}),
         std::nullopt},
        {"far apart", at("chair", {100, 100, 200, 300}), Relation::beside, at("chair", {351, 100, 451, 300}), false},
        {"behind is not beside", at("chair", {100, 100, 200, 300}, near), Relation::beside,
         at("chair", {240, 100, 340, 300}, far), false},
        {"inside", standing("cup", 300), Relation::inside, at("bowl", {100, 200, 500, 400}), std::nullopt},
        {"between needs three", standing("cup", 300), Relation::between, table(), std::nullopt},
    };
    for (auto const& row : table_of) {
        EXPECT_EQ(holds({row.a, row.b}, 0, row.relation, 1), row.expected) << row.why;
    }
}

TEST(Holds, AboveIsNotOnlyHigherInThePicture) {
    auto above = [](SceneObject const& a, SceneObject const& b) { return holds({a, b}, 0, Relation::above, 1); };
    auto const low = at("chair", {100, 200, 200, 300}, sensed(1));
    EXPECT_EQ(above(at("cup", {100, 100, 200, 200}, sensed(1)), low), true);
    EXPECT_EQ(above(at("cup", {100, 150, 200, 250}, sensed(1)), low), true) << "down to the middle of it";
    EXPECT_EQ(above(at("cup", {100, 152, 200, 252}, sensed(1)), low), std::nullopt);
    EXPECT_EQ(above(at("cup", {250, 100, 350, 200}, sensed(1)), low), true) << "half a width aside";
    EXPECT_EQ(above(at("cup", {252, 100, 352, 200}, sensed(1)), low), false);
    EXPECT_EQ(above(at("cup", {252, 100, 272, 200}, sensed(1)), low), false) << "of the wider one";
    EXPECT_EQ(above(at("cup", {258, 100, 378, 200}, sensed(1)), low), true);
    EXPECT_EQ(above(at("cup", {262, 100, 382, 200}, sensed(1)), low), false);
    EXPECT_EQ(above(at("cup", {100, 200, 200, 300}, sensed(1)), low), false) << "at one height";
    EXPECT_EQ(above(low, at("cup", {100, 100, 200, 200}, sensed(1))), false);
    EXPECT_EQ(holds({low, at("cup", {100, 100, 200, 200}, sensed(1))}, 0, Relation::below, 1), true);
    // What is far behind is only seen higher up, unless it is in the air.
    for (char const* label : {"kite", "bird", "airplane", "traffic light", "frisbee", "sports ball", "clock"}) {
        EXPECT_EQ(above(at(label, {100, 100, 200, 200}, sensed(9)), low), true) << label;
    }
    for (char const* label : {"cup", "person", "chair"}) {
        EXPECT_EQ(above(at(label, {100, 100, 200, 200}, sensed(9)), low), std::nullopt) << label;
    }
    EXPECT_EQ(above(at("cup", {100, 100, 200, 200}, sensed(0.5F)), low), true) << "before it";
}

TEST(Holds, OutlinesThatNearlyTouchRefuteNothing) {
    auto on = [](SceneObject const& a) { return holds({a, table()}, 0, Relation::on, 1); };
    EXPECT_EQ(on(standing("chair", 196)), std::nullopt) << "a tenth of the lower one's height";
    EXPECT_EQ(on(standing("chair", 194)), false);
    EXPECT_EQ(on(standing("chair", 300, 46)), std::nullopt);
    EXPECT_EQ(on(standing("chair", 300, 44)), false);
    EXPECT_EQ(on(standing("chair", 300, 504)), std::nullopt);
    EXPECT_EQ(on(standing("chair", 300, 506)), false);
    EXPECT_EQ(on(standing("chair", 454)), std::nullopt);
    EXPECT_EQ(on(standing("chair", 456)), false);
}

TEST(FindRelations, AtTheirBorders) {
    auto const front = at("chair", {100, 100, 200, 300}, sensed(1, 0.9F, 2));
    EXPECT_EQ(between_two(front, at("person", {120, 50, 220, 280}, sensed(2.5F, 2, 3))), std::nullopt) << "they touch";
    EXPECT_EQ(between_two(front, at("person", {120, 50, 220, 280}, sensed(2.5F, 2.1F, 3))), Relation::in_front_of);
    EXPECT_EQ(between_two(front, at("person", {250, 50, 350, 280}, sensed(2.5F, 2.1F, 3))), Relation::left_of)
        << "half a width apart is not in one line";
    // What rests on something else is no neighbour, in whatever order they come.
    auto const relations = find_relations(
        {at("bed", {50, 150, 600, 450}), at("cup", {250, 200, 300, 260}), at("bench", {100, 250, 500, 400})});
    for (auto const& relation : relations) {
        EXPECT_FALSE(relation.subject == 0 && relation.object == 1);
    }
    // A cat far away is on a deep bed: the doubt grows with the distance.
    EXPECT_TRUE(is_on(standing("cat", 300, 250, sensed(11.2F, 11.1F, 11.3F)), table(sensed(10.5F, 10, 20))));
    EXPECT_FALSE(is_on(standing("cat", 300, 250, sensed(11.6F, 11.5F, 11.7F)), table(sensed(10.5F, 10, 20))));
}

TEST(Groups, AreOfTwoOrMore) {
    auto const groups = find_groups({at("cup", {}), at("dog", {}), at("cup", {}), at("cup", {})});
    ASSERT_EQ(groups.size(), 1U);
    EXPECT_EQ(groups[0].label, "cup");
    EXPECT_EQ(groups[0].members, (std::vector<std::size_t>{0, 2, 3}));
    EXPECT_EQ(find_groups({at("dog", {}), at("cup", {}), at("dog", {})}).size(), 1U);
}

DepthMap flat(float metres, int width = 64, int height = 48) {
    return {width, height, DepthKind::metres, std::vector<float>(static_cast<std::size_t>(width * height), metres)};
}

TEST(DistanceFromDepth, HasTheDoubtOfItsSource) {
    auto depth = flat(3);
    auto exact = distance_from_depth({100, 100, 300, 300}, depth, 640, 480);
    EXPECT_NEAR(exact.metres, 3, 1e-4);
    EXPECT_NEAR(exact.low, 2.94F, 1e-4) << "2 in 100";
    EXPECT_NEAR(exact.high, 3.06F, 1e-4);
    depth.stereo_scale = 60; // a pixel of disparity is 3 * 3 / 60 m
    auto stereo = distance_from_depth({100, 100, 300, 300}, depth, 640, 480);
    EXPECT_NEAR(stereo.low, 2.85F, 1e-4);
    EXPECT_NEAR(stereo.high, 3.15F, 1e-4);
    depth.stereo_scale = 600; // less than the sensor's doubt
    EXPECT_NEAR(distance_from_depth({100, 100, 300, 300}, depth, 640, 480).high, 3.06F, 1e-4);
    depth.kind = DepthKind::relative_inverse;
    EXPECT_EQ(distance_from_depth({100, 100, 300, 300}, depth, 640, 480).source, DistanceSource::none);
}

TEST(DistanceFromDepth, TheIntervalHoldsNineReadingsOfTen) {
    auto depth = flat(0);
    for (std::size_t i = 0; i < depth.values.size(); ++i) {
        depth.values[i] = 2 + static_cast<float>(i / 64) / 48; // farther at the bottom
    }
    auto const distance = distance_from_depth({0, 0, 640, 480}, depth, 640, 480);
    EXPECT_NEAR(distance.metres, 2.5F, 0.03F);
    EXPECT_NEAR(distance.low, 2.25F, 0.03F) << "of the middle 60 in 100";
    EXPECT_NEAR(distance.high, 2.75F, 0.03F);
    auto const see_through = distance_from_depth({0, 0, 640, 480}, depth, 640, 480, {}, true);
    EXPECT_NEAR(see_through.low, 2.05F, 0.03F) << "of all of it";
    EXPECT_NEAR(see_through.high, distance.high, 1e-4);
}

TEST(DistanceFromDepth, WhatStandsBeforeIsLeftOut) {
    auto depth = flat(4);
    for (int y = 0; y < 48; ++y) {
        for (int x = 20; x < 40; ++x) {
            depth.values[static_cast<std::size_t>(y * 64 + x)] = 1; // a post before the thing
        }
    }
    Box const whole{0, 0, 640, 480}, post{200, 0, 400, 480}, most{64, 0, 580, 480};
    EXPECT_NEAR(distance_from_depth(whole, depth, 640, 480, {post}).metres, 4, 1e-4);
    auto const hidden = distance_from_depth(whole, depth, 640, 480, {most});
    EXPECT_NEAR(hidden.metres, 1, 1e-4) << "hardly any reading of its own in the middle";
    EXPECT_GE(hidden.high, 4) << "so that it may as well be what is seen around";
    auto const own = readings_in(whole, depth, 640, 480, 1, {post});
    EXPECT_EQ(own.all.size(), 64U * 48);
    EXPECT_EQ(own.own.size(), 44U * 48);
    EXPECT_TRUE(own.own_suffice());
    EXPECT_FALSE(readings_in(whole, depth, 640, 480, 1, {{0, 0, 490, 480}}).own_suffice()) << "less than a quarter";
    EXPECT_TRUE(readings_in(whole, depth, 640, 480, 1, {{0, 0, 475, 480}}).own_suffice());
}

} // namespace
} // namespace echollama
