// Each rule of what is said of the surroundings, on both sides of its border.
#include "scene/furnished_room.h"
#include "wording/surroundings_words.h"

#include <gtest/gtest.h>

#include <functional>

namespace echollama {
namespace {

struct Rule {
    char const* name;
    std::function<void(Scene&)> change;
    char const* question; // empty: the whole description
    char const* expected;
    bool said = true;
};

std::string said_of(Rule const& rule) {
    auto scene = furnished();
    rule.change(scene);
    return *rule.question ? answer(scene, rule.question) : told(scene);
}

class SurroundingsRules : public testing::TestWithParam<Rule> {};

TEST_P(SurroundingsRules, Hold) {
    auto const text = said_of(GetParam());
    EXPECT_EQ(text.find(GetParam().expected) != std::string::npos, GetParam().said) << text;
}

Surroundings& around(Scene& scene) {
    return *scene.around;
}

void only_step(Scene& scene, StepKind kind, float distance, float bearing = 0, int count = 1) {
    around(scene).steps = {{kind, about(distance), bearing, {-1, distance}, {1, distance}, about(0.17F), count, {}}};
}

void only_obstacle(Scene& scene, ObstacleKind kind, Extent x, float y, Extent z) {
    ObstacleFacts obstacle;
    obstacle.kind = kind;
    obstacle.box = {x, {y, y + 0.2F}, z};
    obstacle.nearest = {x.low > 0 ? x.low : x.high < 0 ? x.high : 0, y};
    obstacle.distance = about(y), obstacle.bearing_deg = 0, obstacle.top_seen = true;
    around(scene).obstacles = {obstacle};
    around(scene).steps.clear();
}

void aside(Scene& scene, float bearing) {
    around(scene).obstacles[0].bearing_deg = bearing;
}

Rule const rules[] = {
    // Steps matter within five metres and sixty degrees.
    {"StepUpNear", [](Scene& s) { only_step(s, StepKind::up, 4.8F); }, "", "Step up, straight ahead, 5 metres, 17"},
    {"StepFar", [](Scene& s) { only_step(s, StepKind::up, 5.2F); }, "", "Step up", false},
    {"StepAtTheSide", [](Scene& s) { only_step(s, StepKind::up, 2, 58); }, "", "Step up"},
    {"StepBesideTheView", [](Scene& s) { only_step(s, StepKind::up, 2, -62); }, "", "Step up", false},
    {"StepDown", [](Scene& s) { only_step(s, StepKind::down, 2); }, "", "Step down, straight ahead, 2 metres"},
    {"StairsUp", [](Scene& s) { only_step(s, StepKind::up, 2, 0, 2); }, "", "Stairs up, straight ahead, 2 metres, two"},
    {"DropWithDepth", [](Scene& s) { only_step(s, StepKind::drop, 2); }, "", "2 metres, and drops by 17 centimetres."},
    {"DropWithoutDepth",
     [](Scene& s) {
         only_step(s, StepKind::drop, 2);
         around(s).steps[0].height.reset();
     },
     "", "The floor ends, straight ahead, 2 metres; what is below is not seen."},
    // Questions about steps.
    {"OnlyUpAskedUp", [](Scene& s) { only_step(s, StepKind::up, 2); }, "Is there a step up?", "Yes. Step up"},
    {"OnlyUpAskedDown", [](Scene& s) { only_step(s, StepKind::up, 2); }, "Is there a step down?", "I do not see"},
    {"DropAskedUp", [](Scene& s) { only_step(s, StepKind::drop, 2); }, "Is there a step up?", "I do not see"},
    {"DropAskedDrop", [](Scene& s) { only_step(s, StepKind::drop, 2); }, "Is there a drop?", "Yes. The floor ends"},
    {"StepOnTheOtherSide", [](Scene& s) { only_step(s, StepKind::up, 2, 40); }, "Is there a step on the left?",
     "I do not"},
    {"StepOnThatSide", [](Scene& s) { only_step(s, StepKind::up, 2, 40); }, "Is there a step on the right?",
     "Yes. Step up"},
    {"OneStep", [](Scene& s) { only_step(s, StepKind::up, 2); }, "How many steps are there?", "I see one step;"},
    {"HeightUnknown",
     [](Scene& s) {
         only_step(s, StepKind::up, 2);
         around(s).steps[0].height.reset();
     },
     "How high is the step?", "I cannot tell how high it is."},
    {"NotAYesOrNoQuestion", [](Scene& s) { only_step(s, StepKind::up, 2); }, "Where is the step?", "Yes", false},
    // Heads: from the chest to over the head.
    {"AtHead",
     [](Scene& s) {
         only_obstacle(s, ObstacleKind::hanging, {-0.4F, 0.4F}, 2, {1.3F, 1.5F});
     },
     "", "at head height"},
    {"AtChest",
     [](Scene& s) {
         only_obstacle(s, ObstacleKind::hanging, {-0.4F, 0.4F}, 2, {1, 1.3F});
     },
     "", "at chest height"},
    {"OverTheHead",
     [](Scene& s) {
         only_obstacle(s, ObstacleKind::hanging, {-0.4F, 0.4F}, 2, {2.2F, 2.4F});
     },
     "", "Something raised"},
    {"BelowTheChest",
     [](Scene& s) {
         only_obstacle(s, ObstacleKind::hanging, {-0.4F, 0.4F}, 2, {0.5F, 0.8F});
     },
     "", "Something raised"},
    {"NotOverTheHead",
     [](Scene& s) {
         only_obstacle(s, ObstacleKind::hanging, {-0.4F, 0.4F}, 2, {2, 2.2F});
     },
     "", "Something at head height"},
    {"UndersideIsTold",
     [](Scene& s) {
         only_obstacle(s, ObstacleKind::hanging, {-0.4F, 0.4F}, 2, {1.3F, 1.5F});
     },
     "What is at head height?", "2 metres, 80 centimetres wide, its underside is 1.3 metres over the floor."},
    {"NoUndersideOverTheHead",
     [](Scene& s) {
         only_obstacle(s, ObstacleKind::hanging, {-0.4F, 0.4F}, 2, {2.2F, 2.4F});
     },
     "What is at head height?", "I do not see anything at head height."},
    {"NoUndersideBelowTheChest",
     [](Scene& s) {
         only_obstacle(s, ObstacleKind::hanging, {-0.4F, 0.4F}, 2, {0.5F, 0.8F});
     },
     "What is at head height?", "I do not see anything at head height."},
    {"TallStands",
     [](Scene& s) {
         only_obstacle(s, ObstacleKind::standing, {-0.4F, 0.4F}, 2, {0, 1.5F});
     },
     "What is at head height?", "Something tall, straight ahead, 2 metres, 1.5 metres high."},
    {"LowerStands",
     [](Scene& s) {
         only_obstacle(s, ObstacleKind::standing, {-0.4F, 0.4F}, 2, {0, 1.3F});
     },
     "What is at head height?", "I do not see anything at head height."},
    {"HeadsWithoutAFloor",
     [](Scene& s) {
         only_obstacle(s, ObstacleKind::hanging, {-0.4F, 0.4F}, 2, {1.3F, 1.5F});
         around(s).floor.reset();
     },
     "What is at head height?", "The floor is not seen, so I cannot tell."},
    // What stands.
    {"Tall",
     [](Scene& s) {
         only_obstacle(s, ObstacleKind::standing, {-0.4F, 0.4F}, 2, {0, 1.5F});
     },
     "", "Something tall, straight ahead, 2 metres"},
    {"NotTall",
     [](Scene& s) {
         only_obstacle(s, ObstacleKind::standing, {-0.4F, 0.4F}, 2, {0, 1.3F});
     },
     "", "Something, straight ahead, 2 metres"},
    {"FarNameless",
     [](Scene& s) {
         only_obstacle(s, ObstacleKind::low, {-0.4F, 0.4F}, 4.2F, {0, 0.3F});
     },
     "", "Something low", false},
    {"NearNameless",
     [](Scene& s) {
         only_obstacle(s, ObstacleKind::low, {-0.4F, 0.4F}, 3.8F, {0, 0.3F});
     },
     "", "Something low"},
    {"NamedIsNotNameless",
     [](Scene& s) {
         only_obstacle(s, ObstacleKind::low, {-0.4F, 0.4F}, 2, {0, 0.3F});
         around(s).obstacles[0].named = 0;
     },
     "", "Something low", false},
    // The way.
    {"WayToTheView",
     [](Scene& s) {
         around(s).ways[0] = {0, 1.2F, 3, WayEnd::view, {}};
     },
     "Is the way free?",
     "The floor ahead is seen to be free from 1.2 metres to 3 metres; what is beyond is not known."},
    {"WayFromTheFeet",
     [](Scene& s) {
         around(s).ways[0] = {0, 0.35F, 3, WayEnd::wall, {}};
     },
     "Is the way free?", "The floor ahead is seen to be free to 3 metres, up to a wall."},
    {"WayFromHalfAMetre",
     [](Scene& s) {
         around(s).ways[0] = {0, 0.45F, 3, WayEnd::wall, {}};
     },
     "Is the way free?", "free from 45 centimetres to 3 metres, up to a wall."},
    {"WayBlocked",
     [](Scene& s) {
         around(s).ways[0] = {0, 1.2F, 1.4F, WayEnd::step, {}};
     },
     "Is the way free?", "The way ahead is blocked at 1.4 metres by a step up."},
    {"WayBlockedByTheDoor",
     [](Scene& s) {
         around(s).ways[0] = {0, 1.2F, 1.4F, WayEnd::drop, {}};
     },
     "Is the way free?", "The way ahead is blocked at 1.4 metres by where the floor drops."},
    {"WayNotSeen",
     [](Scene& s) {
         around(s).ways[0] = {0, 1.2F, 0.05F, WayEnd::wall, {}};
     },
     "Is the way free?", "How far the floor is free ahead is not seen."},
    {"WayEndsUnknown",
     [](Scene& s) {
         around(s).ways[0] = {0, 1.2F, 1.3F, WayEnd::unknown, {}};
     },
     "Is the way free?", "How far the floor is free ahead is not seen."},
    {"WayToSomething",
     [](Scene& s) {
         around(s).ways[0] = {0, 0, 3, WayEnd::obstacle, 0};
     },
     "Is the way free?", "up to something low."},
    {"WayToWhatIsNotListed",
     [](Scene& s) {
         around(s).ways[0] = {0, 0, 3, WayEnd::obstacle, 2};
     },
     "Is the way free?", "up to something."},
    {"WayToAThing",
     [](Scene& s) {
         SceneObject chair;
         chair.detection = {"chair", -1, 1, {300, 200, 340, 300}, {}};
         s.objects = {chair};
         around(s).obstacles[0].named = 0;
         around(s).ways[0] = {0, 0, 3, WayEnd::obstacle, 0};
     },
     "Is the way free?", "up to the chair."},
    {"WayToARamp",
     [](Scene& s) {
         around(s).ways[0] = {0, 0, 3, WayEnd::ramp, {}};
     },
     "Is the way free?", "up to a ramp."},
    {"WayOnOneSide", [](Scene&) {}, "Is the way free on the right?",
     "The floor to the right is seen to be free from 1.3"},
    {"WayNotOnTheOther", [](Scene&) {}, "Is the way free on the right?", "to the left", false},
    {"NoWays", [](Scene& s) { around(s).ways.clear(); }, "Is the way free?", "I cannot tell whether the way is free."},
    {"WidestGap",
     [](Scene& s) {
         around(s).widest_gap = GapFacts{about(0.9F), {}, {}, 20, 2};
     },
     "Is the way free?", "The widest gap beside what is ahead is 90 centimetres wide, give or take 2 centimetres."},
    // The room.
    {"WholeRoom",
     [](Scene& s) {
         around(s).room_width = about(3.1F);
         around(s).room_depth = about(4);
     },
     "How big is the room?",
     "The room is 3.1 metres wide, give or take 2 centimetres, and 4 metres long, give or take 2"},
    {"RoomWidth", [](Scene& s) { around(s).room_width = about(3.1F); }, "How big is the room?",
     "Between the walls on the left and right are 3.1 metres, give or take 2 centimetres. The wall ahead is 4 metres "
     "away"},
    {"RoomDepth", [](Scene& s) { around(s).room_depth = about(4); }, "How big is the room?",
     "Between the walls ahead and behind are 4"},
    {"RoomDepthNotTwice", [](Scene& s) { around(s).room_depth = about(4); }, "How big is the room?", "The wall ahead",
     false},
    {"RoomIsTold",
     [](Scene& s) {
         around(s).room_width = about(3.1F);
         around(s).room_depth = about(4);
     },
     "", "A room about 3.1 metres by 4 metres."},
    {"OneMeasureIsTold", [](Scene& s) { around(s).room_width = about(3.1F); }, "",
     "Between walls that face each other are 3.1 metres."},
    // Openings.
    {"DoorwayIsTold", [](Scene&) {}, "", "Doorway, slightly right, 4 metres, 83 centimetres wide."},
    {"OpeningIsTold", [](Scene& s) { around(s).openings[0].door_like = false; }, "",
     "Opening in the wall, slightly right, 4"},
    {"HatchIsTold",
     [](Scene& s) {
         around(s).openings[0].door_like = around(s).openings[0].to_the_floor = false;
         around(s).openings[0].height = {1, 2};
     },
     "", "Gap in the wall, slightly right, 4 metres, 83 centimetres wide, it begins 1 metre over the floor."},
    {"OpeningHeight", [](Scene&) {}, "How high is the door?", "The doorway is seen up to 2 metres high."},
    {"OpeningWidth", [](Scene& s) { around(s).openings[0].door_like = false; }, "How wide is the opening?",
     "The opening is 83 centimetres wide"},
    {"NoOpening", [](Scene& s) { around(s).openings.clear(); }, "Is there a door?",
     "a closed door looks like the wall."},
    {"NoWallForAnOpening",
     [](Scene& s) {
         around(s).openings.clear();
         around(s).walls.clear();
     },
     "Is there a door?", "I see no wall in which an opening could be."},
    // Ramps.
    {"RampUp",
     [](Scene& s) {
         around(s).ramps = {{6, 0.3F, about(2), 0, {}}};
     },
     "Is there a ramp?", "The floor rises by about 6 degrees, from 2 metres on, give"},
    {"RampDown",
     [](Scene& s) {
         around(s).ramps = {{-6, 0.3F, about(2), 0, {}}};
     },
     "", "The floor falls, straight ahead, from 2 metres on, by about 6 degrees."},
    {"NoRamp", [](Scene&) {}, "Is there a ramp?", "The floor that is seen is level as far as I can measure."},
    {"NoRampWithoutAFloor", [](Scene& s) { around(s).floor.reset(); }, "Is there a ramp?", "level", false},
    // Tables and sizes.
    {"Table", [](Scene&) {}, "", "A level surface like a table, slightly right, 2 metres, 74 centimetres high."},
    {"Seat", [](Scene& s) { around(s).tables[0].height = about(0.5F); }, "", "A level surface like a seat"},
    {"WidthOfATableIsNotItsHeight", [](Scene&) {}, "How wide is the table?", "high", false},
    {"HeightOfAVaseIsNoTables", [](Scene&) {}, "How high is the vase?", "level surface", false},
    {"NoTable", [](Scene& s) { around(s).tables.clear(); }, "How high is the table?",
     "I do not see any level surface of a table's height."},
    {"LargestTable",
     [](Scene& s) {
         auto small = around(s).tables[0];
         small.height = about(0.9F), small.box.x = {0.8F, 1};
         around(s).tables.insert(around(s).tables.begin(), small);
     },
     "How high is the table?", "is 74 centimetres high"},
    // Doubt.
    {"SureDistance",
     [](Scene& s) {
         around(s).walls[1].distance = {4, 3.6F, 4.4F};
     },
     "", "wall, straight ahead, 4 metres"},
    {"DoubtfulDistance",
     [](Scene& s) {
         around(s).walls[1].distance = {4, 3.4F, 4.6F};
     },
     "", "wall, straight ahead, about 4 metres"},
    {"FineHeightHasNoDoubt",
     [](Scene& s) {
         around(s).tables[0].height = {0.74F, 0.735F, 0.745F};
     },
     "How high is the table?", "give or take", false},
    {"SizeOfAThing",
     [](Scene& s) {
         SceneObject chair;
         chair.detection = {"chair", -1, 1, {300, 200, 340, 300}, {}};
         chair.extent = GroundBox{{-0.2F, 0.25F}, {2.9F, 3.3F}, {0.02F, 0.9F}};
         s.objects = {chair};
     },
     "How tall is the chair?", "The chair reaches up to 90 centimetres over the floor, give or take 4 centimetres."},
    {"SizeOfAThingWithoutAFloor",
     [](Scene& s) {
         SceneObject chair;
         chair.detection = {"chair", -1, 1, {300, 200, 340, 300}, {}};
         chair.extent = GroundBox{{-0.2F, 0.25F}, {2.9F, 3.3F}, {0.1F, 0.9F}};
         s.objects = {chair};
         around(s).floor.reset();
     },
     "How tall is the chair?", "The chair is 80 centimetres high, give or take 4 centimetres."},
    // What is not known.
    {"MuchWithoutReading", [](Scene& s) { around(s).without_reading = 0.42F; }, "",
     "About 40 percent of the view gave no distance"},
    {"LittleWithoutReading", [](Scene& s) { around(s).without_reading = 0.28F; }, "", "gave no distance", false},
    {"UpIsAssumed", [](Scene& s) { around(s).up_source = UpSource::assumed; }, "", "held level"},
    {"UpIsKnown", [](Scene& s) { around(s).up_source = UpSource::walls; }, "", "held level", false},
    {"CeilingUnknown", [](Scene& s) { around(s).ceiling.reset(); }, "How high is the ceiling?",
     "I do not see the ceiling."},
    {"FloorUnknown", [](Scene& s) { around(s).floor.reset(); }, "How far is the floor?", "I do not see the floor."},
};

INSTANTIATE_TEST_SUITE_P(Each, SurroundingsRules, testing::ValuesIn(rules),
                         [](auto const& rule) { return std::string(rule.param.name); });

TEST(SurroundingsWords, ThingsAgainstTheWallAreNamedOnceAtTheFullLevel) {
    auto scene = furnished();
    for (auto const* label : {"couch", "chair", "chair", "cup"}) {
        SceneObject object;
        object.detection = {label, -1, 1, {300, 200, 340, 300}, {}};
        scene.objects.push_back(object);
    }
    auto thing = scene.around->obstacles[0];
    scene.around->obstacles.clear();
    for (std::size_t i = 0; i < 4; ++i) {
        thing.named = i, thing.against_wall = i < 3;
        scene.around->obstacles.push_back(thing);
    }
    EXPECT_NE(told(scene, {.level = Level::full}).find("Against the wall: a couch and a chair."), std::string::npos);
    EXPECT_EQ(told(scene, {.level = Level::brief}).find("Against"), std::string::npos);
    thing.named.reset(), thing.against_wall = true, thing.kind = ObstacleKind::standing;
    scene.around->obstacles = {thing};
    EXPECT_NE(obstacle_sentence(thing, {.level = Level::full}).find(", against the wall."), std::string::npos);
    EXPECT_EQ(obstacle_sentence(thing, {.level = Level::brief}).find("against"), std::string::npos);
    EXPECT_EQ(told(scene, {.level = Level::full}).find("Against the wall:"), std::string::npos) << "it has no name";
}

// The way ahead is told at every level, however little of it is free; those beside it at the full level, where they
// are free.
TEST(SurroundingsWords, TheWayAheadFirst) {
    auto scene = furnished();
    auto& ways = scene.around->ways;
    auto const count = [&](Level level) {
        auto const text = told(scene, {.level = level});
        std::size_t found = 0;
        for (auto at = text.find("free"); at != std::string::npos; at = text.find("free", at + 1)) {
            ++found;
        }
        return found;
    };
    ways = {{0, 1.2F, 3, WayEnd::wall, 0}, {-25, 1.2F, 3.5F, WayEnd::wall, 0}, {25, 1.3F, 3, WayEnd::view, {}}};
    auto const all = count(Level::full);
    EXPECT_EQ(all, 3U);
    EXPECT_EQ(count(Level::brief), 1U);
    EXPECT_NE(told(scene, {.level = Level::brief}).find("The floor ahead"), std::string::npos);
    ways[1].free = ways[1].seen_from + 0.2F; // hardly anything
    EXPECT_EQ(count(Level::full), 2U);
    ways[0] = {0, 1.2F, 1.3F, WayEnd::unknown, {}};
    EXPECT_NE(told(scene, {.level = Level::full}).find("free ahead is not seen"), std::string::npos);
    EXPECT_NE(told(scene, {.level = Level::brief}).find("free ahead is not seen"), std::string::npos);
}

// A close or overhead thing is a danger only where somebody walks: told first, before the walls.
TEST(SurroundingsDangers, AreInTheWay) {
    auto first = [](ObstacleKind kind, Extent x, float y, Extent z, float bearing) {
        auto scene = furnished();
        only_obstacle(scene, kind, x, y, z);
        aside(scene, bearing);
        auto const dangers = hazard_sentences(scene, {});
        return dangers.empty() ? std::string() : dangers.front();
    };
    auto const low = ObstacleKind::low, hanging = ObstacleKind::hanging;
    EXPECT_NE(first(low, {-0.2F, 0.2F}, 1.4F, {0, 0.3F}, 0), "");
    EXPECT_EQ(first(low, {-0.2F, 0.2F}, 1.6F, {0, 0.3F}, 0), "") << "not close";
    EXPECT_NE(first(low, {0.5F, 0.8F}, 1.2F, {0, 0.3F}, 30), "") << "one would brush it";
    EXPECT_EQ(first(low, {0.7F, 1}, 1.2F, {0, 0.3F}, 30), "") << "beside the way";
    EXPECT_NE(first(hanging, {-0.2F, 0.2F}, 3.4F, {1.5F, 1.8F}, 0), "");
    EXPECT_EQ(first(hanging, {-0.2F, 0.2F}, 3.6F, {1.5F, 1.8F}, 0), "") << "far";
    EXPECT_EQ(first(hanging, {-0.2F, 0.2F}, 3, {2.2F, 2.4F}, 0), "") << "over the head";
}

} // namespace
} // namespace echollama
