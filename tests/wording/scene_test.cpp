#include "base/counter_rng.h"
#include "base/error.h"
#include "questions/answers.h"
#include "scene/build.h"
#include "scene/camera.h"
#include "scene/grid.h"
#include "wording/grounding.h"
#include "wording/wording.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace echollama {
namespace {

Detection thing(std::string label, float score, Box box) {
    return {std::move(label), 0, score, box, std::nullopt};
}

// A cup on the left, a chair on the right, 600 x 400, the default camera.
Scene small_scene() {
    return build_scene({thing("cup", 0.9F, {60, 180, 100, 216}), thing("chair", 0.95F, {450, 150, 530, 300})}, 600, 400,
                       guess_camera(600, 400, std::nullopt));
}

std::string joined(std::vector<std::string> const& sentences) {
    std::string text;
    for (auto const& sentence : sentences) {
        text += sentence + " ";
    }
    return text;
}

TEST(Grid, EveryBoxHasExactlyOneCell) {
    float const odd[] = {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -1e30F, 1e30F,
                         0};
    for (std::uint64_t i = 0; i < 2000; ++i) {
        auto value = [&](std::uint64_t k) { return i < 25 ? odd[(i + k) % 5] : 2000 * uniform(7, 4 * i + k) - 500; };
        auto cell = cell_of({value(0), value(1), value(2), value(3)}, 640, 480);
        ASSERT_TRUE(cell.row == 0 || cell.row == 1);
        ASSERT_TRUE(cell.column >= 0 && cell.column <= 2);
    }
    EXPECT_EQ(cell_of({0, 0, 426.68F, 100}, 640, 480), (GridCell{0, 1})); // its centre is just past the first third
    EXPECT_EQ(cell_of({0, 240, 100, 240}, 640, 480), (GridCell{1, 0}));
}

TEST(Grid, ThePapersBoxesFallIntoItsCells) { // specification, section 9
    EXPECT_EQ(cell_name(cell_of({40.16F, 70.81F, 175.55F, 117.98F}, 640, 480)), "top left");
    EXPECT_EQ(cell_name(cell_of({333.24F, 72.55F, 368.33F, 187.66F}, 640, 480)), "top middle");
    EXPECT_EQ(cell_name(cell_of({13.24F, 52.05F, 314.02F, 470.93F}, 640, 480)), "bottom left");
}

TEST(Grid, TheMatrixIsReadBackWithoutLoss) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Scene scene;
        for (std::uint64_t i = 0; i < seed % 6; ++i) {
            SceneObject object;
            object.detection = thing(i % 2 ? "dining table" : "cup", uniform(seed, 5 * i), {});
            object.cell = {static_cast<int>(i % 2), static_cast<int>(i % 3)};
            object.x = 640 * uniform(seed, 5 * i + 1);
            object.y = 480 * uniform(seed, 5 * i + 2);
            object.z = 255 * uniform(seed, 5 * i + 3);
            scene.objects.push_back(object);
        }
        auto grid = make_grid(scene, 0.1F);
        auto again = parse_matrix(matrix_text(grid));
        ASSERT_EQ(grid.cells, again.cells) << matrix_text(grid);
    }
    EXPECT_THROW(parse_matrix("Left Top: [cup 0.9]\n"), Error);
}

TEST(Camera, BearingsAndClockHours) {
    auto camera = guess_camera(1000, 500, std::nullopt);
    EXPECT_NEAR(bearing_of(1000, camera), assumed_view_deg / 2, 0.01);
    EXPECT_NEAR(bearing_of(500, camera), 0, 0.001);
    EXPECT_EQ(clock_hour_of(0), 12);
    EXPECT_EQ(clock_hour_of(31), 1);
    EXPECT_EQ(clock_hour_of(-31), 11);
    EXPECT_EQ(clock_hour_of(-90), 9);
    EXPECT_EQ(clock_hour_of(-14), 12);
    auto film = camera_from_focal_35mm(3600, 2400, 36);
    EXPECT_NEAR(film.fx, 3600, 5) << "on 36 mm of film a 36 mm lens is as long as the picture is wide";
    EXPECT_NEAR(bearing_of(100, camera), -bearing_of(900, mirrored(camera, 1000)), 0.001);
}

TEST(Scene, NearestFirstAndDistanceWithInterval) {
    auto scene = small_scene();
    ASSERT_EQ(scene.objects.size(), 2U);
    EXPECT_EQ(scene.objects[0].detection.label, "cup");
    for (auto const& object : scene.objects) {
        EXPECT_EQ(object.distance.source, DistanceSource::object_size);
        EXPECT_LT(object.distance.low, object.distance.metres);
        EXPECT_GT(object.distance.high, object.distance.metres);
    }
}

TEST(Scene, SensorDepthGivesTheMedianAndIgnoresMissingReadings) {
    DepthMap depth{60, 40, DepthKind::metres, std::vector<float>(2400, 3.0F)};
    for (std::size_t i = 0; i < depth.values.size(); i += 3) {
        depth.values[i] = i % 2 ? 0.0F : std::numeric_limits<float>::quiet_NaN();
    }
    auto scene =
        build_scene({thing("chair", 0.9F, {100, 100, 300, 300})}, 600, 400, guess_camera(600, 400, {}), &depth);
    EXPECT_EQ(scene.objects[0].distance.source, DistanceSource::sensor);
    EXPECT_NEAR(scene.objects[0].distance.metres, 3.0, 0.01);
}

