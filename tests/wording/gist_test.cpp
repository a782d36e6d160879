// What the whole picture seems to show: said with doubt, checked, never against an object.
#include "questions/answers.h"
#include "scene/build.h"
#include "scene/imagenet.h"
#include "wording/grounding.h"
#include "wording/mentions.h"
#include "wording/wording.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace echollama {
namespace {

Scene scene_with(Gist const& gist, std::vector<Detection> const& objects = {}) {
    Intrinsics camera{400, 400, 320, 240};
    auto scene = build_scene(objects, 640, 480, camera);
    scene.gist = gist;
    return scene;
}

Gist const monkey{"a monkey", "a baboon", 0.8F};

TEST(Gist, IsSaidWithDoubtWhereNoObjectIs) {
    for (auto level : {Level::headline, Level::brief, Level::full}) {
        WordingOptions wording;
        wording.level = level;
        EXPECT_EQ(describe_scene(scene_with(monkey), wording).front(),
                  "This may be a picture of a monkey, perhaps a baboon.");
    }
    EXPECT_EQ(describe_scene(scene_with({"an apple", "", 0.6F}), {}).front(), "This may be a picture of an apple.");
}

TEST(Gist, FollowsTheObjectsAndDoesNotRepeatThem) {
    Detection const dog{"dog", 16, 0.5F, {100, 100, 300, 300}, std::nullopt};
    auto const sentences = describe_scene(scene_with(monkey, {dog}), {.sure_score = 0.85F});
    EXPECT_NE(sentences.front().find("dog"), std::string::npos);
    EXPECT_NE(std::find(sentences.begin(), sentences.end(), "This may be a picture of a monkey, perhaps a baboon."),
              sentences.end());
    EXPECT_FALSE(gist_sentence(scene_with({"a dog", "a beagle", 0.8F}, {dog})));
}

TEST(Gist, GroundingHoldsItOnlyWithDoubt) {
    auto const scene = scene_with({"a dog", "a beagle", 0.8F});
    EXPECT_TRUE(is_speakable(*gist_sentence(scene), scene));
    EXPECT_TRUE(is_speakable("Perhaps there is a dog.", scene));
    EXPECT_FALSE(is_speakable("There is a dog.", scene));
    EXPECT_FALSE(is_speakable("There may be a cat.", scene));
}

// Whatever words the classifier has: no word is said twice.
TEST(Gist, SaysNoWordTwice) {
    auto const expect_each_once = [](Gist const& gist) {
        auto const sentence = gist_sentence(scene_with(gist));
        ASSERT_TRUE(sentence) << gist.words;
        std::set<std::string> said;
        for (auto const& word : split_words(*sentence)) {
            bool const small = word.text.size() <= 3; // "a", "or", "of" may come again
            EXPECT_TRUE(said.insert(word.text).second || small) << *sentence;
        }
    };
    for (auto const& kind : imagenet_kinds()) {
        expect_each_once({std::string(kind.words), "", 0.6F});
        for (auto const& family : imagenet_families()) {
            if (std::includes(family.classes.begin(), family.classes.end(), kind.classes.begin(), kind.classes.end())) {
                expect_each_once({std::string(family.words), std::string(kind.words), 0.6F});
            }
        }
    }
    for (std::size_t i = 0; i < imagenet_class_count; ++i) {
        expect_each_once({imagenet_words(i), "", 0.6F});
    }
}

TEST(Gist, AnswersWithDoubt) {
    EXPECT_EQ(answer_question(scene_with(monkey), "Is there a monkey?", {})->text,
              "Perhaps. This may be a picture of a monkey, perhaps a baboon.");
    EXPECT_EQ(answer_question(scene_with(monkey), "What is this?", {})->text,
              "This may be a picture of a monkey, perhaps a baboon.");
    for (auto const& family : imagenet_families()) { // their small words are in every question
        auto const answer =
            answer_question(scene_with({std::string(family.words), "", 0.6F}), "Is there a cup in this place?", {});
        EXPECT_EQ(answer->text.find("Perhaps"), std::string::npos) << answer->text;
    }
}

} // namespace
} // namespace echollama
