#include "scene/furnished_room.h"
#include "scene/random_scene.h"
#include "wording/placing.h"
#include "wording/wording.h"

#include <gtest/gtest.h>

namespace echollama {
namespace {

// left cup, right cup, person ahead, dog on the right; nearest first is not needed here
Scene four_things() {
    return build_scene({test::detection("cup", {30, 200, 80, 260}), test::detection("cup", {560, 200, 600, 250}),
                        test::detection("person", {280, 60, 360, 460}), test::detection("dog", {480, 300, 560, 380})},
                       640, 480, test::plain_camera());
}

// "text@label+bearing sign" of each part.
std::vector<std::string> parts_of(std::string const& sentence, Scene const& scene) {
    std::vector<std::string> out;
    for (auto const& part : place_text(sentence, scene)) {
        auto text = part.text;
        if (part.object) {
            auto const& object = scene.objects[*part.object];
            int const side = side_of(object.bearing_deg);
            text += "@" + object.detection.label + (side < 0 ? "-" : side > 0 ? "+" : "0");
        }
        out.push_back(text);
    }
    return out;
}

using Parts = std::vector<std::string>;

TEST(PlaceText, ASentenceIsAboutTheThingItNames) {
    auto const scene = four_things();
    EXPECT_EQ(parts_of("A person, straight ahead, about 3 metres away.", scene),
              (Parts{"A person, straight ahead, about 3 metres away.@person0"}));
    EXPECT_EQ(parts_of("There is a cup on the right.", scene), (Parts{"There is a cup on the right.@cup+"}));
    EXPECT_EQ(parts_of("There is a cup on the left.", scene), (Parts{"There is a cup on the left.@cup-"}));
    EXPECT_EQ(parts_of("An animal, perhaps a dog, on the right.", scene),
              (Parts{"An animal, perhaps a dog, on the right.@dog+"}));
    EXPECT_EQ(parts_of("Two cups, the nearest on the left.", scene),
              (Parts{"Two cups, the nearest on the left.@cup-"}));
}

TEST(PlaceText, OfTwoItIsTheOneAtTheHourThatIsTold) {
    auto const scene = four_things();
    EXPECT_EQ(parts_of("A cup, at 11 o'clock.", scene), (Parts{"A cup, at 11 o'clock.@cup-"}));
    EXPECT_EQ(parts_of("A cup, at 1 o'clock.", scene), (Parts{"A cup, at 1 o'clock.@cup+"}));
    EXPECT_EQ(parts_of("O'clock: a cup.", scene).size(), 2U);
    EXPECT_EQ(parts_of("A cup at 11 o'clock, a dog at 1 o'clock.", scene),
              (Parts{"A cup at 11 o'clock, @cup-", "a dog at 1 o'clock.@dog+"}));
}

TEST(PlaceText, TheSubjectCountsNotWhatItStandsBy) {
    auto const scene = four_things();
    EXPECT_EQ(parts_of("The dog is next to the person.", scene), (Parts{"The dog is next to the person.@dog+"}));
    EXPECT_EQ(parts_of("Behind the person is a dog.", scene), (Parts{"Behind the person is a dog.@dog+"}));
}

TEST(PlaceText, SeveralPlacesAreSeveralParts) {
    auto const scene = four_things();
    EXPECT_EQ(parts_of("A person, straight ahead; a dog, on the right; a cup, on the left.", scene),
              (Parts{"A person, straight ahead; @person0", "a dog, on the right; @dog+", "a cup, on the left.@cup-"}));
    EXPECT_EQ(parts_of("There is a cup on the left and a dog on the right.", scene),
              (Parts{"There is a cup on the left @cup-", "and a dog on the right.@dog+"}));
    EXPECT_EQ(parts_of("Yes. A dog, on the right.", scene), (Parts{"Yes. ", "A dog, on the right.@dog+"}));
}

TEST(PlaceText, OnePlaceIsOnePart) {
    auto const scene = four_things();
    EXPECT_EQ(parts_of("A dog and a cup are on the right.", scene).size(), 1U);
    EXPECT_EQ(parts_of("A dog, on the right, about 1.5 metres away.", scene).size(), 1U);
    EXPECT_EQ(parts_of("A person, probably walking, is straight ahead.", scene).size(), 1U);
}

TEST(PlaceText, WhatIsNotThereHasNoPlace) {
    auto const scene = four_things();
    for (auto const* sentence : {"I do not see any dog in this picture.", "There is no person.", "The picture is dark.",
                                 "A horse is on the left.", "Distances are guessed from usual sizes.", "", " "}) {
        for (auto const& part : place_text(sentence, scene)) {
            EXPECT_FALSE(part.object) << sentence;
        }
    }
    EXPECT_TRUE(place_text("", scene).empty());
}

// What the program itself says: every word is kept, and every sentence about a thing comes from its side.
// What was measured around the viewer is heard from where it is, too.
TEST(PlaceText, WallsStepsAndOpeningsHavePlaces) {
    auto const scene = furnished();
    struct Case {
        char const* sentence;
        float bearing_deg, metres;
    };
    for (auto const& [sentence, bearing_deg, metres] :
         {Case{"Wall, on the left, 2 metres.", -90, 2}, Case{"wall, straight ahead, 4 metres.", 0, 4},
          Case{"Doorway, slightly right, 4 metres, 83 centimetres wide.", 13, 4.1F},
          Case{"Stairs down, straight ahead, 2 metres, three steps or more.", 0, 2},
          Case{"Something low, slightly right, 1 metre, 30 centimetres high.", 12, 1.2F},
          Case{"Something at head height, straight ahead, 2 metres.", 0, 1.8F},
          Case{"A level surface like a table, slightly right, 2 metres, 74 centimetres high.", 25, 2.1F},
          Case{"The floor to the left is seen to be free from 1.2 metres to 3.5 metres.", -25, 3.5F}}) {
        auto const parts = place_text(sentence, scene);
        ASSERT_EQ(parts.size(), 1U) << sentence;
        ASSERT_TRUE(parts[0].place) << sentence;
        EXPECT_FALSE(parts[0].object);
        EXPECT_NEAR(parts[0].place->bearing_deg, bearing_deg, 0.1F) << sentence;
        EXPECT_NEAR(parts[0].place->metres.value_or(0), metres, 0.01F) << sentence;
    }
    auto const walls = place_text("Wall, on the left, 2 metres; wall, straight ahead, 4 metres.", scene);
    ASSERT_EQ(walls.size(), 2U);
    EXPECT_NEAR(walls[0].place.value().bearing_deg, -90, 0.1F);
    EXPECT_NEAR(walls[1].place.value().bearing_deg, 0, 0.1F);
    for (auto const* nowhere : {"I do not see any step or drop.", "This takes the camera to be held level."}) {
        EXPECT_FALSE(place_text(nowhere, scene).front().place) << nowhere;
    }
    auto without = scene;
    without.around.reset();
    EXPECT_FALSE(place_text("Wall, on the left, 2 metres.", without).front().place);
}

// Every sentence that is told of a furnished room keeps its text and the side that it says, at every level and in all
// directions and units.
TEST(PlaceTextProperty, MeasuredSentencesAreHeardOnTheSideTheySay) {
    auto const scene = furnished();
    for (auto level : {Level::headline, Level::brief, Level::full}) {
        for (auto directions : {Directions::sides, Directions::clock, Directions::degrees}) {
            for (auto units : {Units::metres, Units::feet, Units::steps}) {
                for (auto const& sentence : describe_scene(scene, {level, directions, units, 0.5F})) {
                    std::string whole;
                    for (auto const& part : place_text(sentence, scene)) {
                        whole += part.text;
                        if (directions == Directions::sides && part.place) {
                            bool const left = part.text.find("left") != std::string::npos,
                                       right = part.text.find("right") != std::string::npos;
                            EXPECT_EQ(part.place->bearing_deg < -8, left) << part.text;
                            EXPECT_EQ(part.place->bearing_deg > 8, right) << part.text;
                        }
                    }
                    EXPECT_EQ(whole, sentence);
                }
            }
        }
    }
}

TEST(PlaceTextProperty, NoCharacterIsLostAndTheSideIsTheOneSaid) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        auto const scene = test::random_scene(seed);
        for (auto level : {Level::headline, Level::brief, Level::full}) {
            WordingOptions options;
            options.level = level;
            for (auto const& sentence : describe_scene(scene, options)) {
                std::string whole;
                for (auto const& part : place_text(sentence, scene)) {
                    whole += part.text;
                    auto const says = [&](char const* word) { return part.text.find(word) != std::string::npos; };
                    bool const left = says("left,") || says("left.") || says("left;");
                    bool const right = says("right,") || says("right.") || says("right;");
                    if (left || right) {
                        ASSERT_TRUE(part.object) << part.text;
                        EXPECT_EQ(side_of(scene.objects[*part.object].bearing_deg), left ? -1 : 1) << part.text;
                    }
                }
                EXPECT_EQ(whole, sentence);
            }
        }
    }
}

TEST(PlaceTextProperty, AnyTextIsTakenApartWithoutLoss) {
    auto const scene = four_things();
    std::vector<std::string> const pieces{"cup",          " ",    ", ",   " and ", "; ", ". ", "left",
                                          "on the right", "no ",  "dog",  "\n",    "é",  "12", "o'clock",
                                          "behind",       "the ", "\xff", "person"};
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        test::Draw draw(seed);
        std::string sentence, whole;
        for (std::size_t i = 0, n = draw.below(15); i < n; ++i) {
            sentence += draw.pick(pieces);
        }
        for (auto const& part : place_text(sentence, scene)) {
            EXPECT_FALSE(part.text.empty());
            whole += part.text;
        }
        EXPECT_EQ(whole, sentence);
    }
}

} // namespace
} // namespace echollama
