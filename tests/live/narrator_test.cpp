// What is said of a moving scene, and when.
#include "live/narrate_world.h"
#include "live/narrator.h"
#include "live/stage.h"
#include "scene/build.h"

#include <gtest/gtest.h>

namespace echollama {
namespace {

using test::has;
using test::lens;
using test::person_at;
using test::Said;
using test::Stage;

TEST(Narrator, DescribesFirstAndIsSilentWhileNothingHappens) {
    Stage stage;
    stage.play(0, 75, [](double) { return std::vector{person_at(-15, 4), person_at(10, 6, "chair")}; });
    ASSERT_EQ(stage.said.size(), 1U) << stage.all();
    EXPECT_LT(stage.said[0].seconds, 0.8);
    EXPECT_TRUE(has(stage.said[0].text, "person")) << stage.all();
    EXPECT_TRUE(has(stage.said[0].text, "chair")) << stage.all();
}

TEST(Narrator, AnEmptySceneIsDescribedOnceToo) {
    Stage stage;
    stage.play(0, 70, [](double) { return std::vector<Detection>(); });
    ASSERT_EQ(stage.said.size(), 1U) << stage.all();
}

TEST(Narrator, WhoAppearsIsToldAndWhoGoesToo) {
    Stage stage;
    stage.play(0, 20, [](double now) {
        return now > 5 && now < 12 ? std::vector{person_at(-15, 4)} : std::vector<Detection>();
    });
    ASSERT_EQ(stage.said.size(), 3U) << stage.all();
    EXPECT_TRUE(has(stage.said[1].text, "person, slightly left")) << stage.all();
    EXPECT_NEAR(stage.said[1].seconds, 5.3, 0.3);
    EXPECT_EQ(stage.said[2].text, "The person is gone.");
}

TEST(Narrator, FlickerIsNoNews) {
    Stage stage;
    stage.play(0, 40, [](double now) {
        bool const missed = static_cast<int>(now / 4) % 2 == 1; // four seconds there, four away
        return missed ? std::vector<Detection>() : std::vector{person_at(-15, 4)};
    });
    int appeared = 0;
    for (auto const& one : stage.said) {
        appeared += one.text.starts_with("A person");
    }
    EXPECT_LE(appeared, 1) << stage.all(); // the first description
}

TEST(Narrator, DangerInterruptsAndIsNotRepeatedAtOnce) {
    Stage stage;
    stage.play(0, 8.4, [](double now) {
        std::vector<Detection> there{person_at(-20, 5, "chair"), person_at(20, 5, "bench"),
                                     person_at(-10, 7, "potted plant")};
        if (now > 0.3) {
            there.push_back(person_at(2, static_cast<float>(9.2 - now), "bicycle"));
        }
        return there;
    });
    std::vector<Said> dangers;
    for (auto const& one : stage.said) {
        if (one.urgency == Urgency::now) {
            dangers.push_back(one);
        }
    }
    ASSERT_GE(dangers.size(), 1U) << stage.all();
    EXPECT_TRUE(dangers[0].text.starts_with("Careful, a bicycle, straight ahead")) << stage.all();
    EXPECT_LT(dangers[0].seconds, 6);
    for (std::size_t i = 1; i < dangers.size(); ++i) {
        EXPECT_GT(dangers[i].seconds - dangers[i - 1].seconds, 4.9) << stage.all();
    }
}

TEST(Narrator, DangerIsSaidInTheMiddleOfSomethingElse) {
    Narrator narrator(NarratorOptions{});
    Scene empty;
    empty.width = 640, empty.height = 480;
    narrator.see(0, empty, {});
    narrator.see(0.5, empty, {});
    narrator.see(1, empty, {});
    ASSERT_TRUE(narrator.next(1));
    Thing thing;
    thing.detection = person_at(0, 4);
    thing.detection.identity = 1;
    thing.confirmed = thing.visible = thing.present = true;
    thing.movement.closing = Interval{0.5F, 0.4F, 0.6F};
    thing.movement.contact_s = Interval{2, 1.7F, 2.5F};
    thing.movement.sideways = Interval{0, -1, 1};
    auto const scene = build_scene({thing.detection}, 640, 480, lens);
    narrator.see(1.1, scene, {thing});
    EXPECT_FALSE(narrator.next(1.1)); // one picture may deceive
    narrator.see(1.2, scene, {thing});
    narrator.see(1.3, scene, {thing});
    EXPECT_TRUE(narrator.is_speaking());
    auto const danger = narrator.next(1.3);
    ASSERT_TRUE(danger);
    EXPECT_EQ(danger->urgency, Urgency::now);
    EXPECT_DOUBLE_EQ(danger->shown_at, 1.1);
}

TEST(Narrator, ThoseWhoAppearTogetherAreToldTogether) {
    Stage stage;
    stage.play(0, 12, [](double now) {
        return now > 5 ? std::vector{person_at(-15, 4), person_at(5, 6), person_at(20, 5)} : std::vector<Detection>();
    });
    ASSERT_EQ(stage.said.size(), 2U) << stage.all();
    EXPECT_TRUE(has(stage.said[1].text, "Three people, the nearest")) << stage.all();
}

TEST(Narrator, CrossingAndStopping) {
    Stage stage;
    stage.play(0, 14, [](double now) {
        float const moved = static_cast<float>(std::min(std::max(now - 3, 0.0), 4.0)); // after the first sentence
        return std::vector{person_at(-25 + 10 * moved, 5)};
    });
    EXPECT_TRUE(has(stage.all(), "person slightly left goes right")) << stage.all();
    EXPECT_TRUE(has(stage.all(), "The person has stopped")) << stage.all();
}

TEST(Narrator, OnlyDangersForThoseWhoWantNoMore) {
    NarratorOptions options;
    options.talk = Talkativeness::dangers;
    Stage stage(options);
    stage.play(0, 20, [](double now) { return now > 5 ? std::vector{person_at(-15, 6)} : std::vector<Detection>(); });
    EXPECT_EQ(stage.said.size(), 1U) << stage.all();
}

TEST(Narrator, AnotherSceneIsDescribedAnew) {
    Stage stage;
    stage.play(0, 6, [](double) { return std::vector{person_at(-15, 4)}; });
    stage.narrator.scene_changed(6);
    stage.tracker.clear();
    stage.play(6.1, 12, [](double) { return std::vector{person_at(10, 6, "chair")}; });
    ASSERT_EQ(stage.said.size(), 2U) << stage.all();
    EXPECT_TRUE(stage.said[1].text.starts_with("Another scene. ")) << stage.all();
    EXPECT_TRUE(has(stage.said[1].text, "chair")) << stage.all();
}

TEST(Narrator, WhatChanged) {
    Stage stage;
    stage.play(0, 4, [](double) { return std::vector{person_at(-15, 4)}; });
    EXPECT_EQ(stage.narrator.what_changed(4), "Nothing has changed.");
    stage.play(4, 12, [](double) { return std::vector{person_at(15, 4, "dog")}; });
    auto const changes = stage.narrator.what_changed(12);
    EXPECT_TRUE(has(changes, "New: a dog, slightly right")) << changes;
    EXPECT_TRUE(has(changes, "The person is gone.")) << changes;
    EXPECT_EQ(stage.narrator.what_changed(13), "Nothing has changed since you asked.");
}

TEST(Narrator, SaysThatTheCameraWasLostAndReturned) {
    Narrator narrator(NarratorOptions{});
    narrator.note(1, "The camera was unplugged.");
    ASSERT_EQ(narrator.next(1)->text, "The camera was unplugged.");
    narrator.note(2, "The camera is back.");
    EXPECT_FALSE(narrator.next(2));
    narrator.ended(3);
    EXPECT_EQ(narrator.next(3)->text, "The camera is back.");
}

TEST(Narrator, AnswersComeInTheOrderOfTheirQuestionsAndBeforeNews) {
    Narrator narrator(NarratorOptions{});
    narrator.note(1, "The camera is back.");
    narrator.answer(1, "One.");
    narrator.answer(1, "Two.");
    std::vector<std::string> said;
    for (int i = 0; i < 3; ++i) {
        said.push_back(narrator.next(2 + i)->text);
        narrator.ended(2.5 + i);
    }
    EXPECT_EQ(said, (std::vector<std::string>{"One.", "Two.", "The camera is back."}));
}

class NarratedWorlds : public testing::TestWithParam<CameraWay> {};

TEST_P(NarratedWorlds, TellEveryDangerInTimeAndNothingThatIsNotThere) {
    NarrationScore sum;
    for (std::uint64_t seed = 101; seed <= 104; ++seed) {
        MovingWorldOptions options;
        options.way = GetParam();
        auto const world = make_moving_world(seed, options);
        sum += narration_score(narrate(world, {}));
    }
    std::string faults;
    for (auto const& fault : sum.faults) {
        faults += fault + "\n";
    }
    EXPECT_GT(sum.hazards.all, 2);
    EXPECT_EQ(sum.hazards.good, sum.hazards.all) << faults;
    EXPECT_GT(sum.there.all, 20);
    EXPECT_EQ(sum.there.good, sum.there.all) << faults;
    EXPECT_EQ(sum.repeated, 0) << faults;
    EXPECT_GE(sum.warnings.share(), 0.8) << faults;
}

INSTANTIATE_TEST_SUITE_P(Ways, NarratedWorlds, testing::ValuesIn(camera_ways),
                         [](auto const& instance) { return camera_way_name(instance.param); });

} // namespace
} // namespace echollama
