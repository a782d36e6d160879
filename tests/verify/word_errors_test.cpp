#include "verify/comparable_words.h"
#include "verify/key_words.h"
#include "verify/word_errors.h"

#include <gtest/gtest.h>

namespace echollama {
namespace {

using Words = std::vector<std::string>;

TEST(ComparableWords, SpellingDoesNotCount) {
    EXPECT_EQ(comparable_words("It's 3 metres -- DON'T go!"), (Words{"it", "is", "3", "meters", "do", "not", "go"}));
    EXPECT_EQ(comparable_words("20 %"), comparable_words("twenty percent"));
    EXPECT_EQ(comparable_words("at 2 o'clock"), (Words{"at", "2", "oclock"}));
    EXPECT_TRUE(comparable_words(" ... ").empty());
}

TEST(ComparableWords, NumbersAreWhatIsHeardNotHowTheyAreWritten) {
    auto const one = [](char const* text) {
        auto const words = comparable_words(text);
        return words.size() == 1 ? words[0] : "not one";
    };
    EXPECT_EQ(one("twenty-one"), "21");
    EXPECT_EQ(one("21"), "21");
    EXPECT_EQ(one("10:45"), "1045");
    EXPECT_EQ(one("10.45"), "1045");
    EXPECT_EQ(one("1045"), "1045");
    EXPECT_EQ(one("4 7 1 1"), "4711");
    EXPECT_EQ(one("4711"), "4711");
    EXPECT_EQ(one("18:30"), one("1830"));
    EXPECT_EQ(one("eighteen hundred thirty"), "1830");
    EXPECT_EQ(one("two hundred fourteen"), "214");
    EXPECT_EQ(one("2,814"), "2814");
    EXPECT_EQ(one("20,300"), "20300");
    EXPECT_EQ(one("one hundred"), "100");
    EXPECT_EQ(one("0"), "0");
    EXPECT_EQ(comparable_words("row 22 seat 5"), (Words{"row", "22", "seat", "5"}));
    EXPECT_NE(one("fifteen"), one("fifty"));
}

TEST(WordErrors, CountsEachKind) {
    auto const errors = word_errors("the red cup is on the table", "a red cup on the big table");
    EXPECT_EQ(errors.words, 7U);
    EXPECT_EQ(errors.substituted, 1U);
    EXPECT_EQ(errors.missing, 1U);
    EXPECT_EQ(errors.added, 1U);
    EXPECT_NEAR(errors.rate(), 3.0 / 7, 1e-9);
}

TEST(WordErrors, NothingWrongAndNothingHeard) {
    EXPECT_EQ(word_errors("Turn left at 5 metres.", "turn left at five meters").errors(), 0U);
    EXPECT_EQ(word_errors("Turn left", "").missing, 2U);
    EXPECT_EQ(word_errors("", "Turn left").added, 2U);
    EXPECT_EQ(word_errors("", "").rate(), 0);
}

TEST(WordErrors, OneWordOrTwoIsTheSame) {
    EXPECT_EQ(word_errors("the hair dryer is near the cupboard", "the hairdryer is near the cup board").errors(), 0U);
}

TEST(MissingKeyWords, AreThoseThatDecide) {
    EXPECT_EQ(missing_key_words("Do not turn left, go right for 15 steps.", "Do turn, go write for fifty steps."),
              (Words{"not", "left", "15"}));
    EXPECT_TRUE(missing_key_words("The red one is good.", "A bed won is good.").empty());
    EXPECT_EQ(missing_key_words("No, no car.", "No car."), (Words{"no"}));
    EXPECT_EQ(key_words("No car, 3.5 m on the left."), (Words{"no", "car", "35", "meters", "left"}));
}

} // namespace
} // namespace echollama