TEST(Scene, AllMissingDepthFallsBackToSizes) {
    DepthMap depth{60, 40, DepthKind::metres, std::vector<float>(2400, 0.0F)};
    auto scene =
        build_scene({thing("chair", 0.9F, {100, 100, 180, 300})}, 600, 400, guess_camera(600, 400, {}), &depth);
    EXPECT_EQ(scene.objects[0].distance.source, DistanceSource::object_size);
}

TEST(Scene, ACupWithItsFootInsideATableIsOnIt) {
    auto scene =
        build_scene({thing("dining table", 0.9F, {100, 200, 500, 390}), thing("cup", 0.9F, {250, 150, 300, 230})}, 600,
                    400, guess_camera(600, 400, {}));
    ASSERT_EQ(scene.relations.size(), 1U);
    EXPECT_EQ(scene.objects[scene.relations[0].subject].detection.label, "cup");
    EXPECT_EQ(scene.relations[0].relation, Relation::on);
}

TEST(Wording, HeadlineIsShortAndNamesTheNearest) {
    WordingOptions options;
    options.level = Level::headline;
    for (auto directions : {Directions::clock, Directions::degrees, Directions::sides, Directions::grid}) {
        options.directions = directions;
        auto sentences = describe_scene(small_scene(), options);
        ASSERT_EQ(sentences.size(), 1U);
        EXPECT_LE(std::count(sentences[0].begin(), sentences[0].end(), ' ') + 1, 12) << sentences[0];
        EXPECT_NE(sentences[0].find("cup"), std::string::npos);
    }
}

TEST(Wording, DoubtIsSaidAloud) {
    auto dog = thing("dog", 0.47F, {});
    EXPECT_EQ(careful_name(dog, 0.5F), "an animal, perhaps a dog");
    dog.alternative = "cat";
    EXPECT_EQ(careful_name(dog, 0.1F), "an animal, perhaps a dog or a cat");
    EXPECT_EQ(careful_name(thing("dog", 0.9F, {}), 0.5F), "a dog");
    EXPECT_EQ(careful_name(thing("cup", 0.45F, {}), 0.5F), "probably a cup");
}

TEST(Wording, AnEmptySceneSaysSo) {
    auto text = joined(describe_scene(Scene{}, {}));
    EXPECT_NE(text.find("cannot make out"), std::string::npos) << text;
}

TEST(Wording, QuestionsTheSceneCanAnswer) {
    auto scene = small_scene();
    auto answer = [&](char const* question) { return answer_question(scene, question, {}).value_or(Answer{}).text; };
    EXPECT_NE(answer("Where is the cup?").find("left"), std::string::npos);
    EXPECT_NE(answer("How many chairs are there?").find("one"), std::string::npos);
    EXPECT_NE(answer("Is there a dog?").find("do not see"), std::string::npos);
    EXPECT_NE(answer("What is on the right?").find("chair"), std::string::npos);
    EXPECT_FALSE(answer_question(scene, "Tell me a joke.", {}));
}

// Who walks on meets what is a little beside the way, too; who asks whether it is safe wants to hear of everything.
TEST(Wording, WhatIsAheadIncludesWhatIsSlightlyBeside) {
    Scene scene = small_scene();
    scene.objects.resize(1);
    scene.objects[0].bearing_deg = -15;
    auto answer = [&](char const* question) { return answer_question(scene, question, {}).value_or(Answer{}).text; };
    EXPECT_NE(answer("What is ahead?").find("cup, slightly left"), std::string::npos) << answer("What is ahead?");
    EXPECT_NE(answer("What is on the left?").find("cup"), std::string::npos);
    scene.objects[0].bearing_deg = -35;
    EXPECT_EQ(answer("What is ahead?"), "I do not see anything straight ahead.");
    EXPECT_NE(answer("Is it safe to walk?").find("cup, on the left"), std::string::npos);
    scene.objects.clear();
    EXPECT_EQ(answer("Is it safe to walk?").find("I cannot tell whether it is safe. I"), 0U);
}

TEST(Grounding, TheScenesOwnWordsAreSupported) {
    auto scene = small_scene();
    for (auto directions : {Directions::clock, Directions::sides}) {
        WordingOptions options;
        options.directions = directions;
        for (auto const& sentence : describe_scene(scene, options)) {
            EXPECT_TRUE(is_speakable(sentence, scene, true)) << sentence;
        }
    }
}

TEST(Grounding, FalseSentencesAreCaught) {
    auto scene = small_scene();
    for (char const* text :
         {"A cup is on the right.", "The chair is on your left.", "There are two chairs.", "A dog lies on the floor.",
          "A cup at 3 o'clock.", "The chair is to the left of the cup.", "There is no cup.", "Three cups stand there.",
          "There is a window behind the chair.", "The matrix shows a cup.", "A cup, 9 metres away."}) {
        EXPECT_FALSE(is_speakable(text, scene)) << text;
    }
}

TEST(Grounding, TrueParaphrasesPass) {
    auto scene = small_scene();
    for (char const* text : {"There is a mug on your left.", "On the right you find a chair.",
                             "A cup is on the left and a chair is on the right.", "There is no dog.",
                             "The cup is to the left of the chair.", "One chair is on the right."}) {
        EXPECT_TRUE(is_speakable(text, scene)) << text;
    }
}

} // namespace
} // namespace echollama
