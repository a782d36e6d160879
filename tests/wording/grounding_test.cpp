#include "scene/distance.h"
#include "scene/english.h"
#include "scene/random_scene.h"
#include "wording/grounding.h"
#include "wording/mentions.h"
#include "wording/wording.h"

#include <gtest/gtest.h>

#include <cmath>
#include <iostream>

namespace echollama {
namespace {

using test::count_of;
using test::detection;
using test::Draw;
using test::random_scene;

bool is_contradicted(std::string const& text, Scene const& scene) {
    auto claims = check_claims(text, scene);
    return std::any_of(claims.begin(), claims.end(), [](auto const& c) { return c.verdict == Verdict::contradicted; });
}

std::string replaced(std::string text, std::string const& mark, std::string const& value) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size())) {
        text.replace(at, mark.size(), value);
    }
    return text;
}

std::string plural(std::string const& label) {
    return std::string(find_class(label)->plural);
}

std::string side_word(float bearing) {
    return bearing < 0 ? "left" : "right";
}

std::string opposite(std::string const& side) {
    return side == "left" ? "right" : "left";
}

// A word people use for the label.
std::string other_name(std::string const& label, Draw& draw) {
    std::vector<std::string> names{label};
    std::string_view rest = find_class(label)->synonyms;
    while (!rest.empty()) {
        auto comma = std::min(rest.find(','), rest.size());
        names.emplace_back(rest.substr(0, comma));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return draw.pick(names);
}

// Sentences about one object and its side; {N} with article, {n} bare, {S} side.
std::vector<std::string> const side_forms{
    "There is {N} on the {S}.",
    "On your {S} there is {N}.",
    "To your {S}, you'll find {N}.",
    "{N} is to the {S}.",
    "I can see {N} on the {S} side.",
    "The {n} is on your {S}.",
    "On the {S} side of the picture is {N}.",
    "The {n} stands to the {S} of you.",
    "You have {N} at your {S}.",
    "There's {N} to the {S}.",
    "Look {S}: there is {N}.",
    "{N}, slightly {S}.",
    "{N} sits {S} of the middle of the image, and that is all.",
};

std::vector<std::string> const count_forms{
    "There are {C} {P}.",
    "I can see {C} {P}.",
    "{C} {P} are in view.",
    "I count {C} {P} here.",
    "You have {C} {P} around.",
    "{C} {P}, among other things.",
    "There are {C} big {P} in this place.",
};

std::vector<std::string> const presence_forms{"There is {N}.", "I see {N} here.", "{N} is in front of the camera.",
                                              "This picture shows {N}.", "Here is {N}."};

std::vector<std::string> const numbers{"no",  "one",   "two",   "three", "four", "five",
                                       "six", "seven", "eight", "nine",  "ten"};

std::string number_text(std::size_t n, Draw& draw) {
    return draw.below(2) ? numbers[n] : std::to_string(n);
}

struct Statement {
    std::string text;
    std::string lie; // the same with one thing wrong; empty: none can be made here
};

std::string about(std::string form, std::string const& name) {
    return replaced(replaced(std::move(form), "{N}", with_article(name)), "{n}", name);
}

// Objects that lie clearly to one side, with none of their label on the other side or ahead.
Statement side_statement(Scene const& scene, Draw& draw) {
    for (auto const& object : scene.objects) {
        bool clear = std::abs(object.bearing_deg) > 9;
        for (auto const& other : scene.objects) {
            clear = clear && (other.detection.label != object.detection.label ||
                              (other.bearing_deg > 9) == (object.bearing_deg > 9));
            clear = clear && (other.detection.label != object.detection.label || std::abs(other.bearing_deg) > 9);
        }
        if (clear) {
            auto side = side_word(object.bearing_deg);
            auto form = about(draw.pick(side_forms), other_name(object.detection.label, draw));
            return {replaced(form, "{S}", side), replaced(form, "{S}", opposite(side))};
        }
    }
    return {};
}

Statement count_statement(Scene const& scene, Draw& draw) {
    auto const& label = draw.pick(scene.objects).detection.label;
    auto n = count_of(scene, label);
    if (n < 2) {
        return {};
    }
    auto form = replaced(draw.pick(count_forms), "{P}", plural(label));
    auto wrong = n;
    while (wrong == n) {
        wrong = 1 + draw.below(9);
    }
    return {replaced(form, "{C}", number_text(n, draw)), replaced(form, "{C}", number_text(wrong, draw))};
}

Statement presence_statement(Scene const& scene, Draw& draw) {
    auto const& form = draw.pick(presence_forms);
    std::string missing;
    while (missing.empty() || count_of(scene, missing) > 0) {
        missing = draw.pick(coco_labels());
    }
    return {about(form, other_name(draw.pick(scene.objects).detection.label, draw)),
            about(form, other_name(missing, draw))};
}

Statement relation_statement(Scene const& scene, Draw& draw) {
    for (std::size_t i = 0; i + 1 < scene.objects.size(); ++i) {
        auto const& a = scene.objects[i];
        auto const& b = scene.objects[i + 1];
        auto const& first = a.detection.label;
        auto const& second = b.detection.label;
        if (count_of(scene, first) != 1 || count_of(scene, second) != 1 || std::abs(a.x - b.x) < 20) {
            continue;
        }
        static std::vector<std::string> const forms{"The {a} is to the {S} of the {b}.", "The {a} is {S} of the {b}.",
                                                    "To the {S} of the {b} is a {a}.",
                                                    "There is a {a} on the {S} of the {b}."};
        auto form = replaced(replaced(draw.pick(forms), "{a}", first), "{b}", second);
        auto side = a.x < b.x ? "left" : "right";
        return {replaced(form, "{S}", side), replaced(form, "{S}", opposite(side))};
    }
    return {};
}

Statement clock_statement(Scene const& scene, Draw& draw) {
    auto const& object = draw.pick(scene.objects);
    if (count_of(scene, object.detection.label) != 1) {
        return {};
    }
    auto text = [&](int hour) {
        return "At " + std::to_string(hour) + " o'clock is " + with_article(object.detection.label) + ".";
    };
    return {text(object.clock_hour), text(object.clock_hour % 12 + 1)};
}

Statement distance_statement(Scene const& scene, Draw& draw) {
    auto const& object = draw.pick(scene.objects);
    if (count_of(scene, object.detection.label) != 1 || !is_tellable(object.distance)) {
        return {};
    }
    auto text = [&](float metres) {
        Distance const said{object.distance.source, metres, metres, metres};
        return "The " + object.detection.label + " is " + distance_words(said, Units::metres) + ".";
    };
    return {text(object.distance.metres), text(3 * object.distance.metres + 1)};
}

TEST(GroundingProperties, LiesAreCaughtAndTruthIsNotFlagged) {
    using Maker = Statement (*)(Scene const&, Draw&);
    std::pair<char const*, Maker> const makers[] = {{"side", side_statement},         {"count", count_statement},
                                                    {"invented", presence_statement}, {"relation", relation_statement},
                                                    {"clock", clock_statement},       {"distance", distance_statement}};
    for (auto const& [name, make] : makers) {
        int made = 0, missed = 0, flagged = 0;
        for (std::uint64_t seed = 0; made < 500; ++seed) {
            ASSERT_LT(seed, 20'000U);
            auto scene = random_scene(seed);
            Draw draw(seed ^ 0xABCDEF);
            auto [text, lie] = make(scene, draw);
            if (text.empty()) {
                continue;
            }
            ++made;
            bool caught = is_contradicted(lie, scene);
            bool false_alarm = is_contradicted(text, scene);
            missed += !caught;
            flagged += false_alarm;
            EXPECT_TRUE(caught || missed > 5) << "missed: " << lie << " true: " << text;
            if (false_alarm && flagged < 6) {
                std::cout << "flagged though true: " << text << "\n";
            }
        }
        std::cout << name << ": " << made << " cases, " << missed << " lies missed, " << flagged << " truths flagged\n";
        EXPECT_EQ(missed, 0) << name;
        EXPECT_LE(flagged, made / 50) << name;
    }
}

TEST(GroundingProperties, OwnWordsAreNeverContradicted) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        auto scene = random_scene(seed);
        for (auto directions : {Directions::clock, Directions::degrees, Directions::sides, Directions::grid}) {
            for (auto units : {Units::metres, Units::feet, Units::steps}) {
                for (auto level : {Level::headline, Level::brief, Level::full}) {
                    WordingOptions options{.level = level, .directions = directions, .units = units};
                    for (auto const& sentence : describe_scene(scene, options)) {
                        EXPECT_FALSE(is_contradicted(sentence, scene)) << sentence;
                        EXPECT_FALSE(is_meta_talk(sentence)) << sentence;
                    }
                }
            }
        }
    }
}

