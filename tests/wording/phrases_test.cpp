// Words, things and phrases of place in a text: tables of what is found in which sentence.
#include "wording/mentions.h"
#include "wording/phrases.h"
#include "wording/wording.h"

#include <gtest/gtest.h>

namespace echollama {
namespace {

std::string words_of(std::string_view text) {
    std::string all;
    for (auto const& word : split_words(text)) {
        EXPECT_LT(word.begin, word.end);
        EXPECT_LE(word.end, text.size());
        all += (all.empty() ? "" : "|") + word.text;
    }
    return all;
}

TEST(SplitWords, KeepsWhatBelongsToAWord) {
    struct {
        char const* text;
        char const* words;
    } const table[] = {
        {"It's 2.5 m.", "it|2.5|m"},
        {"At 2 o'clock, isn't it?", "at|2|o'clock|isn't|it"},
        {"rock 'n' roll", "rock|n|roll"},
        {"a.b 1.2.3 3. .5 5'6", "a|b|1.2.3|3|5|5|6"},
        {"the dog's bowl, an x's", "the|dog|bowl|an|x"},
        {"'s", "s"},
        {"CAF\u00c9", "caf\u00c9"},
        {" -- ", ""},
        {"", ""},
    };
    for (auto const& row : table) {
        EXPECT_EQ(words_of(row.text), row.words) << row.text;
    }
    auto const words = split_words("A cup's rim");
    ASSERT_EQ(words.size(), 3U);
    EXPECT_EQ(words[1].begin, 2U);
    EXPECT_EQ(words[1].end, 7U) << "the possessive is a part of the word's place";
}

// What stands before and behind the text in memory is no part of it.
TEST(SplitWords, LooksNotBeyondTheText) {
    std::string_view const whole = "b'b 3.5";
    EXPECT_EQ(words_of(whole.substr(1, 2)), "b");
    EXPECT_EQ(words_of(whole.substr(0, 2)), "b");
    EXPECT_EQ(words_of(whole.substr(5)), "5");
    EXPECT_EQ(words_of(whole.substr(4, 2)), "3");
}

// "label" or "?words" of each mention, "s" behind it: several, "~": a wider word, "*": it says more than the class.
std::string mentions_in(std::string const& text) {
    std::string all;
    for (auto const& m : find_mentions(split_words(text))) {
        all += (all.empty() ? "" : ", ") + (m.label.empty() ? "?" + m.words : m.label);
        all += std::string(m.plural ? "+" : "") + (m.exact ? "" : "~") + (m.special ? "*" : "");
    }
    return all;
}

TEST(FindMentions, LongestNamesFirst) {
    struct {
        char const* text;
        char const* found;
    } const table[] = {
        {"a teddy bear", "teddy bear"},
        {"a bear", "bear"},
        {"two coffee cups", "cup+*"},
        {"the dining table apart", "dining table"},
        {"scissors, sheep and people", "scissors, sheep, person+"},
        {"a man and two dogs", "person*, dog+"},
        {"some animals", "?animals+~"},
        {"a window", "?window"},
        {"nothing of it", ""},
        {"", ""},
        // words that look like things
        {"can you see a can or the can", "?can, ?can"},
        {"it is light there", ""},
        {"a light brown chair", "chair"},
        {"a light", "?light"},
        {"watch out for a watch", "?watch"},
        {"a place to park in the park", "?park"},
        {"an orange colour", ""},
        {"a cup and an orange", "cup, orange"},
        {"an orange cup", "orange, cup"},
        {"to fish for a fish", "?fish"},
        {"to park at the park", "?park"},
        {"an orange", "orange"},
        {"right and left", ""},
        {"the cup colour", "cup"},
        {"light", "?light"},
        {"can", ""},
    };
    for (auto const& row : table) {
        EXPECT_EQ(mentions_in(row.text), row.found) << row.text;
    }
}

TEST(FindMentions, KnowTheirWords) {
    auto const words = split_words("see a teddy bear here");
    auto const mentions = find_mentions(words);
    ASSERT_EQ(mentions.size(), 1U);
    EXPECT_EQ(mentions[0].first, 2U);
    EXPECT_EQ(mentions[0].count, 2U);
    std::vector<bool> inside;
    for (std::size_t i = 0; i < words.size(); ++i) {
        inside.push_back(is_mentioned(mentions, i));
    }
    EXPECT_EQ(inside, (std::vector<bool>{false, false, true, true, false}));
}

TEST(NamesClass, ByNameSynonymOrWiderWord) {
    auto named = [](char const* text, char const* label) {
        return names_class(find_mentions(split_words(text)).at(0), label);
    };
    EXPECT_TRUE(named("mug", "cup"));
    EXPECT_FALSE(named("mug", "bowl"));
    EXPECT_TRUE(named("animal", "dog"));
    EXPECT_TRUE(named("animals", "giraffe"));
    EXPECT_FALSE(named("animals", "cup"));
    EXPECT_TRUE(named("glasses of a glass", "wine glass") || named("glass", "wine glass"));
    EXPECT_TRUE(named("glass", "cup"));
    EXPECT_FALSE(named("fruit", "dog"));
    EXPECT_FALSE(named("window", "dog"));
}

// Whose, how many and what for tell drinking glasses from those that are worn.
TEST(FindMentions, TellEyeglassesFromDrinkingGlasses) {
    for (char const* text :
         {"my glasses", "where are my glasses?", "his new glasses", "Have you seen her red glasses?", "Anna's glasses",
          "reading glasses", "the dark glasses", "a pair of glasses", "two pairs of glasses", "a man wearing glasses",
          "a woman with glasses", "somebody with dark glasses", "sunglasses", "my spectacles", "swimming goggles",
          "their safety glasses on the shelf"}) {
        auto const mentions = find_mentions(split_words(text));
        bool const worn = std::any_of(mentions.begin(), mentions.end(), [](Mention const& mention) {
            return mention.label.empty() && mention.exact && mention.plural && !names_class(mention, "wine glass");
        });
        bool const drunk_from = std::any_of(mentions.begin(), mentions.end(),
                                            [](Mention const& mention) { return names_class(mention, "cup"); });
        EXPECT_TRUE(worn) << text;
        EXPECT_FALSE(drunk_from) << text;
        EXPECT_NE(std::string(text).find(mentions.back().words), std::string::npos) << "as written: " << text;
    }
    EXPECT_FALSE(names_class(find_mentions(split_words("my magnifying glass")).at(0), "wine glass"));
    for (char const* text :
         {"glasses", "two glasses on the table", "my glass", "his glass of milk", "her glasses of water",
          "my wine glasses", "our empty glasses", "the glasses", "a table with glasses", "people raising their glasses",
          "a tray with the glasses", "my drinking glasses"}) {
        auto const mentions = find_mentions(split_words(text));
        EXPECT_TRUE(std::any_of(mentions.begin(), mentions.end(), [](Mention const& mention) {
            return names_class(mention, "wine glass");
        })) << text;
    }
}

TEST(ThingWords, KnowWhichAreOfClasses) {
    EXPECT_TRUE(thing_words().at("bear"));
    EXPECT_TRUE(thing_words().at("animal"));
    EXPECT_TRUE(thing_words().at("mouse")) << "also in \"mouse trap\", which is none";
    EXPECT_FALSE(thing_words().at("window"));
    EXPECT_FALSE(thing_words().contains("zorblat"));
}

// "subject relation object", "& second", "not" where it is denied
std::string relations_in(std::string const& text) {
    auto const read = read_text(text);
    std::string all;
    for (auto const& phrase : find_relation_phrases(read)) {
        auto const name = [&](std::size_t i) { return read.mentions[i].words; };
        all += (all.empty() ? "" : ", ") + name(phrase.subject) + (phrase.negated ? " not " : " ") +
               relation_words(phrase.relation) + " " + name(phrase.object) +
               (phrase.object2 ? " & " + name(*phrase.object2) : "");
    }
    return all;
}

TEST(RelationPhrases, WhichIsWhereToWhich) {
    struct {
        char const* text;
        char const* found;
    } const table[] = {
        {"The cup is on the table.", "cup on table"},
        {"The cup stands on top of the table.", "cup on table"},
        {"The cup is on the top of the table.", "cup on table"},
        {"The cup is to the left of the dog.", "cup to the left of dog"},
        {"The cup is right of the dog.", "cup to the right of dog"},
        {"The cup is on the left side of the dog.", "cup to the left of dog"},
        {"The cup is left from the dog.", "cup to the left of dog"},
        {"Behind the table is a chair.", "chair behind table"},
        {"To the left of the table is a cup.", "cup to the left of table"},
        {"Straight ahead of the table is a cup.", "cup in front of table"},
        {"The cup is ahead of the dog", "cup in front of dog"},
        {"The cup is next to the dog", "cup beside dog"},
        {"A dog, a cup on the table", "cup on table"},
        {"The cup is on the table, the dog is behind the chair.", "cup on table, dog behind chair"},
        // up to three words before the thing
        {"The cup is on the big wooden table.", "cup on table"},
        {"The cup is on the very big wooden table.", ""},
        // words of place end the search
        {"On the left is a table.", ""},
        {"The dog is in the middle of the cup.", ""},
        {"The cup is near you.", ""},
        // sentences do not mix
        {"The cup is on. The table is red.", ""},
        {"A cup is here. On the table is a dog.", "dog on table"},
        {"The dog is left. Of the cup nothing is known.", ""},
        {"Behind the table. A chair is there.", ""},
        {"The cup is red; on the table.", ""},
        // denied
        {"The cup is not on the table.", "cup not on table"},
        {"Not here: the cup is on the table.", "cup on table"},
        // between needs two
        {"The dog is between the cup and the chair.", "dog between cup & chair"},
        {"Between the cup and the chair is a dog.", "dog between cup & chair"},
        {"The dog is between the cup. The chair is red.", "dog between cup"},
        {"Between the cups is a dog.", ""},
        // nothing to stand anywhere
        {"Behind the table", ""},
        {"on", ""},
        {"The cup is on", ""},
    };
    for (auto const& row : table) {
        EXPECT_EQ(relations_in(row.text), row.found) << row.text;
    }
    auto const phrase = find_relation_phrases(read_text("The cup is to the left side of the table.")).at(0);
    EXPECT_EQ(phrase.first, 5U);
    EXPECT_EQ(phrase.count, 3U);
    EXPECT_EQ(phrase.subject, 0U);
    EXPECT_EQ(phrase.object, 1U);
}

TEST(SameSentence, EndsAtMarksOnly) {
    auto const read = read_text("one two, three. four; five: six? seven\neight nine");
    std::vector<bool> next;
    for (std::size_t i = 0; i + 1 < read.words.size(); ++i) {
        next.push_back(read.same_sentence(i, i + 1));
    }
    EXPECT_EQ(next, (std::vector<bool>{true, true, false, false, false, false, false, true}));
    EXPECT_TRUE(read.same_sentence(0, 2));
    EXPECT_FALSE(read.same_sentence(0, 3));
    EXPECT_TRUE(read.same_sentence(3, 3));
}

std::string sides_in(std::string const& text) {
    auto const read = read_text(text);
    std::string all;
    for (std::size_t i = 0; i < read.words.size(); ++i) {
        if (auto const side = side_at(read, i)) {
            all += *side < 0 ? "L" : *side > 0 ? "R" : "A";
        }
    }
    return all;
}

TEST(SideAt, IsOfTheViewer) {
    struct {
        char const* text;
        char const* sides;
    } const table[] = {
        {"on the left", "L"},
        {"the rightmost cup", "R"},
        {"on your left-hand side", "L"},
        {"left of the picture", "L"},
        {"left of the cup", ""},
        {"right of the cup", ""},
        {"left from the cup", ""},
        {"to the right side of the cup", ""},
        {"on the left, near the cup", "L"},
        {"left of. The cup is red", "L"},
        {"straight ahead", "AA"},
        {"straight on", "A"},
        {"straight ahead of the cup", ""},
        {"ahead of a big cup", ""},
        {"straight ahead now the cup", "AA"},
        {"left edge of the cup", "L"},
        {"ahead of it", "A"},
        {"straight ahead of it", "AA"},
        {"ahead of. The cup is red", "A"},
        {"straight ahead of. The cup is red", "AA"},
        {"straight ahead of the wall of the house", ""},
        {"straight ahead of the three of us", "AA"},
        {"in front of you", "A"},
        {"in front of me", "A"},
        {"in front of us", "A"},
        {"in front of the cup", ""},
        {"in front of them", ""},
        {"the front", ""},
        {"front, you see", ""},
        {"a copyright", ""},
        {"", ""},
    };
    for (auto const& row : table) {
        EXPECT_EQ(sides_in(row.text), row.sides) << row.text;
    }
}

TEST(LeadsToThing, ByAnArticle) {
    auto leads = [](char const* text) { return leads_to_thing(read_text(text), 1); };
    EXPECT_TRUE(leads("of the cup"));
    EXPECT_TRUE(leads("of its big red cup"));
    EXPECT_FALSE(leads("of cup"));
    EXPECT_FALSE(leads("of my cup"));
    EXPECT_FALSE(leads("of the right cup"));
    EXPECT_FALSE(leads("of. The cup"));
    EXPECT_FALSE(leads("of the"));
}

TEST(LengthAt, InMetres) {
    struct {
        char const* text;
        double metres; // negative: no length
    } const table[] = {
        {"3 metres", 3},    {"2.5 m", 2.5},     {"1 meter", 1},    {"50 cm", 0.5},
        {"6 feet", 1.8288}, {"two steps", 1.4}, {"one pace", 0.7}, {"ten inches", 0.254},
        {"a foot", 0.3048}, {"0 metres", 0},    {"2x metres", -1}, {"many metres", -1},
        {"3 cups", -1},     {"3", -1},          {"metres", -1},    {"3 kilometres", -1},
    };
    for (auto const& row : table) {
        auto const found = length_at(read_text(row.text), 0);
        EXPECT_NEAR(found.value_or(-1), row.metres, 1e-9) << row.text;
    }
    EXPECT_FALSE(length_at(read_text("about 3 metres"), 0));
    EXPECT_FALSE(length_at(read_text("about 3 metres"), 2));
    EXPECT_TRUE(length_at(read_text("about 3 metres"), 1));
}

// The things that are denied, in their order.
std::string denied_in(std::string const& text) {
    auto const read = read_text(text);
    std::string all;
    for (auto const& mention : read.mentions) {
        if (is_negated(read, mention)) {
            all += (all.empty() ? "" : ", ") + mention.words;
        }
    }
    return all;
}

TEST(IsNegated, AsFarAsTheDenialReaches) {
    struct {
        char const* text;
        char const* denied;
    } const table[] = {
        {"no dog", "dog"},
        {"There isn't a dog", "dog"},
        {"no cats, dogs or horses", "cats, dogs, horses"},
        {"no cat, dog, horse, cow or cup", "cat, dog, horse, cow, cup"},
        {"neither a dog nor a cup", "dog, cup"},
        // what follows is said to be there
        {"no dog and a cup", "dog"},
        {"no dog and an orange", "dog"},
        {"no dog and two cups", "dog"},
        {"no dog and 3 cups", "dog"},
        {"no dog but cups", "dog"},
        {"no dog, only cups", "dog"},
        {"no dog and no cup", "dog, cup"},
        {"no dog and cups", "dog, cups"},
        {"no dog and zero cups", "dog, cups"},
        {"no dog or a cup", "dog, cup"},
        {"The cup is not on the table", ""},
        {"nothing is behind the cup", ""},
        {"no dog with a cup", "dog"},
        // two other words are not too many
        {"no big brown dog", "dog"},
        {"no very big brown dog", ""},
        {"no big brown dog, cat or cup", "dog, cat, cup"},
        // sentences do not mix
        {"No. A dog is here", ""},
        {"The dog is not here. A cup is", ""},
        {"No; a dog", ""},
        {"a dog", ""},
    };
    for (auto const& row : table) {
        EXPECT_EQ(denied_in(row.text), row.denied) << row.text;
    }
}

} // namespace
} // namespace echollama
