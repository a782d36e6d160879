// What stands on, under, between and against what, from boxes in metres.
#include "base/counter_rng.h"
#include "furnished_room.h"
#include "placed_things.h"
#include "scene/contacts.h"
#include "scene/relations.h"
#include "wording/surroundings_words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

// A thing with that box, as a camera 1.4 m over the floor that looks straight ahead sees it.
SceneObject thing(std::string label, GroundBox box) {
    auto pixel = [](float x, float y, float z) { return Point{320 + 525 * x / y, 240 + 525 * (1.4F - z) / y}; };
    auto const a = pixel(box.x.low, box.y.low, box.z.high), b = pixel(box.x.high, box.y.low, box.z.low);
    auto const back = pixel(box.x.low, box.y.high, box.z.high); // a top that is seen from above reaches up to here
    SceneObject object;
    object.detection = test::detection(std::move(label), {a.x, std::min(a.y, back.y), b.x, b.y});
    object.x = (a.x + b.x) / 2, object.y = object.detection.box.center_y();
    object.bearing_deg = std::atan2((box.x.low + box.x.high) / 2, (box.y.low + box.y.high) / 2) * 57.3F;
    float const middle = (box.y.low + box.y.high) / 2;
    object.distance = {DistanceSource::sensor, middle, box.y.low, box.y.high};
    object.extent = box;
    return object;
}

bool has(std::vector<SceneRelation> const& relations, std::size_t a, Relation relation, std::size_t b) {
    return std::any_of(relations.begin(), relations.end(),
                       [&](auto const& r) { return r.subject == a && r.relation == relation && r.object == b; });
}

SceneObject table() {
    return thing("dining table", {{-0.7F, 0.7F}, {2, 2.8F}, {0, 0.75F}});
}

TEST(Contacts, OnIsOverTheSupportAndNotBesideItOrInTheAir) {
    struct Case {
        GroundBox box;
        bool on;
    };
    for (auto const& [box, on] :
         {Case{{{-0.1F, 0.1F}, {2.2F, 2.3F}, {0.74F, 0.9F}}, true},
          Case{{{-0.1F, 0.1F}, {2.2F, 2.3F}, {0.8F, 0.95F}}, true},   // the foot is measured 5 cm too high
          Case{{{-0.1F, 0.1F}, {2.2F, 2.3F}, {1, 1.2F}}, false},      // hangs over it
          Case{{{-0.1F, 0.1F}, {2.2F, 2.3F}, {0, 0.3F}}, false},      // stands under it
          Case{{{1, 1.2F}, {2.2F, 2.3F}, {0.74F, 0.9F}}, false},      // beside it
          Case{{{-0.1F, 0.1F}, {3.2F, 3.3F}, {0.74F, 0.9F}}, false},  // behind it
          Case{{{-0.1F, 0.1F}, {1.4F, 1.5F}, {0.74F, 0.9F}}, false}}) // before it
    {
        auto const cup = thing("backpack", box);
        EXPECT_EQ(stands_on(cup, table()), on) << box.x.low << " " << box.y.low << " " << box.z.low;
        EXPECT_EQ(has(find_relations({cup, table()}), 0, Relation::on, 1), on) << box.y.low << " " << box.z.low;
    }
    auto unmeasured = table();
    unmeasured.extent.reset();
    EXPECT_FALSE(stands_on(table(), unmeasured));
}

TEST(Contacts, UnderIsOnTheSameFloor) {
    auto const dog = thing("dog", {{-0.3F, 0.3F}, {2.1F, 2.5F}, {0, 0.4F}});
    auto const relations = find_relations({dog, table()});
    EXPECT_TRUE(has(relations, 0, Relation::under, 1));
    EXPECT_TRUE(has(find_relations({table(), dog}), 1, Relation::under, 0)) << "in whichever order they are";
    EXPECT_EQ(holds({dog, table()}, 0, Relation::under, 1), true);
    EXPECT_EQ(holds({dog, table()}, 0, Relation::on, 1), false);
    EXPECT_FALSE(stands_under(thing("dog", {{-0.3F, 0.3F}, {1.2F, 1.7F}, {0, 0.4F}}), table()).value());
    EXPECT_FALSE(stands_under(thing("cup", {{-0.1F, 0.1F}, {2.2F, 2.3F}, {0.75F, 0.9F}}), table()).value());
    EXPECT_FALSE(stands_under(thing("person", {{-0.2F, 0.2F}, {2.2F, 2.5F}, {0, 1.7F}}), table()).value());
}