// A table with a cup on it at the left, a chair at the right, a person far behind the chair; distances from a sensor.
Scene room() {
    Scene scene = build_scene({detection("dining table", {40, 260, 260, 440}), detection("cup", {120, 220, 170, 290}),
                               detection("chair", {420, 200, 560, 460}), detection("person", {450, 60, 540, 260})},
                              640, 480, test::plain_camera());
    float metres[] = {2, 2, 1.5F, 6};
    char const* labels[] = {"dining table", "cup", "chair", "person"};
    for (auto& object : scene.objects) {
        for (int i = 0; i < 4; ++i) {
            if (object.detection.label == labels[i]) {
                object.distance = {DistanceSource::sensor, metres[i], metres[i] * 0.95F, metres[i] * 1.05F};
            }
        }
    }
    std::sort(scene.objects.begin(), scene.objects.end(),
              [](auto const& a, auto const& b) { return a.distance.metres < b.distance.metres; });
    scene.relations.clear();
    return scene;
}

TEST(GroundingProperties, TrueSentencesPass) {
    auto scene = room();
    for (char const* text :
         {"The cup is on the table.", "There is a mug on top of the desk, on your left.",
          "A chair stands on the right.", "The person is behind the chair.", "The chair is in front of the person.",
          "There is no dog.", "I do not see any dogs, cats or horses.", "There are no cars.",
          "The cup is not on the right.", "Under the cup is a table.", "The nearest thing is a chair.",
          "The chair is the closest.", "The man is far away.", "A chair is close to you, on the right.",
          "The table is left of the chair.", "There is a table, and on it a cup.", "The chair is 1.5 metres away.",
          "The person is about 20 feet away."}) {
        EXPECT_FALSE(is_contradicted(text, scene)) << text;
        EXPECT_TRUE(is_speakable(text, scene)) << text;
    }
}

