#include "reader/characters.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <limits>

namespace echollama {
namespace {

using Steps = std::vector<std::pair<std::size_t, float>>;

// Rows with one class as likely as given, the rest shared by the others.
std::vector<float> probabilities(Steps const& steps, std::size_t classes) {
    std::vector<float> values;
    for (auto const& [best, likely] : steps) {
        for (std::size_t i = 0; i < classes; ++i) {
            values.push_back(i == best ? likely : (1 - likely) / static_cast<float>(classes - 1));
        }
    }
    return values;
}

std::string joined(std::vector<TextWord> const& words) {
    std::string text;
    for (auto const& word : words) {
        text += "[" + word.text + "]";
    }
    return text;
}

TEST(Characters, ListBeginsWithNoneAndEndsWithSpace) {
    EXPECT_EQ(read_character_list("a\nb\n\u00e9"), (std::vector<std::string>{"", "a", "b", "\u00e9", " "}));
    EXPECT_EQ(read_character_list("a\n\u3000"), (std::vector<std::string>{"", "a", " ", " "}));
}

TEST(Characters, DamagedListsAreRefused) {
    for (std::string const list :
         {"", "\n", "a\n", "a\n\nb", "a\nb\x01", "\xff", "a\n\xc3", "tooooooooooooooooooooooolong"}) {
        EXPECT_NE(test::refusal([&] { read_character_list(list); }), "") << list;
    }
    std::string endless;
    for (int i = 0; i < 300'000; ++i) {
        endless += "a\n";
    }
    EXPECT_NE(test::refusal([&] { read_character_list(endless + "a"); }), "");
}

TEST(Characters, RepeatsJoinAndNoneSeparates) {
    auto const list = read_character_list("a\nb\nc");
    EXPECT_EQ(joined(read_steps(probabilities({{1, 0.9F}, {1, 0.8F}, {0, 0.9F}, {1, 0.7F}, {2, 0.9F}}, 5), list)),
              "[aab]");
    EXPECT_EQ(joined(read_steps(probabilities({{1, 0.9F}, {4, 0.9F}, {4, 0.9F}, {2, 0.9F}}, 5), list)), "[a][b]");
    EXPECT_EQ(joined(read_steps(probabilities({{4, 0.9F}, {1, 0.9F}, {0, 0.9F}, {4, 0.9F}}, 5), list)), "[a]");
    EXPECT_EQ(joined(read_steps(probabilities({{0, 1}, {0, 1}}, 5), list)), "");
    EXPECT_EQ(joined(read_steps({}, list)), "");
}

TEST(Characters, AWordIsAsSureAsItsLeastSureCharacter) {
    auto const list = read_character_list("a\nb\nc");
    auto const words = read_steps(probabilities({{1, 0.9F}, {2, 0.6F}, {4, 0.99F}, {3, 0.8F}, {3, 0.7F}}, 5), list);
    ASSERT_EQ(words.size(), 2U);
    EXPECT_FLOAT_EQ(words[0].confidence, 0.6F);
    EXPECT_FLOAT_EQ(words[1].confidence, 0.8F) << "the first step of a character counts";
    EXPECT_FLOAT_EQ(certainty_of(words), (2 * 0.6F + 0.8F) / 3);
    EXPECT_EQ(certainty_of({}), 0);
}

TEST(Characters, WhatIsNoNumberIsNoCharacter) {
    auto const list = read_character_list("a\nb");
    float const none = std::numeric_limits<float>::quiet_NaN();
    std::vector<float> const values{0.1F, none, 0.6F, 0.1F, none, none, none, none};
    EXPECT_EQ(joined(read_steps(values, list)), "[b]");
}

TEST(Characters, WhatMayBeTold) {
    using Words = std::vector<TextWord>;
    EXPECT_TRUE(is_read(Words{{"Exit", 0.7F}}));
    EXPECT_FALSE(is_read(Words{{"Exit", 0.5F}}));
    EXPECT_TRUE(is_read(Words{{"7", 0.99F}}));
    EXPECT_FALSE(is_read(Words{{"T", 0.95F}})) << "an edge";
    EXPECT_FALSE(is_read(Words{{"\u6728", 0.8F}})) << "one character of three bytes";
    EXPECT_TRUE(is_read(Words{{"\u51fa\u53e3", 0.8F}}));
    EXPECT_TRUE(is_read(Words{{"\u00c9t\u00e9", 0.8F}}));
    EXPECT_FALSE(is_read(Words{{"\u25a1\u25a1", 1}, {"--", 1}})) << "nothing that can be said";
    EXPECT_FALSE(is_read({}));
}

TEST(Characters, OutputOfAnotherShapeIsRefused) {
    auto const list = read_character_list("a\nb");
    std::vector<float> const values(7, 0.1F);
    EXPECT_NE(test::refusal([&] { read_steps(values, list); }), "");
    EXPECT_NE(test::refusal([&] { read_steps(values, {}); }), "");
}

} // namespace
} // namespace echollama