TEST(Contacts, BetweenIsOnTheLineThroughTheOthersWhateverThePictureShows) {
    auto const left = thing("chair", {{-1.2F, -0.8F}, {2, 2.4F}, {0, 0.9F}});
    auto const right = thing("couch", {{0.9F, 1.6F}, {2.2F, 2.9F}, {0, 0.8F}});
    auto const middle = thing("dog", {{-0.1F, 0.3F}, {2.2F, 2.5F}, {0, 0.5F}});
    auto between = [](auto const& relations) {
        return std::count_if(relations.begin(), relations.end(),
                             [](auto const& r) { return r.relation == Relation::between; });
    };
    EXPECT_EQ(between(find_relations({left, middle, right})), 1);
    for (float ahead : {0.9F, 4.5F}) { // in the picture it still lies between them
        auto const apart = thing("dog", {{-0.1F, 0.3F}, {ahead, ahead + 0.3F}, {0, 0.5F}});
        EXPECT_EQ(between(find_relations({left, apart, right})), 0) << ahead;
    }
}

TEST(Contacts, BehindAndBesideNeedTheGround) {
    auto const near = thing("chair", {{-0.3F, 0.3F}, {1.5F, 2}, {0, 0.9F}});
    auto const far = thing("couch", {{-0.6F, 0.6F}, {3, 3.8F}, {0, 0.9F}});
    EXPECT_TRUE(has(find_relations({near, far}), 0, Relation::in_front_of, 1));
    EXPECT_TRUE(has(find_relations({far, near}), 0, Relation::behind, 1));
    EXPECT_EQ(stands_behind(far, near), true);
    EXPECT_EQ(stands_behind(near, far), false);
    EXPECT_NEAR(gap_on_ground(near, far).value(), 1, 1e-5);
    auto const beside = thing("chair", {{0.5F, 0.9F}, {1.6F, 2}, {0, 0.9F}});
    EXPECT_TRUE(has(find_relations({near, beside}), 0, Relation::beside, 1));
}

Scene room_with(std::vector<SceneObject> objects) {
    auto scene = furnished();
    scene.around->obstacles.clear(), scene.around->tables.clear();
    scene.objects = std::move(objects);
    return scene;
}

TEST(Contacts, WhatHoldsAThing) {
    auto const scene = room_with({thing("couch", {{-0.8F, 0.8F}, {3.1F, 3.95F}, {0, 0.85F}}),
                                  thing("chair", {{0.5F, 0.9F}, {1.8F, 2.3F}, {0, 0.9F}}),
                                  thing("clock", {{-0.2F, 0.1F}, {3.93F, 3.97F}, {1.7F, 2}}),
                                  thing("potted plant", {{-1.98F, -1.6F}, {2.5F, 2.9F}, {0, 1.2F}})});
    EXPECT_EQ(hold_of(scene, 0), Hold::against_wall);
    EXPECT_EQ(hold_of(scene, 1), Hold::unknown) << "it stands free";
    EXPECT_EQ(hold_of(scene, 2), Hold::on_wall);
    EXPECT_EQ(hold_of(scene, 3), Hold::against_wall) << "the wall on the left";
    auto const sentences = hold_sentences(scene, 0.5F);
    ASSERT_EQ(sentences.size(), 2U);
    EXPECT_EQ(sentences[0], "Against the wall: a couch and a potted plant.");
    EXPECT_EQ(sentences[1], "On the wall: a clock.");
}

TEST(Contacts, WhatSomethingCarriesDoesNotHang) {
    auto scene = room_with({thing("vase", {{-0.1F, 0.1F}, {3.8F, 3.95F}, {0.9F, 1.2F}})});
    EXPECT_EQ(hold_of(scene, 0), Hold::on_wall);
    scene.around->tables = {{about(0.9F), {{-0.5F, 0.5F}, {3.5F, 4}, {0.9F, 0.9F}}, about(3.5F), 0}};
    EXPECT_EQ(hold_of(scene, 0), Hold::unknown) << "it stands on a board";
    scene.around->tables.clear();
    ObstacleFacts shelf;
    shelf.box = {{-0.5F, 0.5F}, {3.6F, 4}, {0, 1.3F}};
    scene.around->obstacles = {shelf};
    EXPECT_EQ(hold_of(scene, 0), Hold::unknown) << "it is part of what stands there";
}

TEST(Contacts, WhatLeansAndWhatHangsIsToldOfItsObstacle) {
    auto scene = room_with({thing("skateboard", {{-0.1F, 0.1F}, {3.5F, 3.9F}, {0, 0.8F}}),
                            thing("kite", {{-0.4F, 0.4F}, {2, 2.2F}, {1.5F, 2}})});
    ObstacleFacts leaning, hanging;
    leaning.box = *scene.objects[0].extent, leaning.leans = true, leaning.named = 0;
    hanging.box = *scene.objects[1].extent, hanging.kind = ObstacleKind::hanging, hanging.named = 1;
    scene.around->obstacles = {hanging, leaning};
    EXPECT_EQ(hold_of(scene, 0), Hold::leaning);
    EXPECT_EQ(hold_of(scene, 1), Hold::hanging);
    EXPECT_NE(told(scene).find("Leaning at the wall: a skateboard."), std::string::npos) << told(scene);
    EXPECT_NE(told(scene).find("Hanging: a kite."), std::string::npos);
    EXPECT_EQ(told(scene, {.level = Level::brief}).find("Leaning"), std::string::npos);
}