TEST(GroundingProperties, FalseSentencesDoNot) {
    auto scene = room();
    for (char const* text : {"The chair is on the table.",
                             "The chair is behind the person.",
                             "The person is in front of the chair.",
                             "There is no cup.",
                             "The cup is not on the left.",
                             "The cup is under the table.",
                             "The nearest thing is a person.",
                             "The person is the closest.",
                             "The chair is far away.",
                             "A pair of chairs is on the right.",
                             "Twenty cups are on the table.",
                             "1000 chairs.",
                             "A dozen people.",
                             "The person is close to you.",
                             "The cup is next to the person.",
                             "The table is between the chair and the person.",
                             "The chair is left of the table.",
                             "The chair is behind you.",
                             "There are two people on the right.",
                             "The cup is 45 degrees right.",
                             "The chair is 4 metres away.",
                             "There is a giraffe on the left.",
                             "The chair is at 10 o'clock."}) {
        EXPECT_FALSE(is_speakable(text, scene)) << text;
    }
}

// Both found in one outline, as the starter detector does with a cup that fills the picture.
TEST(GroundingProperties, OneOutlineForTwoThingsSaysNothingDubious) {
    Box const box{150, 12, 423, 352};
    auto scene = build_scene({detection("cup", box), detection("dining table", box)}, 600, 400, test::plain_camera());
    for (char const* text :
         {"A dining table, straight ahead of the cup.", "The dining table is ahead of the cup.",
          "The table is in front of the cup.", "The table is on the cup.", "The table is to the left of the cup.",
          "The table is in the middle of the cup.", "A table, 2 metres from the cup.", "The cup is behind the table.",
          "The table is beside the cup.", "The cup is at the table."}) {
        EXPECT_FALSE(is_speakable(text, scene)) << text;
    }
    EXPECT_TRUE(is_speakable("The cup is on the table.", scene));
    EXPECT_TRUE(is_speakable("A cup, straight ahead.", scene));
    for (auto const& relation : scene.relations) {
        EXPECT_EQ(relation.relation, Relation::on);
        EXPECT_EQ(scene.objects[relation.subject].detection.label, "cup");
    }
    for (auto const& sentence : describe_scene(scene, {})) {
        EXPECT_EQ(sentence.find("of the cup"), std::string::npos) << sentence;
        EXPECT_FALSE(is_contradicted(sentence, scene)) << sentence;
    }
}

TEST(GroundingProperties, PlacesByOtherThingsAreNotTakenForPlacesBefore) {
    auto scene = room();
    for (char const* text : {"The cup is in the middle of the table.", "The person is 6 metres from the chair.",
                             "The chair stands at the table.", "The cup is straight ahead of the person.",
                             "The person is far from the table.", "The chair is against the table."}) {
        EXPECT_FALSE(is_speakable(text, scene)) << text;
    }
    for (char const* text : {"The cup is on the left side of the picture.", "The chair is ahead of the person.",
                             "The cup is on the top of the table."}) {
        EXPECT_TRUE(is_speakable(text, scene)) << text;
    }
}

