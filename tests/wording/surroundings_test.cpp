// What was measured around the viewer, in words, answers and the check.
#include "base/counter_rng.h"
#include "questions/answers.h"
#include "scene/furnished_room.h"
#include "wording/grounding.h"
#include "wording/prompt.h"
#include "wording/surroundings_words.h"
#include "wording/wording.h"

#include <gtest/gtest.h>

#include <cctype>

namespace echollama {
namespace {

TEST(SurroundingsWords, DangersComeFirst) {
    auto const sentences = describe_scene(furnished(), {});
    ASSERT_GE(sentences.size(), 6U);
    EXPECT_TRUE(sentences[0].starts_with("Something low, slightly right, 1 metre")) << sentences[0];
    EXPECT_TRUE(sentences[1].starts_with("Something at head height, straight ahead")) << sentences[1];
    EXPECT_EQ(sentences[2],
              "Stairs down, straight ahead, 2 metres, three steps or more, each about 17 centimetres high.");
}

TEST(SurroundingsWords, NothingIsSaidTwice) {
    for (auto level : {Level::brief, Level::full}) {
        auto const sentences = describe_scene(furnished(), {.level = level});
        for (std::size_t i = 0; i < sentences.size(); ++i) {
            for (std::size_t k = i + 1; k < sentences.size(); ++k) {
                auto const first = sentences[i].substr(0, sentences[i].size() - 1);
                EXPECT_FALSE(sentences[k].starts_with(first)) << sentences[i] << " " << sentences[k];
            }
        }
    }
}

TEST(SurroundingsWords, HeadlineIsOneShortSentence) {
    for (auto units : {Units::metres, Units::feet, Units::steps, Units::centimetres}) {
        auto const sentences = describe_scene(furnished(), {.level = Level::headline, .units = units});
        ASSERT_EQ(sentences.size(), 1U);
        EXPECT_LE(std::count(sentences[0].begin(), sentences[0].end(), ' ') + 1, 12) << sentences[0];
    }
}

TEST(SurroundingsWords, NothingIsCalledSafeAndEverySentenceIsWhole) {
    for (auto level : {Level::headline, Level::brief, Level::full}) {
        for (auto directions :
             {Directions::clock, Directions::degrees, Directions::sides, Directions::grid, Directions::none}) {
            for (auto units : {Units::metres, Units::feet, Units::steps, Units::inches, Units::yards}) {
                for (auto const& sentence : describe_scene(furnished(), {level, directions, units, 0.5F})) {
                    EXPECT_EQ(sentence.find("safe"), std::string::npos) << sentence;
                    EXPECT_TRUE(sentence.ends_with(".")) << sentence;
                    EXPECT_TRUE(std::isupper(static_cast<unsigned char>(sentence[0]))) << sentence;
                    EXPECT_EQ(sentence.find(", ,"), std::string::npos) << sentence;
                    EXPECT_EQ(sentence.find("  "), std::string::npos) << sentence;
                }
            }
        }
    }
}

TEST(SurroundingsWords, WithoutMetricDepthNothingIsSaid) {
    auto scene = furnished();
    scene.around.reset();
    EXPECT_TRUE(surroundings_first(scene, {}).empty());
    for (auto word : {"wall", "floor", "step", "Stairs", "Something"}) {
        EXPECT_EQ(told(scene).find(word), std::string::npos) << word;
    }
    EXPECT_EQ(answer(scene, "Is there a step?").find("Stairs"), std::string::npos);
}

TEST(SurroundingsWords, WhatIsNotSeenIsUnknown) {
    auto scene = furnished();
    auto& around = *scene.around;
    around = {};
    around.reach = 2;
    around.walls = {{{-1, 1.5F}, {1, 1.5F}, about(1.5F), 0, {-0.5F, 0.5F}, true}};
    auto const text = told(scene);
    EXPECT_NE(text.find("Wall, straight ahead, 1.5 metres."), std::string::npos) << text;
    EXPECT_NE(text.find("The floor is not seen"), std::string::npos) << text;
    EXPECT_NE(text.find("held level"), std::string::npos) << text;
    EXPECT_EQ(text.find("cannot make out"), std::string::npos) << text;
    EXPECT_NE(answer(scene, "Is the way free?").find("cannot tell"), std::string::npos);
    EXPECT_NE(answer(scene, "Is there a step?").find("cannot tell"), std::string::npos);
}

TEST(SurroundingsWords, OfNamelessThingsNoMoreThanAsked) {
    auto scene = furnished();
    scene.around->steps.clear();
    auto const low = scene.around->obstacles[0];
    scene.around->obstacles.clear();
    for (float aside : {-3.0F, -2.0F, 2.0F, 3.0F}) {
        auto obstacle = low;
        obstacle.box = {{aside, aside + 0.3F}, {3, 3.3F}, {0, 0.3F}};
        obstacle.bearing_deg = aside * 15, obstacle.distance = about(3 + aside / 10), obstacle.nearest = {aside, 3};
        scene.around->obstacles.push_back(obstacle);
    }
    EXPECT_EQ(nameless_sentences(scene, {}, 4).size(), 4U);
    EXPECT_EQ(nameless_sentences(scene, {}, 2).size(), 2U);
    EXPECT_TRUE(nameless_sentences(scene, {}, 0).empty());
}

TEST(SurroundingsAnswers, AreMeasured) {
    struct Case {
        char const *question, *expected;
    };
    for (auto const& [question, expected] : {
             Case{"Is there a step?", "Yes. Stairs down, straight ahead"},
             Case{"are there any stairs ahead", "Yes. Stairs down"},
             Case{"Is there a step up?", "I do not see any step or drop."},
             Case{"How high is the step?", "The step is 17 centimetres high, give or take 2 centimetres."},
             Case{"how many steps are there", "I see three steps"},
             Case{"How high is the table?", "is 74 centimetres"},
             Case{"how tall is the desk", "is 74 centimetres"},
             Case{"How wide is the door?", "The doorway is 83 centimetres"},
             Case{"Where is the opening?", "A doorway, slightly right"},
             Case{"Is the way free?", "The floor ahead is seen to be free"},
             Case{"is the path clear on the left", "The floor to the left is seen to be free"},
             Case{"How far can I walk?", "The floor ahead is seen to be free"},
             Case{"How big is the room?", "I do not see the whole room."},
             Case{"What is at head height?", "its underside is 1.6 metres over the floor"},
             Case{"will I hit my head", "its underside is 1.6 metres"},
             Case{"Where is the wall?", "A wall, on the left, 2 metres"},
             Case{"Is there a wall on the right?", "I do not see any wall there."},
             Case{"How high is the ceiling?", "The ceiling is 2.5 metres"},
             Case{"How far is the floor?", "The floor is 1.4 metres"},
             Case{"What is in front of me?", "Something low, slightly right"},
             Case{"what is straight ahead", "A wall, straight ahead, 4 metres."},
             Case{"What is on the left?", "A wall, on the left, 2 metres."},
             Case{"what is on the right", "The floor to the right is seen to be free"},
             Case{"Is it safe?", "I cannot tell whether it is safe."},
         }) {
        auto const text = answer(furnished(), question);
        EXPECT_NE(text.find(expected), std::string::npos) << question << " -> " << text;
    }
}

TEST(SurroundingsAnswers, UnitsThatAreNamedLikeStepsStayUnits) {
    auto scene = furnished();
    SceneObject chair;
    chair.detection = {"chair", -1, 1, {300, 200, 340, 300}, {}};
    chair.distance = {DistanceSource::sensor, 3, 2.9F, 3.1F};
    scene.objects = {chair};
    auto const text = answer(scene, "How many steps to the chair?");
    EXPECT_EQ(text.find("Stairs"), std::string::npos) << text;
    EXPECT_EQ(text.find("I see three steps"), std::string::npos) << text;
}

TEST(SurroundingsAnswers, HeightOfAThingIsThatOfItsReadings) {
    auto scene = furnished();
    SceneObject chair;
    chair.detection = {"chair", -1, 1, {300, 200, 340, 300}, {}};
    chair.distance = {DistanceSource::sensor, 3, 2.9F, 3.1F};
    chair.extent = GroundBox{{-0.2F, 0.25F}, {2.9F, 3.3F}, {0.02F, 0.9F}};
    scene.objects = {chair};
    EXPECT_NE(answer(scene, "How tall is the chair?").find("90 centimetres"), std::string::npos);
    EXPECT_NE(answer(scene, "How wide is the chair?").find("45 centimetres"), std::string::npos);
}

TEST(SurroundingsAnswers, SizesAreThoseOfTheThingThatIsAsked) {
    auto scene = furnished();
    auto thing = [](char const* label, float left, float top) {
        SceneObject object;
        object.detection = {label, -1, 1, {300, 200, 340, 300}, {}};
        object.distance = {DistanceSource::sensor, 3, 2.9F, 3.1F};
        object.extent = GroundBox{{left, left + 0.45F}, {2.9F, 3.3F}, {0.02F, top}};
        return object;
    };
    scene.objects = {thing("backpack", -1, 0.4F), thing("cup", 0, 0.5F), thing("chair", 1, 0.9F)};
    scene.objects[1].extent.reset();
    EXPECT_NE(answer(scene, "How tall is the chair?").find("The chair reaches up to 90 centimetres"),
              std::string::npos);
    EXPECT_NE(answer(scene, "How tall is the backpack?").find("The backpack reaches up to 40 cent"), std::string::npos);
    auto const unmeasured = answer(scene, "How tall is the cup?");
    EXPECT_EQ(unmeasured.find("reaches"), std::string::npos) << unmeasured;
}

TEST(SurroundingsAnswers, AtHeadHeightIsWhatHangsThereAndWhatStandsSoTall) {
    auto scene = furnished();
    auto& obstacles = scene.around->obstacles;
    auto standing = obstacles[0];
    standing.kind = ObstacleKind::standing;
    standing.box.z = {0, 1.8F};
    auto const low = obstacles[0];
    obstacles = {standing};
    EXPECT_EQ(answer(scene, "What is at head height?").find("do not see"), std::string::npos);
    obstacles[0].box.z.high = 1.2F; // too low to meet a head
    EXPECT_NE(answer(scene, "What is at head height?").find("do not see"), std::string::npos);
    obstacles = {low};
    obstacles[0].box.z.high = 1.8F; // its top is a guess: what is low is not at head height
    EXPECT_NE(answer(scene, "What is at head height?").find("do not see"), std::string::npos);
}

TEST(SurroundingsCheck, SupportsAndContradicts) {
    auto const scene = furnished();
    EXPECT_TRUE(is_speakable("There is a wall on the left.", scene));
    EXPECT_FALSE(is_speakable("There is a wall on the right.", scene));
    EXPECT_TRUE(is_speakable("A wall is straight ahead, 4 metres away.", scene));
    EXPECT_FALSE(is_speakable("A wall is straight ahead, 1 metre away.", scene));
    EXPECT_FALSE(is_speakable("There is no wall.", scene));
    EXPECT_FALSE(is_speakable("There is a window on the left.", scene));
    auto without = scene;
    without.around.reset();
    EXPECT_FALSE(is_speakable("There is a wall on the left.", without));
}

TEST(SurroundingsCheck, SizesAreNoDistances) {
    auto const scene = furnished();
    for (auto text :
         {"The doorway is 83 centimetres wide.", "A wall is 3 metres high.", "The stairs are 17 centimetres high."}) {
        for (auto const& claim : check_claims(text, scene)) {
            EXPECT_NE(claim.verdict, Verdict::contradicted) << text << ": " << claim.words;
        }
        EXPECT_FALSE(is_speakable(text, scene)) << "sizes are told by the program itself: " << text;
    }
}

TEST(SurroundingsPrompt, HoldsTheFacts) {
    auto const prompt = scene_prompt(furnished(), "", {});
    EXPECT_NE(prompt.context.find("Stairs down"), std::string::npos);
    EXPECT_NE(prompt.context.find("Doorway"), std::string::npos);
}

TEST(SizeWords, AreFinerThanDistances) {
    EXPECT_EQ(size_words(0.174F, Units::metres), "17 centimetres");
    EXPECT_EQ(size_words(0.174F, Units::steps), "17 centimetres");
    EXPECT_EQ(size_words(1.24F, Units::metres), "1.2 metres");
    EXPECT_EQ(size_words(1, Units::metres), "1 metre");
    EXPECT_EQ(size_words(0.178F, Units::feet), "7 inches");
    EXPECT_EQ(size_words(1.83F, Units::feet), "6 feet");
}

} // namespace
} // namespace echollama