TEST(Contacts, AThingIsToldWithItsHeightWhereItIsSeenWhole) {
    auto scene = room_with({thing("chair", {{0.5F, 0.9F}, {2.8F, 3.2F}, {0.02F, 0.92F}})});
    EXPECT_NE(told(scene).find(", about 90 centimetres high."), std::string::npos) << told(scene);
    EXPECT_NE(told(scene, {.units = Units::feet}).find(", about 35 inches high."), std::string::npos);
    EXPECT_EQ(told(scene, {.level = Level::brief}).find("90 centimetres"), std::string::npos);
    auto cut = scene;
    cut.objects[0].detection.box.y0 = 0;
    EXPECT_EQ(told(cut).find("about 90"), std::string::npos) << "it goes on above the picture";
    auto person = scene;
    person.objects[0].detection.label = "person";
    EXPECT_EQ(told(person).find("90 centimetres"), std::string::npos);
}

TEST(Contacts, LargeThingsAreAsFarAsTheirNearestPoint) {
    auto scene = room_with({thing("cup", {{0.4F, 0.5F}, {2, 2.1F}, {0.7F, 0.8F}}),
                            thing("dining table", {{-1, 1}, {1.5F, 3}, {0, 0.75F}}),
                            thing("chair", {{1.5F, 1.9F}, {4, 4.4F}, {0, 0.9F}})});
    ObstacleFacts of_table;
    of_table.named = 1;
    scene.around->obstacles = {of_table};
    settle_measured(scene);
    ASSERT_EQ(scene.objects.size(), 3U);
    EXPECT_EQ(scene.objects[0].detection.label, "dining table") << "now it is the nearest";
    EXPECT_NEAR(scene.objects[0].distance.metres, 1.5F, 1e-4);
    EXPECT_LE(scene.objects[0].distance.low, 1.5F);
    EXPECT_GE(scene.objects[0].distance.high, 1.5F);
    EXPECT_EQ(scene.around->obstacles[0].named, 0U);
    EXPECT_NEAR(scene.objects[2].distance.metres, 4.2F, 1e-4) << "small things keep the distance of their middle";
}

// The mirror image of a scene has the mirror image of its relations.
TEST(ContactsProperty, MirrorImagesAgree) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        std::vector<SceneObject> things, mirrored;
        static char const* const labels[] = {"chair", "dining table", "dog", "couch", "backpack", "cup"};
        for (std::uint64_t i = 0; i < 4; ++i) {
            auto draw = [&](std::uint64_t k, float low, float high) {
                return low + (high - low) * uniform(seed, 10 * i + k);
            };
            float const x = draw(0, -1.5F, 1.5F), y = draw(1, 1.5F, 4), z = draw(2, 0, 1) < 0.7F ? 0 : 0.75F;
            float const w = draw(3, 0.1F, 0.8F), d = draw(4, 0.1F, 0.8F), h = draw(5, 0.1F, 1);
            auto const label = labels[splitmix64(seed, 10 * i + 6) % 6];
            things.push_back(thing(label, {{x - w, x + w}, {y, y + d}, {z, z + h}}));
            mirrored.push_back(thing(label, {{-x - w, -x + w}, {y, y + d}, {z, z + h}}));
        }
        for (std::size_t a = 0; a < 4; ++a) {
            for (std::size_t b = 0; b < 4; ++b) {
                if (a == b) {
                    continue;
                }
                for (auto relation :
                     {Relation::on, Relation::under, Relation::behind, Relation::in_front_of, Relation::beside}) {
                    EXPECT_EQ(holds(things, a, relation, b), holds(mirrored, a, relation, b)) << seed;
                }
                EXPECT_FALSE(holds(things, a, Relation::on, b) == true && holds(things, b, Relation::on, a) == true);
                EXPECT_FALSE(holds(things, a, Relation::behind, b) == true &&
                             holds(things, b, Relation::behind, a) == true);
                EXPECT_EQ(stands_between(things[a], things[b], things[(b + 1) % 4]),
                          stands_between(mirrored[a], mirrored[b], mirrored[(b + 1) % 4]));
            }
        }
    }
}

} // namespace
} // namespace echollama