TEST(GroundingProperties, PlumbingIsNotSpoken) {
    auto scene = room();
    for (char const* text : {"The matrix shows a cup.", "cup: 0.9, r(1,2,3)", "Image Description: a cup.",
                             "As an AI, I see a cup.", "**A cup** is here.", "The bounding box holds a cup.",
                             "With high probability there is a cup.", "Based on the facts there is a cup."}) {
        EXPECT_FALSE(is_speakable(text, scene)) << text;
    }
}

TEST(GroundingProperties, AnyBytesAreRead) {
    auto scene = room();
    std::vector<std::string> const parts{"cup",    " ",    "left",    " of ", "o'clock",     "12",       ".",
                                         "no",     "\xFF", "\n",      "'",    "on",          " behind ", "between",
                                         "metres", "two",  "pair of", ",",    "the nearest", "degrees"};
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        Draw draw(seed);
        std::string text;
        for (std::size_t i = 0, n = draw.below(12); i < n; ++i) {
            text += draw.pick(parts);
            text += draw.below(2) ? " " : "";
        }
        for (auto const& claim : check_claims(text, scene)) {
            EXPECT_FALSE(claim.words.empty()) << text;
        }
    }
}

TEST(Grounding, OneThingIsNoOther) {
    auto scene =
        build_scene({{"cup", 41, 0.9F, {60, 200, 160, 300}, {}}, {"dining table", 60, 0.9F, {50, 250, 600, 470}, {}}},
                    640, 480, Intrinsics{.fx = 600, .fy = 600, .cx = 320, .cy = 240});
    auto contradicted = [&](std::string const& text) {
        auto claims = check_claims(text, scene);
        return std::any_of(claims.begin(), claims.end(),
                           [](auto const& claim) { return claim.verdict == Verdict::contradicted; });
    };
    EXPECT_TRUE(contradicted("The cup is probably a dining table."));
    EXPECT_TRUE(contradicted("The table is a cup."));
    EXPECT_FALSE(contradicted("Behind the cup is a table."));
    EXPECT_FALSE(contradicted("The cup is a cup."));
    EXPECT_FALSE(contradicted("There is a cup. There is a table."));
}

// Whatever is believed of a distance: what the scene says of it passes, and a number passes only where the scene says
// one.
TEST(GroundingProperties, RoughDistancesAgreeWithTheScenesWords) {
    std::size_t told_ones = 0, rough = 0, silent = 0;
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        Draw draw(seed);
        auto scene = build_scene({detection("dog", {250, 200, 350, 300})}, 640, 480, test::plain_camera());
        auto& distance = scene.objects[0].distance;
        distance.metres = 0.3F * std::exp(draw.between(0, 5));
        distance.low = distance.metres / std::exp(draw.between(0.05F, 1.5F));
        distance.high = distance.metres * std::exp(draw.between(0.05F, 1.5F));
        for (auto units : {Units::metres, Units::steps}) {
            auto const words = distance_words(distance, units);
            auto const sentence = "A dog, straight ahead" + (words.empty() ? "" : ", " + words) + ".";
            EXPECT_TRUE(is_speakable(sentence, scene)) << sentence;
        }
        bool const told = is_tellable(distance);
        auto const number = length_words({DistanceSource::sensor, distance.metres, 0, 0}, Units::metres);
        EXPECT_EQ(is_speakable("The dog is " + number + " away.", scene), told) << number;
        auto const elsewhere = length_words({DistanceSource::sensor, 3 * distance.high, 0, 0}, Units::metres);
        EXPECT_FALSE(is_speakable("The dog is " + elsewhere + " away.", scene));
        if (!told) {
            bool const some = rough_distance(distance) == RoughDistance::some;
            EXPECT_EQ(is_speakable("The dog is a few steps away.", scene), some);
            EXPECT_EQ(is_speakable("There is a dog several metres away.", scene), some);
        }
        told_ones += told;
        rough += !told && rough_distance(distance) != RoughDistance::none;
        silent += !told && rough_distance(distance) == RoughDistance::none;
    }
    EXPECT_GT(told_ones, 200U);
    EXPECT_GT(rough, 200U);
    EXPECT_GT(silent, 200U);
}

} // namespace
} // namespace echollama
