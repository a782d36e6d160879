// Telling without models: what the caption adds.
#include "pipeline/tell.h"
#include "scene/build.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace echollama {
namespace {

std::vector<std::string> told(std::string const& caption, std::string const& question = "", Level level = Level::full) {
    auto scene =
        build_scene({{"cup", 41, 0.9F, {60, 200, 160, 300}, {}}, {"chair", 56, 0.9F, {450, 150, 600, 470}, {}}}, 640,
                    480, Intrinsics{.fx = 600, .fy = 600, .cx = 320, .cy = 240});
    scene.caption = caption;
    Timings timings;
    TellingRequest request;
    request.question = question;
    request.prompts.wording.level = level;
    std::vector<std::string> heard;
    auto result = tell(scene, {}, request, {[&](auto const& sentence) { heard.push_back(sentence); }, {}}, timings, {});
    EXPECT_EQ(result.sentences, heard);
    return heard;
}

bool says(std::vector<std::string> const& sentences, std::string const& words) {
    return std::any_of(sentences.begin(), sentences.end(),
                       [&](auto const& s) { return s.find(words) != std::string::npos; });
}

TEST(Tell, TheCaptionIsSpokenAsFarAsTheSceneSupportsIt) {
    auto sentences =
        told("The cup is to the left of the chair. A dog sleeps beside the chair. The cup is on the right.");
    EXPECT_TRUE(says(sentences, "The cup is to the left of the chair."));
    EXPECT_FALSE(says(sentences, "dog"));
    EXPECT_FALSE(says(sentences, "cup is on the right"));
}

TEST(Tell, WhatTheSceneSaidAlreadyIsNotRepeatedFromTheCaption) {
    EXPECT_EQ(told("A pretty cup stands on the left."), told(""));
}

TEST(Tell, WithoutSupportTheScenesOwnWordsAreThere) {
    EXPECT_EQ(told("A dog sleeps."), told(""));
}

TEST(Tell, FewWordsStayFew) {
    EXPECT_EQ(told("The cup is to the left of the chair.", "", Level::headline), told("", "", Level::headline));
    EXPECT_EQ(told("The cup is to the left of the chair.", "", Level::brief), told("", "", Level::brief));
}

} // namespace
} // namespace echollama
