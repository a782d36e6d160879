// "Find the door": what can be recognised is led to, the rest is said at once.
#include "geometry/surroundings.h"
#include "live/seek.h"
#include "scene/build.h"
#include "scene/camera.h"
#include "scene/coco.h"

#include <gtest/gtest.h>

namespace echollama {
namespace {

Detection thing(std::string const& label, Box const& box) {
    Detection detection;
    detection.label = label;
    detection.score = 0.9F;
    detection.box = box;
    return detection;
}

Scene with(std::vector<Detection> const& things) {
    return build_scene(things, 640, 480, guess_camera(640, 480, std::nullopt));
}

Scene with_opening(float bearing_deg, float metres, bool door_like = true, bool to_the_floor = true) {
    auto scene = with({});
    scene.around.emplace();
    OpeningFacts opening;
    opening.bearing_deg = bearing_deg;
    opening.distance = {metres, metres - 0.1F, metres + 0.1F};
    opening.door_like = door_like;
    opening.to_the_floor = to_the_floor;
    scene.around->openings = {opening};
    return scene;
}

Recognisable const coco{coco_labels()};

using Labels = std::vector<std::string>;

TEST(Seek, TheFamilyOfWhatIsLookedFor) {
    Labels const other{"Door", "window", "Mobile phone", "Sofa", "door_handle", "person"};
    struct Case {
        char const* text;
        char const* name;
        Labels found_by_coco, found_by_other;
    };
    for (auto const& [text, name, by_coco, by_other] : std::vector<Case>{
             {"Find the chair", "chair", {"chair"}, {}},
             {"please find my sofa.", "couch", {"couch"}, {"Sofa"}},
             {"could you look for my phone?", "cell phone", {"cell phone"}, {"Mobile phone"}},
             {"where can I find a mug", "cup", {"cup"}, {}},
             {"take me to the door", "door", {}, {"Door"}},
             {"find the front door", "front door", {}, {"Door"}},
             {"lead me to the door on the left please", "door", {}, {"Door"}},
             {"find the car door", "car door", {}, {}},
             {"find the door handle", "door handle", {}, {"door_handle"}},
             {"find windows", "windows", {}, {"window"}},
             {"find my keys", "keys", {}, {}},
             {"I am looking for the woman", "person", {"person"}, {"person"}},
             {"find the cup on the dining table", "cup", {"cup"}, {}},
             {"find the dining table with the cup", "dining table", {"dining table"}, {}},
             {"find the flux capacitor", "flux capacitor", {}, {}},
             {"guide me to the stop sign", "stop sign", {"stop sign"}, {}},
             {"find some scissors", "scissors", {"scissors"}, {}},
             {"find my glasses", "glasses", {}, {}},
             {"can you find my reading glasses?", "reading glasses", {}, {}},
             {"look for her sunglasses", "sunglasses", {}, {}},
             {"find the spectacles", "spectacles", {}, {}},
             {"find my glass", "glass", {"wine glass", "cup"}, {}},
             {"find the glasses", "glasses", {"wine glass", "cup"}, {}},
             {"find my wine glasses", "wine glass", {"wine glass"}, {}},
         }) {
        auto const sought = sought_thing(text, coco);
        ASSERT_TRUE(sought) << text;
        EXPECT_EQ(sought->labels, by_coco) << text;
        EXPECT_EQ(sought->is_recognisable(), !by_coco.empty()) << text;
        auto const also = sought_thing(text, {other});
        ASSERT_TRUE(also) << text;
        EXPECT_EQ(also->labels, by_other) << text;
        EXPECT_TRUE(by_coco.size() != 1 || sought->name == by_coco.front()) << text;
        if (by_other.empty()) {
            EXPECT_FALSE(also->is_recognisable()) << text;
        }
        EXPECT_TRUE(sought->name == name || !by_coco.empty()) << text << sought->name;
    }
}

// A detector that knows what people wear calls it "glasses".
TEST(Seek, EyeglassesOfADetectorThatKnowsThem) {
    Labels const labels{"glasses", "wine glass", "cup"};
    for (char const* text : {"find my glasses", "find my reading glasses", "where can I find his spectacles"}) {
        auto const sought = sought_thing(text, {labels});
        ASSERT_TRUE(sought) << text;
        EXPECT_EQ(sought->labels, Labels{"glasses"}) << text;
    }
    EXPECT_EQ(sought_thing("find my glass", {labels})->labels, (Labels{"wine glass", "cup"}));
}

TEST(Seek, SaysThatItCannotFindSomebodysGlasses) {
    auto const sought = sought_thing("find my glasses", coco);
    ASSERT_TRUE(sought);
    auto const words = cannot_find(*sought, coco, with({thing("cup", {300, 300, 340, 340})}));
    EXPECT_EQ(words, "I cannot recognise glasses; I can lead you to a cup, which I see.");
}

TEST(Seek, WiderWordsMeanAllOfTheirClasses) {
    auto const sought = sought_thing("find an animal", coco);
    ASSERT_TRUE(sought);
    EXPECT_EQ(sought->labels.size(), 10U);
    auto const scene = with({thing("dog", {20, 100, 120, 400})});
    EXPECT_EQ(way_to(scene, *sought, {}), "Turn left.");
    EXPECT_EQ(way_to(with({}), *sought, {}), "I do not see an animal; turn slowly.");
    auto const seat = sought_thing("find somewhere to sit", coco);
    ASSERT_TRUE(seat);
    EXPECT_EQ(seat->labels, (Labels{"bench", "chair", "couch", "bed"}));
}

TEST(Seek, OtherQuestionsLookForNothing) {
    for (char const* text : {"what is there?", "find ", "find", "find the", "find out what changed", "find it",
                             "what are you looking for?", "how far is the chair?", "the finder is lost"}) {
        EXPECT_FALSE(sought_thing(text, coco)) << text;
    }
}

TEST(Seek, WhatCannotBeRecognisedIsSaidInOneSentence) {
    auto const said = [](char const* text, Recognisable const& can, Scene const& scene) {
        auto const sought = sought_thing(text, can);
        return sought ? cannot_find(*sought, can, scene) : "";
    };
    EXPECT_EQ(said("find my keys", coco, with({})),
              "I cannot recognise keys; I can lead you to a person, a chair or a dining table, for example.");
    auto const table = with({thing("cup", {280, 150, 360, 350}), thing("spoon", {380, 250, 420, 350})});
    EXPECT_EQ(said("find the spaceship", coco, table),
              "I cannot recognise a spaceship; I can lead you to a cup or a spoon, which I see.");
    EXPECT_EQ(said("find the front door", coco, table),
              "I cannot recognise a front door in pictures alone, only openings where a depth camera measures them; I "
              "can lead you to a cup or a spoon, which I see.");
    EXPECT_EQ(said("find a cup", {{"door"}}, with({})),
              "I cannot recognise a cup; I can lead you to a door, for example.");
    EXPECT_EQ(said("find a cup", {}, with({})), "I cannot recognise a cup.");
}

TEST(Seek, WordsAndTonesLeadToAThing) {
    auto const chair = *sought_thing("find the chair", coco), cup = *sought_thing("find the cup", coco);
    EXPECT_EQ(way_to(with({thing("chair", {20, 100, 120, 400})}), chair, {}), "Turn left.");
    EXPECT_EQ(way_to(with({thing("chair", {420, 150, 520, 350})}), chair, {}), "Turn a little right.");
    EXPECT_TRUE(
        way_to(with({thing("chair", {280, 150, 360, 350})}), chair, {}).starts_with("The chair is straight ahead"));
    EXPECT_EQ(way_to(with({thing("chair", {280, 150, 360, 350})}), cup, {}), "I do not see a cup; turn slowly.");
    auto const scene = with({thing("chair", {40, 200, 80, 260}), thing("chair", {500, 100, 640, 400})});
    auto const lead = lead_to(scene, chair); // the nearest
    ASSERT_TRUE(lead);
    EXPECT_GT(lead->bearing_deg, 15);
    EXPECT_TRUE(lead->metres);
    EXPECT_FALSE(lead_to(scene, cup));
}

TEST(Seek, ADetectorThatKnowsDoorsLeadsToThem) {
    Recognisable const doors{{"Door", "window"}};
    auto const door = *sought_thing("find the door", doors);
    auto const ahead = with({thing("Door", {280, 100, 360, 400})});
    EXPECT_EQ(way_to(ahead, door, {}).find("The door is straight ahead"), 0U) << way_to(ahead, door, {});
    EXPECT_TRUE(lead_to(ahead, door));
    EXPECT_EQ(way_to(with({}), door, {}), "I do not see a door; turn slowly.");
}

TEST(Seek, WhereMetresAreMeasuredOpeningsAreDoors) {
    Recognisable const measured{coco_labels(), true};
    for (char const* text : {"find the door", "take me to the exit", "find the way out", "find a doorway",
                             "find the bathroom door", "find an opening"}) {
        auto const sought = sought_thing(text, measured);
        ASSERT_TRUE(sought) << text;
        EXPECT_TRUE(sought->opening) << text;
        EXPECT_EQ(way_to(with_opening(-30, 2), *sought, {}), "Turn left.") << text;
        auto const ahead = way_to(with_opening(1, 2), *sought, {});
        EXPECT_EQ(ahead, "A doorway is straight ahead, 2 metres away.") << text;
        EXPECT_TRUE(way_to(with_opening(1, 2, false), *sought, {}).starts_with("An opening in the wall is straight"));
        auto const lead = lead_to(with_opening(-30, 2), *sought);
        ASSERT_TRUE(lead) << text;
        EXPECT_EQ(lead->bearing_deg, -30);
        EXPECT_EQ(lead->metres, 2);
        EXPECT_FALSE(lead_to(with_opening(1, 2, false, false), *sought)) << "a window is no way out";
        EXPECT_TRUE(way_to(with({}), *sought, {}).starts_with("I see no opening")) << text;
    }
    EXPECT_FALSE(sought_thing("find the car door", measured)->opening);
    EXPECT_FALSE(sought_thing("find my keys", measured)->opening);
}

} // namespace
} // namespace echollama
