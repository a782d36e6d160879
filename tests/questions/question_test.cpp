// How questions are read: what each word becomes.
#include "questions/question.h"
#include "questions/question_words.h"
#include "questions/spelling.h"

#include <gtest/gtest.h>

namespace echollama {
namespace {

TEST(Spelling, OneSlipIsOneSlip) {
    for (auto const& [a, b] : {std::pair("chair", "chiar"), std::pair("chair", "chir"), std::pair("chair", "chairr"),
                               std::pair("chair", "choir"), std::pair("chair", "xchair"), std::pair("ab", "ba")}) {
        EXPECT_TRUE(is_one_slip_apart(a, b)) << b;
        EXPECT_TRUE(is_one_slip_apart(b, a)) << b;
    }
    for (auto const& [a, b] : {std::pair("chair", "chair"), std::pair("chair", "hciar"), std::pair("chair", "chxxr"),
                               std::pair("chair", "ch"), std::pair("chair", "rchai"), std::pair("chair", "cahri")}) {
        EXPECT_FALSE(is_one_slip_apart(a, b)) << b;
        EXPECT_FALSE(is_one_slip_apart(b, a)) << b;
    }
}

TEST(Spelling, OnlyWhatIsClearIsMended) {
    std::vector<std::string> const known{"chair", "horse", "cup", "book", "boat", "couch"};
    EXPECT_EQ(nearest_word("chiar", known), "chair");
    EXPECT_EQ(nearest_word("bok", known), std::nullopt) << "too short";
    EXPECT_EQ(nearest_word("boko", known), "book") << "exchanged letters";
    EXPECT_EQ(nearest_word("bouk", known), std::nullopt) << "one wrong letter of four";
    EXPECT_EQ(nearest_word("boook", known), "book");
    EXPECT_EQ(nearest_word("house", known), std::nullopt) << "a word of its own";
    EXPECT_EQ(nearest_word("kouch", known), std::nullopt) << "another first letter";
    EXPECT_EQ(nearest_word("table", known), std::nullopt);
    EXPECT_EQ(nearest_word("boak", {"book", "boakx", "boakz"}), std::nullopt) << "two may be meant";
}

// Every word is in exactly one place, whatever it is.
TEST(QuestionWords, EveryWordIsMarked) {
    auto marks = [](char const* text) {
        std::string all;
        for (auto const& marked : mark_words(text)) {
            all += (all.empty() ? "" : "|") + marked.words;
        }
        return all;
    };
    EXPECT_EQ(marks("Where is the dining table?"), "where|is|dining table");
    EXPECT_EQ(marks("what's on my left hand side"), "what|on left hand side");
    EXPECT_EQ(marks("isn't there a zorblat?"), "is|not|there|zorblat");
    EXPECT_EQ(marks("a lap top at 2 o clock"), "laptop|at|2 o'clock");
    EXPECT_EQ(marks("one cup, that one"), "one|cup|that one");
    EXPECT_EQ(marks("an orange cup, an orange"), "orange|cup|orange");
    EXPECT_EQ(marks("it's on the left, right?"), "it|on left");
    EXPECT_EQ(marks("is it right"), "is|it|right");
    EXPECT_EQ(marks("What is near my cup?"), "what|is|near|cup");
    EXPECT_EQ(marks("is that cup red"), "is|that|cup|red");
    EXPECT_EQ(marks("show that my cup is red"), "see|that|cup|is|red");
    EXPECT_EQ(marks("a cup, right?"), "cup");
    EXPECT_EQ(marks("cup, right"), "cup|right");
    EXPECT_EQ(marks("is it right, "), "is|it|right");
    EXPECT_EQ(marks("Where is the clock"), "where|is|clock");
    EXPECT_EQ(marks("zorblat foot ball"), "zorblat|feet|ball");
    EXPECT_EQ(marks("where is your cup"), "where|is|cup");
    EXPECT_EQ(marks("what is your name"), "what|is|your name");
    EXPECT_EQ(marks("made of wood"), "made of|wood");
    EXPECT_EQ(marks("a table of wood"), "table|of|wood");
    EXPECT_EQ(marks(""), "");
    std::string endless;
    for (int i = 0; i < 1000; ++i) {
        endless += "cup ";
    }
    EXPECT_EQ(mark_words(endless).size(), most_question_words);
}

TEST(ReadQuestion, WhatIsAsked) {
    struct {
        char const* text;
        Ask ask;
    } const table[] = {
        {"Is there a cup?", Ask::presence},
        {"any chairs around?", Ask::presence},
        {"Is the cup on the left?", Ask::presence},
        {"Where is the cup?", Ask::where},
        {"please tell me where my cup is", Ask::where},
        {"find my phone", Ask::where},
        {"tell me about the cup", Ask::where},
        {"How many cups?", Ask::count},
        {"How far is the cup?", Ask::distance},
        {"How many steps to the cup?", Ask::distance},
        {"What is on the left?", Ask::what},
        {"Which chair is nearest?", Ask::what},
        {"Which is nearer, the cup or the chair?", Ask::compare},
        {"nearest?", Ask::what},
        {"on the left?", Ask::what},
        {"nearest on the left?", Ask::what},
        {"Describe the picture.", Ask::describe},
        {"What do you see?", Ask::describe},
        {"Is the picture blurred?", Ask::quality},
        {"Is it safe?", Ask::safety},
        {"Who are you?", Ask::self},
        {"hello", Ask::greeting},
        {"Thanks!", Ask::thanks},
        {"Why?", Ask::unknown},
        {"", Ask::unknown},
    };
    for (auto const& row : table) {
        EXPECT_EQ(read_question(row.text).ask, row.ask) << row.text;
    }
}

TEST(ReadQuestion, ItsParts) {
    auto const count = read_question("Are there at least two red cups on the table?");
    ASSERT_TRUE(count.count && count.relation && count.things.size() == 1);
    EXPECT_EQ(count.count->number, 2);
    EXPECT_EQ(count.count->limit, AskedCount::Limit::at_least);
    EXPECT_FALSE(count.count->plain);
    EXPECT_EQ(count.relation->relation, Relation::on);
    EXPECT_EQ(count.relation->object.mention.label, "dining table");
    ASSERT_EQ(count.attributes.size(), 1U);
    EXPECT_EQ(count.attributes[0].attribute, Attribute::colour);
    EXPECT_FALSE(count.is_understood());

    auto const place = read_question("What is at 2 o'clock, in feet, in one word?");
    ASSERT_EQ(place.places.size(), 1U);
    EXPECT_EQ(place.places[0].kind, AskedPlace::Kind::clock);
    EXPECT_EQ(place.places[0].value, 2);
    EXPECT_EQ(place.units, Units::feet);
    EXPECT_EQ(place.brevity, Brevity::one_word);

    auto const between = read_question("Is there a dog between the cup and the chair?");
    ASSERT_TRUE(between.relation && between.relation->object2);
    EXPECT_EQ(between.relation->object2->mention.label, "chair");
    EXPECT_EQ(between.things.size(), 1U);

    EXPECT_EQ(read_question("Where is the second chair?").number, 1U);
    EXPECT_EQ(read_question("Where is the other chair?").reference, Reference::other);
    EXPECT_EQ(read_question("How far is it?").reference, Reference::it);
    EXPECT_EQ(read_question("How far is it to the cup?").reference, Reference::none);
    EXPECT_EQ(read_question("and the chair?").reference, Reference::same_question);
    EXPECT_EQ(read_question("What is the farthest chair?").extreme, Extreme::farthest);
    EXPECT_TRUE(read_question("Isn't there a cup?").negated);
    EXPECT_TRUE(read_question("Nobody here?").negated);
    EXPECT_TRUE(read_question("cups or bottles?").any_of_things);
    EXPECT_TRUE(read_question("Is there anything?").all_things);
    EXPECT_TRUE(read_question("Is the cup on the left?").yes_or_no);
    EXPECT_FALSE(read_question("Where is the cup?").yes_or_no);
    EXPECT_TRUE(read_question("Are the cups on the left?").every_one);
    EXPECT_FALSE(read_question("Are there cups on the left?").every_one);
    EXPECT_EQ(read_question("Is there a zorblat cup?").unknown, (std::vector<std::string>{"zorblat"}));
    EXPECT_EQ(read_question("Is anything behind me?").places.at(0).words, "behind you");
    EXPECT_TRUE(read_question("Is the bus within 20 metres?").measured);
    EXPECT_TRUE(read_question("Is the bus within 3.5 metres?").measured);
    EXPECT_TRUE(read_question("Is the bus within 3.5 metres?").is_understood());
    for (char const* text : {"Is there anything within one metre?", "Is there anything within one meter?",
                             "Is anything within a metre of me?", "Is there anything within one step?",
                             "Is there anything one metre away?", "Is anything less than one foot away?"}) {
        auto const question = read_question(text); // "one" is no earlier thing
        EXPECT_TRUE(question.measured && question.all_things) << text;
        EXPECT_TRUE(question.reference == Reference::none) << text;
    }
    EXPECT_TRUE(read_question("Is there one within a metre?").reference == Reference::it);
    EXPECT_FALSE(read_question("Are there 3.5 cups?").is_understood());
    EXPECT_FALSE(read_question("Is the bus within 3.x metres?").is_understood());
    EXPECT_FALSE(read_question("Is the bus 3.5").is_understood());
}

TEST(ReadQuestion, TheNumberOfOneIsWrittenOnIt) {
    auto const one = read_question("What is the number of the bus?");
    EXPECT_NE(one.ask, Ask::count);
    EXPECT_FALSE(one.is_understood());
    for (char const* text : {"What is the number of buses?", "What is the number of things?"}) {
        EXPECT_EQ(read_question(text).ask, Ask::count) << text;
        EXPECT_TRUE(read_question(text).is_understood()) << text;
    }
}

TEST(ReadQuestion, TwoWordsForOneClassAreOneThing) {
    for (char const* text : {"Is there a cup or a mug?", "Where is my cup or mug?", "Where are the couch and the sofa?",
                             "How far is the couch or the sofa?"}) {
        EXPECT_EQ(read_question(text).things.size(), 1U) << text;
    }
    EXPECT_EQ(read_question("Is there a cup or a bowl?").things.size(), 2U);
    EXPECT_EQ(read_question("Which is nearer, the couch or the sofa?").things.size(), 2U);
    EXPECT_EQ(read_question("Is there a zorb or a glimp?").unknown.size(), 2U);
}

TEST(ReadQuestion, BeginsWhereItIsAsked) {
    for (char const* text : {"I am in the kitchen, can you tell me where my cup is?",
                             "I am in the kitchen, where is my cup?", "I hold a dog, let me know where my cup is."}) {
        auto const question = read_question(text);
        ASSERT_EQ(question.things.size(), 1U) << text;
        EXPECT_EQ(question.things[0].mention.label, "cup") << text;
        EXPECT_EQ(question.ask, Ask::where) << text;
        EXPECT_TRUE(question.is_understood()) << text;
    }
    EXPECT_EQ(read_question("I see a dog and a kitchen, where is it?").things.size(), 2U) << "nothing named behind it";
    EXPECT_EQ(read_question("Where is the dog and how far is the cup?").things.size(), 2U) << "asked before";
}

TEST(ReadQuestion, WhatThingsAreMadeOfIsNoThing) {
    for (char const* text :
         {"is there a metal cup", "is there a paper cup", "is there a stone cup", "is there a wood cup",
          "is there a glass cup", "is there an orange cup", "is the cup made of wood", "is the cup made of paper"}) {
        EXPECT_EQ(read_question(text).things.size(), 1U) << text;
        EXPECT_FALSE(read_question(text).is_understood()) << text;
    }
    EXPECT_EQ(read_question("the cup the chair").things.size(), 2U);
    EXPECT_EQ(read_question("is there a cup of paper").things.size(), 2U);
    EXPECT_EQ(read_question("is there a paper").things.size(), 1U);
    EXPECT_TRUE(read_question("is there a paper").is_understood());
}

TEST(ReadQuestion, PlacesWithoutAThing) {
    using Words = std::vector<std::string>;
    EXPECT_EQ(read_question("what is the cup in").unknown, (Words{"in"}));
    EXPECT_EQ(read_question("what is the cup behind").unknown, (Words{"behind"}));
    EXPECT_EQ(read_question("what is the cup next to").unknown, Words{});
    EXPECT_TRUE(read_question("which side is the cup on").is_understood());
    EXPECT_EQ(read_question("is the tv on").attributes.at(0).words, "on");
    EXPECT_TRUE(read_question("is the tv upon").attributes.empty());
    EXPECT_EQ(read_question("is the chair left of it").relation->relation, Relation::left_of);
    EXPECT_TRUE(read_question("is there a dog near the cup").relation);
    EXPECT_TRUE(read_question("is there a dog near the cup").places.empty());
    EXPECT_FALSE(read_question("is there a dog nearby the cup").relation);
    EXPECT_EQ(read_question("is there a dog nearby the cup").places.size(), 1U);
    // Am I near it?
    auto const me = read_question("Am I near the table?");
    EXPECT_EQ(me.things.size(), 1U);
    EXPECT_FALSE(me.relation);
    EXPECT_TRUE(read_question("Is it beside the table?").relation);
    EXPECT_TRUE(read_question("Am I on the table?").relation);
    EXPECT_TRUE(read_question("Am I beside the table with the dog?").relation);
}

TEST(ReadQuestion, AlternativePlacesAskWhere) {
    EXPECT_EQ(read_question("Is the train on the left or on the right?").ask, Ask::where);
    EXPECT_EQ(read_question("Is the train on the table or on the left?").ask, Ask::where);
    auto const both = read_question("Is the train on the left and at the top?");
    EXPECT_EQ(both.ask, Ask::presence);
    EXPECT_EQ(both.places.size(), 2U);
    EXPECT_EQ(read_question("Is the train or the bus on the left or on the right?").ask, Ask::presence);
    EXPECT_EQ(read_question("Are there cups or bottles on the left?").ask, Ask::presence);
}

TEST(ReadQuestion, QualitiesOfThings) {
    auto attribute = [](char const* text) {
        auto const question = read_question(text);
        EXPECT_FALSE(question.quality) << text;
        return question.attributes.at(0).attribute;
    };
    EXPECT_EQ(attribute("is the cup dark"), Attribute::colour);
    EXPECT_EQ(attribute("is the cup black"), Attribute::colour);
    EXPECT_EQ(attribute("is the cup blurry"), Attribute::state);
    EXPECT_EQ(attribute("is everything dark"), Attribute::colour);
    EXPECT_EQ(attribute("is it dark on the table"), Attribute::colour);
    EXPECT_TRUE(read_question("is it dark").quality);
}

TEST(ReadQuestion, EveryWordCounts) {
    using Words = std::vector<std::string>;
    EXPECT_EQ(read_question("Is there a dog on the red table?").attributes.size(), 1U);
    EXPECT_EQ(read_question("What is behind over there?").unknown, (Words{"behind"}));
    EXPECT_EQ(read_question("What is in there?").unknown, Words{});
    EXPECT_EQ(read_question("Is it dark and blurry?").quality, Quality::any);
    EXPECT_EQ(read_question("Is it blurry, out of focus?").quality, Quality::blurred);
    EXPECT_TRUE(read_question("Is there only a cup?").is_understood());
    EXPECT_TRUE(read_question("Is the bus at most 20 metres away?").is_understood());
    EXPECT_EQ(read_question("Is the bus at most there?").unknown, (Words{"than"}));
}

TEST(ReadQuestion, UnitsAloneAskTheSameAgain) {
    EXPECT_EQ(read_question("and in feet?").reference, Reference::same_question);
    EXPECT_EQ(read_question("the other one in feet?").reference, Reference::other);
    EXPECT_EQ(read_question("in feet, the chair?").things.size(), 1U);
    EXPECT_EQ(read_question("is there").ask, Ask::unknown);
    EXPECT_EQ(read_question("is there on the left").ask, Ask::presence);
}

TEST(ReadQuestion, OfWhatWasNamedBefore) {
    EXPECT_EQ(read_question("it").ask, Ask::where);
    EXPECT_EQ(read_question("it on the left").ask, Ask::presence);
    EXPECT_EQ(read_question("that red?").ask, Ask::presence);
}

TEST(ResolveReferences, LooksBackOverEightTurns) {
    auto things = [](std::size_t turns_between) {
        std::vector<Turn> history{{Turn::Role::user, "Where is the cup?"}};
        for (std::size_t i = 0; i < turns_between; ++i) {
            history.push_back({i % 2 == 0 ? Turn::Role::assistant : Turn::Role::user, "Well."});
        }
        return resolve_references(read_question("how far is it?"), history).things.size();
    };
    EXPECT_EQ(things(1), 1U);
    EXPECT_EQ(things(7), 1U);
    EXPECT_EQ(things(8), 0U);
}

TEST(ResolveReferences, TakeWhatTheQuestionLacks) {
    auto resolved = [](char const* earlier, char const* text) {
        return resolve_references(read_question(text),
                                  {{Turn::Role::user, earlier}, {Turn::Role::assistant, "A dog, on the left."}});
    };
    EXPECT_EQ(resolved("Why?", "and the chair?").ask, Ask::where) << "nothing was asked before";
    EXPECT_EQ(resolved("Is there a cup on the left?", "and the chair?").places.at(0).value, -1);
    EXPECT_EQ(resolved("Is there a cup on the left?", "what about the chair on the right?").places.at(0).value, 1);
    EXPECT_TRUE(resolved("Where is the cup on the left?", "and the chair?").places.empty());
    EXPECT_EQ(resolved("Which chair is nearest?", "how far is it?").extreme, Extreme::nearest);
    EXPECT_EQ(resolved("Which chair is nearest?", "is it the farthest?").extreme, Extreme::farthest);
    EXPECT_EQ(resolved("Where is the cup on the left?", "how far is it?").places.at(0).value, -1);
    EXPECT_EQ(resolved("Where is the cup on the left?", "is it on the right?").places.at(0).value, 1);
    EXPECT_EQ(resolved("Where is the cup on the left?", "how far is it on the right?").places.at(0).value, 1);
    EXPECT_TRUE(resolved("Where is the cup on the left?", "is it red?").places.empty());
}

TEST(ResolveReferences, WhatWasSpokenOfLast) {
    auto resolved = [](char const* text, std::vector<Turn> const& history) {
        return resolve_references(read_question(text), history);
    };
    std::vector<Turn> const asked{{Turn::Role::user, "How far is the cup in feet?"},
                                  {Turn::Role::assistant, "A cup, 2 feet away."}};
    ASSERT_EQ(resolved("where is it?", asked).things.size(), 1U);
    EXPECT_EQ(resolved("where is it?", asked).things[0].mention.label, "cup");
    EXPECT_EQ(resolved("and the chair?", asked).ask, Ask::distance);
    EXPECT_EQ(resolved("and the chair?", asked).units, Units::feet);
    EXPECT_EQ(resolved("and the chair?", asked).things[0].mention.label, "chair");
    EXPECT_EQ(resolved("where is the chair?", asked).things[0].mention.label, "chair");
    EXPECT_EQ(resolved("is the chair left of it?", asked).relation->object.mention.label, "cup");
    EXPECT_TRUE(resolved("where is it?", {}).things.empty());
    std::vector<Turn> const told{{Turn::Role::user, "What is on the left?"},
                                 {Turn::Role::assistant, "A dog, on the left."}};
    EXPECT_EQ(resolved("how far is it?", told).things.at(0).mention.label, "dog");
    // The same question of the same thing: which of them was meant stays, and nothing else becomes one of several.
    std::vector<Turn> const other{{Turn::Role::user, "Where is the cup on the left?"},
                                  {Turn::Role::assistant, "A cup, on the left."},
                                  {Turn::Role::user, "How far is the other one?"},
                                  {Turn::Role::assistant, "A cup, 2 metres away."}};
    EXPECT_EQ(resolved("and in feet?", other).reference, Reference::other);
    EXPECT_EQ(resolved("and in feet?", asked).reference, Reference::none);
    std::vector<Turn> const several{{Turn::Role::user, ""}, {Turn::Role::assistant, "A dog; a cup."}};
    EXPECT_TRUE(resolved("how far is it?", several).things.empty()) << "which of them?";
}

} // namespace
} // namespace echollama
