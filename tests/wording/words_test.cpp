// Tables for the words of a scene: every rule has its border.
#include "scene/build.h"
#include "scene/english.h"
#include "scene/random_scene.h"
#include "wording/wording.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace echollama {
namespace {

using test::detection;

constexpr float steps_m = 0.7F;

// A thing of the label at a bearing and a distance, as a sensor or a usual size gives it.
SceneObject thing(std::string label, float bearing_deg, float metres, float score = 0.9F,
                  DistanceSource source = DistanceSource::sensor) {
    SceneObject object;
    object.detection = detection(std::move(label), {0, 0, 10, 10}, score);
    object.bearing_deg = bearing_deg;
    object.distance = metres > 0 ? Distance{source, metres, metres, metres} : Distance{};
    return object;
}

Scene scene_of(std::vector<SceneObject> objects) {
    Scene scene;
    scene.width = 640, scene.height = 480;
    scene.objects = std::move(objects);
    return scene;
}

std::vector<std::string> described(std::vector<SceneObject> objects, WordingOptions const& options = {}) {
    return describe_scene(scene_of(std::move(objects)), options);
}

std::string measured(float metres, Units units) {
    return length_words({DistanceSource::sensor, metres, metres, metres}, units);
}

TEST(LengthWords, AreRoundedAsPeopleSayThem) {
    struct {
        float metres;
        Units units;
        char const* words;
    } const table[] = {
        {0.01F, Units::metres, "5 centimetres"},
        {0.12F, Units::metres, "10 centimetres"},
        {0.13F, Units::metres, "15 centimetres"},
        {0.29F, Units::metres, "30 centimetres"},
        {0.34F, Units::metres, "30 centimetres"},
        {0.36F, Units::metres, "40 centimetres"},
        {0.94F, Units::metres, "90 centimetres"},
        {0.96F, Units::metres, "1 metre"},
        {1.24F, Units::metres, "1 metre"},
        {1.26F, Units::metres, "1.5 metres"},
        {2.7F, Units::metres, "2.5 metres"},
        {4.8F, Units::metres, "5 metres"},
        {5.4F, Units::metres, "5 metres"},
        {5.6F, Units::metres, "6 metres"},
        {12.4F, Units::metres, "12 metres"},
        {0.7F, Units::yards, "1 yard"},
        {0.69F, Units::yards, "2 feet"},
        {0.01F, Units::feet, "1 inch"},
        {0.2F, Units::feet, "8 inches"},
        {0.31F, Units::feet, "1 foot"},
        {0.9F, Units::feet, "3 feet"},
        {3.05F, Units::feet, "10 feet"},
        {0.1F, Units::steps, "1 step"},
        {1.0F, Units::steps, "1 step"},
        {1.1F, Units::steps, "2 steps"},
        {7 * steps_m, Units::steps, "7 steps"},
        {0.001F, Units::centimetres, "1 centimetre"},
        {0.12F, Units::centimetres, "12 centimetres"},
        {0.52F, Units::centimetres, "50 centimetres"},
        {0.53F, Units::centimetres, "55 centimetres"},
        {2.32F, Units::centimetres, "250 centimetres"},
        {0.0254F, Units::inches, "1 inch"},
        {0.3F, Units::inches, "12 inches"},
        {0.3F, Units::yards, "12 inches"},
        {0.9F, Units::yards, "1 yard"},
        {2.8F, Units::yards, "3 yards"},
    };
    for (auto const& row : table) {
        EXPECT_EQ(measured(row.metres, row.units), row.words) << row.metres;
    }
}

TEST(LengthWords, AGuessIsSaidToBeOne) {
    for (auto source : {DistanceSource::object_size, DistanceSource::calibrated_depth}) {
        EXPECT_EQ(length_words({source, 2, 1.5F, 3}, Units::metres), "about 2 metres");
        EXPECT_EQ(distance_words({source, 2, 1.5F, 3}, Units::metres), "about 2 metres away");
    }
    EXPECT_EQ(distance_words({DistanceSource::sensor, 2, 1, 3}, Units::metres), "2 metres away");
    EXPECT_EQ(length_words({}, Units::feet), "");
    EXPECT_EQ(distance_words({}, Units::feet), "");
}

TEST(DirectionWords, HaveTheirBorders) {
    struct {
        float bearing;
        Directions directions;
        char const* words;
    } const table[] = {
        {0, Directions::sides, "straight ahead"},
        {8, Directions::sides, "straight ahead"},
        {-8, Directions::sides, "straight ahead"},
        {8.1F, Directions::sides, "slightly right"},
        {-8.1F, Directions::sides, "slightly left"},
        {25, Directions::sides, "slightly right"},
        {25.1F, Directions::sides, "on the right"},
        {-25.1F, Directions::sides, "on the left"},
        {-110, Directions::sides, "on the left"},
        {160, Directions::sides, "behind you on the right"},
        {111, Directions::sides, "behind you on the right"},
        {-111, Directions::sides, "behind you on the left"},
        {161, Directions::sides, "behind you"},
        {-161, Directions::sides, "behind you"},
        {2.4F, Directions::degrees, "straight ahead"},
        {2.6F, Directions::degrees, "5 degrees right"},
        {-12.4F, Directions::degrees, "10 degrees left"},
        {30, Directions::none, ""},
    };
    for (auto const& row : table) {
        EXPECT_EQ(direction_words(thing("cup", row.bearing, 1), row.directions), row.words) << row.bearing;
    }
    auto object = thing("cup", 60, 1);
    object.clock_hour = 2;
    object.cell = {1, 2};
    EXPECT_EQ(direction_words(object, Directions::clock), "at 2 o'clock");
    EXPECT_EQ(direction_words(object, Directions::grid), "bottom right");
    EXPECT_EQ(side_of(-8.1F), -1);
    EXPECT_EQ(side_of(8), 0);
    EXPECT_EQ(side_of(8.1F), 1);
    EXPECT_TRUE(is_nearly_ahead(-25));
    EXPECT_FALSE(is_nearly_ahead(25.1F));
}

TEST(CarefulName, DoubtsByScoreAndByKind) {
    struct {
        char const* label;
        float score;
        char const* name;
    } const table[] = {
        {"cup", 0.5F, "a cup"},
        {"cup", 0.49F, "probably a cup"},
        {"cup", 0.41F, "probably a cup"},
        {"cup", 0.39F, "perhaps a cup"},
        {"dog", 0.49F, "an animal, perhaps a dog"},
        {"car", 0.49F, "a vehicle, perhaps a car"},
        {"scissors", 0.6F, "some scissors"},
        {"thing of no class", 0.3F, "perhaps a thing of no class"},
    };
    for (auto const& row : table) {
        EXPECT_EQ(careful_name(detection(row.label, {}, row.score), 0.5F), row.name);
    }
    auto sure_but_rivalled = detection("cup", {}, 0.9F);
    sure_but_rivalled.alternative = "bowl";
    EXPECT_FALSE(is_sure(sure_but_rivalled, 0.5F));
    EXPECT_TRUE(is_sure(detection("cup", {}, 0.5F), 0.5F));
    EXPECT_FALSE(is_sure(detection("cup", {}, 0.49F), 0.5F));
}

// What moves or hurts comes first while it is near, whatever is nearer.
TEST(DescribeScene, UrgentThingsComeFirst) {
    auto first = [](char const* label, float metres) {
        return described({thing("cup", 0, 0.5F), thing(label, 0, metres)}).front();
    };
    EXPECT_TRUE(first("car", 9.9F).starts_with("A car")) << first("car", 9.9F);
    EXPECT_TRUE(first("car", 10).starts_with("A cup"));
    EXPECT_TRUE(first("car", 0).starts_with("A car")) << "moving things are told where their distance is not known";
    EXPECT_TRUE(first("knife", 1.9F).starts_with("A knife"));
    EXPECT_TRUE(first("knife", 2).starts_with("A cup"));
    EXPECT_TRUE(first("knife", 0).starts_with("A cup"));
    EXPECT_TRUE(first("chair", 1).starts_with("A cup"));
    EXPECT_TRUE(first("thing of no class", 1).starts_with("A cup"));
}

TEST(DescribeScene, GroupsTellTheirNumberAndTheNearest) {
    EXPECT_EQ(described({thing("chair", 0, 1), thing("chair", 30, 2)}),
              (std::vector<std::string>{"Two chairs, the nearest straight ahead, 1 metre away."}));
    EXPECT_EQ(described({thing("knife", 0, 0), thing("knife", 30, 0)}, {.directions = Directions::none}),
              (std::vector<std::string>{"Two knives."}));
    EXPECT_EQ(described({thing("chair", 0, 1, 0.3F), thing("chair", 30, 2)}).front().substr(0, 10), "Two chairs");
    EXPECT_EQ(described({thing("chair", 0, 1, 0.3F), thing("chair", 3, 2, 0.3F), thing("chair", 30, 2)}).front(),
              "Perhaps three chairs, the nearest straight ahead, 1 metre away.");
}

TEST(DescribeScene, LevelsSayMoreOrLess) {
    std::vector<SceneObject> const four{thing("cup", 0, 1), thing("bowl", 0, 2), thing("fork", 0, 3),
                                        thing("spoon", 0, 4)};
    EXPECT_EQ(described(four, {.level = Level::headline}).size(), 1U);
    EXPECT_EQ(described(four, {.level = Level::brief}).size(), 3U);
    EXPECT_EQ(described(four, {.level = Level::full}).size(), 4U);
    auto scene = scene_of(four);
    scene.measured = {"The picture is blurred."};
    EXPECT_EQ(describe_scene(scene, {.level = Level::full}).back(), "The picture is blurred.");
    EXPECT_EQ(describe_scene(scene, {.level = Level::brief}).size(), 3U);
}

TEST(DescribeScene, OnlyGuessedDistancesAreSaidToBeGuessed) {
    auto guessed = [](DistanceSource source) {
        auto const text = described({thing("cup", 0, 1, 0.9F, source)});
        return text.back().find("guessed") != std::string::npos;
    };
    EXPECT_TRUE(guessed(DistanceSource::object_size));
    EXPECT_TRUE(guessed(DistanceSource::calibrated_depth));
    EXPECT_FALSE(guessed(DistanceSource::sensor));
}

TEST(DescribeScene, OnlyClearRelationsAreTold) {
    auto related = [](Relation relation, float score, bool twice) {
        auto scene = scene_of({thing("cup", 0, 1, score), thing("dining table", 0, 1)});
        if (twice) {
            scene.objects.push_back(thing("cup", 5, 1));
        }
        scene.relations.push_back({0, relation, 1, std::nullopt});
        return describe_scene(scene, {}).back();
    };
    EXPECT_EQ(related(Relation::on, 0.9F, false), "The cup is on the dining table.");
    EXPECT_EQ(related(Relation::beside, 0.9F, false), "The cup is beside the dining table.");
    for (auto other : {Relation::left_of, Relation::behind, Relation::in_front_of, Relation::under}) {
        EXPECT_EQ(related(other, 0.9F, false).find("The "), std::string::npos);
    }
    EXPECT_EQ(related(Relation::on, 0.4F, false).find("The "), std::string::npos) << "what is doubtful has no place";
    EXPECT_EQ(related(Relation::on, 0.9F, true).find("The "), std::string::npos) << "which of two cups?";
}

TEST(DescribeScene, AHeadlineHasRoomForTwelveWords) {
    // "A cup, straight ahead, 1 metre away; a bowl, straight ahead." has eleven words, a fork would be the thirteenth.
    EXPECT_EQ(described({thing("cup", 0, 1), thing("bowl", 0, 2), thing("fork", 0, 3)}, {.level = Level::headline}),
              (std::vector<std::string>{"A cup, straight ahead, 1 metre away; a bowl, straight ahead."}));
    EXPECT_EQ(described({thing("cup", 0, 1), thing("bowl", 40, 2), thing("fork", 0, 0)},
                        {.level = Level::headline, .directions = Directions::none}),
              (std::vector<std::string>{"A cup, 1 metre away; a bowl; a fork."}));
    // Exactly twelve: four for the cup and its distance, eight for the others.
    EXPECT_EQ(described({thing("cup", 0, 0), thing("bowl", 0, 0), thing("fork", 0, 0)}, {.level = Level::headline}),
              (std::vector<std::string>{"A cup, straight ahead; a bowl, straight ahead; a fork, straight ahead."}));
}

TEST(DescribeScene, AHeadlineOfTwelveWordsIsNotShortened) {
    auto dog = thing("dog", 0, 2, 0.9F, DistanceSource::object_size);
    dog.detection.alternative = "cat";
    EXPECT_EQ(described({dog}, {.level = Level::headline, .directions = Directions::none}),
              (std::vector<std::string>{"An animal, perhaps a dog or a cat, about 2 metres away."}));
    EXPECT_EQ(described({dog}, {.level = Level::headline}),
              (std::vector<std::string>{"An animal, perhaps a dog or a cat, straight ahead."}));
}

TEST(DescribeScene, RelationsAreToldAmongMoreThings) {
    auto scene = scene_of({thing("cup", 0, 1), thing("dining table", 0, 1), thing("chair", 0, 1)});
    scene.relations.push_back({0, Relation::on, 1, std::nullopt});
    EXPECT_EQ(describe_scene(scene, {}).back(), "The cup is on the dining table.");
}

TEST(English, WordsAndTheirForms) {
    struct {
        char const* one;
        char const* many;
    } const forms[] = {{"cup", "cups"},    {"bus", "buses"},      {"box", "boxes"},     {"bench", "benches"},
                       {"dish", "dishes"}, {"knife", "knives"},   {"shelf", "shelves"}, {"leaf", "leaves"},
                       {"woman", "women"}, {"child", "children"}, {"pony", "ponies"},   {"boy", "boys"},
                       {"y", "ys"}};
    for (auto const& form : forms) {
        EXPECT_EQ(plural_word(form.one), form.many);
    }
    EXPECT_EQ(article("apple"), "an");
    EXPECT_EQ(article("cup"), "a");
    EXPECT_EQ(article(""), "a");
    EXPECT_EQ(capitalised("cup"), "Cup");
    EXPECT_EQ(capitalised("zebra"), "Zebra");
    EXPECT_EQ(capitalised("apple"), "Apple");
    EXPECT_EQ(capitalised("3 cups"), "3 cups");
    EXPECT_EQ(capitalised(""), "");
    EXPECT_EQ(number_word(0), "no");
    EXPECT_EQ(number_word(10), "ten");
    EXPECT_EQ(number_word(11), "11");
    struct {
        char const* word;
        int number;
    } const numbers[] = {
        {"no", 0},    {"three", 3},           {"a", 1},          {"both", 2}, {"twelve", 12}, {"0", 0},   {"9", 9},
        {"123", 123}, {"99999999", 99999999}, {"999999999", -1}, {"", -1},    {"x", -1},      {"1x", -1}, {"/", -1},
        {":", -1}};
    for (auto const& [word, number] : numbers) {
        EXPECT_EQ(number_of(word), number) << word;
    }
    for (char const* word : {"no", "not", "nothing", "cannot", "isn't", "isn\u2019t", "without"}) {
        EXPECT_TRUE(is_negation(word)) << word;
    }
    for (char const* word : {"note", "any", "knot", "on", "n't x", ""}) {
        EXPECT_FALSE(is_negation(word)) << word;
    }
}

} // namespace
} // namespace echollama
