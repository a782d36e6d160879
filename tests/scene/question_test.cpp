// How questions are read: what each word becomes.
#include "scene/question.h"
#include "scene/question_words.h"
#include "scene/spelling.h"

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
    std::vector<Turn> const several{{Turn::Role::user, ""}, {Turn::Role::assistant, "A dog; a cup."}};
    EXPECT_TRUE(resolved("how far is it?", several).things.empty()) << "which of them?";
}

} // namespace
} // namespace echollama
