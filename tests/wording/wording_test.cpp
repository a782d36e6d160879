#include "questions/answers.h"
#include "scene/build.h"
#include "scene/english.h"
#include "scene/random_scene.h"
#include "wording/grounding.h"
#include "wording/mentions.h"
#include "wording/wording.h"

#include <gtest/gtest.h>

namespace echollama {
namespace {

using test::count_of;
using test::detection;
using test::random_scene;

TEST(WordingProperties, HeadlinesAreShortAndNameSomething) {
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        auto scene = random_scene(seed);
        for (auto directions : {Directions::clock, Directions::degrees, Directions::sides, Directions::grid}) {
            auto sentences = describe_scene(scene, {.level = Level::headline, .directions = directions});
            ASSERT_EQ(sentences.size(), 1U);
            auto words = split_words(sentences[0]);
            EXPECT_LE(words.size(), headline_words) << sentences[0];
            EXPECT_FALSE(find_mentions(words).empty()) << sentences[0];
        }
    }
}

TEST(WordingProperties, FullNamesEveryLabelAndOnlyThose) {
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        auto scene = random_scene(seed);
        std::string text;
        for (auto const& sentence : describe_scene(scene, {.level = Level::full})) {
            EXPECT_TRUE(sentence.ends_with(".")) << sentence;
            EXPECT_EQ(sentence.find(",,"), std::string::npos);
            text += sentence + " ";
        }
        auto mentions = find_mentions(split_words(text));
        for (auto const& object : scene.objects) {
            EXPECT_TRUE(std::any_of(mentions.begin(), mentions.end(),
                                    [&](auto const& m) { return m.label == object.detection.label; }))
                << object.detection.label << " is missing in: " << text;
        }
        for (auto const& mention : mentions) {
            EXPECT_TRUE(std::any_of(scene.objects.begin(), scene.objects.end(),
                                    [&](auto const& object) { return names_class(mention, object.detection.label); }))
                << mention.words << " is invented in: " << text;
        }
    }
}

TEST(WordingProperties, DangerComesFirst) {
    auto scene = build_scene({detection("cup", {300, 200, 390, 290}), detection("car", {20, 150, 180, 260})}, 640, 480,
                             test::plain_camera());
    ASSERT_EQ(scene.objects[0].detection.label, "cup"); // nearer
    EXPECT_TRUE(describe_scene(scene, {.level = Level::headline})[0].starts_with("A car"));
}

TEST(WordingProperties, DoubtIsSaid) {
    auto cat = detection("dog", {0, 0, 100, 100}, 0.48F);
    cat.alternative = "cat";
    EXPECT_EQ(careful_name(cat, 0.4F), "an animal, perhaps a dog or a cat");
    EXPECT_EQ(careful_name(detection("dog", {}, 0.3F), 0.4F), "an animal, perhaps a dog");
    EXPECT_EQ(careful_name(detection("dog", {}, 0.9F), 0.4F), "a dog");
    EXPECT_EQ(careful_name(detection("orange", {}, 0.9F), 0.4F), "an orange");
    Distance guessed{DistanceSource::object_size, 2.1F, 1.5F, 3};
    EXPECT_EQ(distance_words(guessed, Units::metres), "about 2 metres away");
    EXPECT_EQ(distance_words({}, Units::metres), "");
}

TEST(WordingProperties, ADoubtfulGroupIsDoubted) {
    auto const bottle = [](float score, float x) { return Detection{"bottle", -1, score, {x, 100, x + 20, 180}, {}}; };
    auto const first_of = [&](float b, float c) {
        auto scene = build_scene({bottle(0.9F, 100), bottle(b, 200), bottle(c, 300)}, 640, 480, test::plain_camera());
        return describe_scene(scene, {}).front();
    };
    EXPECT_TRUE(first_of(0.9F, 0.3F).starts_with("Three bottles")) << first_of(0.9F, 0.3F);
    EXPECT_TRUE(first_of(0.4F, 0.3F).starts_with("Perhaps three bottles")) << first_of(0.4F, 0.3F);
}

TEST(WordingProperties, NothingSeenIsAdmitted) {
    Scene empty;
    empty.measured = {"The picture is very dark."};
    for (auto level : {Level::headline, Level::brief, Level::full}) {
        auto sentences = describe_scene(empty, {.level = level});
        ASSERT_FALSE(sentences.empty());
        EXPECT_NE(sentences[0].find("cannot make out"), std::string::npos);
    }
    EXPECT_EQ(describe_scene(empty, {.level = Level::full}).back(), "The picture is very dark.");
}

TEST(Answers, AreRightAboutCountsAndPresence) {
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        auto scene = random_scene(seed);
        for (auto const& known : coco_classes()) {
            std::string label(known.name);
            auto n = count_of(scene, label);
            auto there = answer_question(scene, "Is there " + with_article(label) + "?", {});
            ASSERT_TRUE(there) << label;
            auto sure = std::any_of(scene.objects.begin(), scene.objects.end(), [&](auto const& object) {
                return object.detection.label == label && is_sure(object.detection, WordingOptions{}.sure_score);
            });
            EXPECT_EQ(there->text.starts_with("Yes"), sure) << there->text;
            bool doubted = there->text.find("I cannot tell whether") != std::string::npos;
            EXPECT_EQ(doubted || there->text.starts_with("I do not see"), n == 0) << there->text;
            auto many = answer_question(scene, "How many " + std::string(known.plural) + " are there?", {});
            ASSERT_TRUE(many) << label;
            doubted = many->text.find("I cannot tell whether") != std::string::npos;
            EXPECT_EQ(doubted || many->text.starts_with("I do not see"), n == 0) << many->text;
            auto where = answer_question(scene, "Where is the " + label + "?", {});
            ASSERT_TRUE(where) << label;
            doubted = where->text.find("I cannot tell whether") != std::string::npos;
            EXPECT_EQ(doubted || where->text.starts_with("I do not see"), n == 0) << where->text;
        }
    }
}

TEST(Answers, WhatTheSceneCannotKnowIsLeftToOthers) {
    auto scene = random_scene(1);
    for (char const* question : {"", "What time is it?", "Is the window open?", "Why?", "Tell me a story.", "???"}) {
        EXPECT_FALSE(answer_question(scene, question, {})) << question;
    }
}

} // namespace
} // namespace echollama
