#include "wording/reading_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace echollama {
namespace {

// An upright line; its width follows from the text.
TextLine line(std::string const& text, float x, float y, float height = 20) {
    TextLine made;
    std::string word;
    for (char c : text + " ") {
        if (c == ' ') {
            made.words.push_back({word, 1});
            word.clear();
        } else {
            word += c;
        }
    }
    float const width = 0.5F * height * static_cast<float>(text.size());
    made.corners = {{{x, y}, {x + width, y}, {x + width, y + height}, {x, y + height}}};
    return made;
}

std::vector<TextLine> turned(std::vector<TextLine> lines, float degrees) {
    float const angle = degrees * std::numbers::pi_v<float> / 180;
    for (auto& l : lines) {
        for (auto& corner : l.corners) {
            corner = {corner.x * std::cos(angle) - corner.y * std::sin(angle),
                      corner.x * std::sin(angle) + corner.y * std::cos(angle)};
        }
    }
    return lines;
}

// Lines of one block are separated by "/", blocks by "|".
std::string read(std::vector<TextLine> const& lines) {
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        text += i == 0 ? "" : lines[i].block == lines[i - 1].block ? "/" : "|";
        text += text_of(lines[i]);
    }
    return text;
}

struct Page {
    char const* name;
    std::vector<TextLine> lines;
    char const* text;
};

std::vector<Page> pages() {
    return {
        {"one line", {line("Mind the gap", 100, 100)}, "Mind the gap"},
        {"a paragraph",
         {line("one two", 0, 0), line("three four", 0, 26), line("five", 0, 52)},
         "one two/three four/five"},
        {"a paragraph whose lines nearly touch",
         {line("one one one", 0, 0), line("two two two", 0, 15), line("three three", 0, 30), line("four", 0, 45)},
         "one one one/two two two/three three/four"},
        {"pieces of a row", {line("gap", 95, 1), line("Mind", 0, 0), line("the", 50, -1)}, "Mind the gap"},
        {"two signs above each other", {line("EXIT", 0, 0, 40), line("Platform", 0, 300)}, "EXIT|Platform"},
        {"two signs side by side", {line("right sign", 400, 5), line("left sign", 0, 10)}, "left sign|right sign"},
        {"two columns",
         {line("left column row one", 0, 0), line("left column row two", 0, 26), line("left column end", 0, 52),
          line("right column row one", 230, 0), line("right column row two", 230, 26),
          line("right column end", 230, 52)},
         "left column row one/left column row two/left column end|right column row one/right column row two/right "
         "column end"},
        {"a heading over two columns",
         {line("a heading that is as wide as both columns are", 0, -60), line("left column row one", 0, 0),
          line("left column row two", 0, 26), line("right column row one", 230, 0),
          line("right column row two", 230, 26)},
         "a heading that is as wide as both columns are|left column row one/left column row two|right column row "
         "one/right column row two"},
        {"a heading as near as a row",
         {line("a heading that is as wide as both columns are", 0, -26), line("left column row one", 0, 0),
          line("left column row two", 0, 26), line("right column row one", 230, 0),
          line("right column row two", 230, 26)},
         "a heading that is as wide as both columns are|left column row one/left column row two|right column row "
         "one/right column row two"},
        {"a line under two columns",
         {line("left column row one", 0, 0), line("left column row two", 0, 26), line("right column row one", 230, 0),
          line("right column row two", 230, 26), line("and a line under both that is as wide as they are", 0, 90)},
         "left column row one/left column row two|right column row one/right column row two|and a line under both that "
         "is as wide as they are"},
        {"a list with prices",
         {line("2.50", 300, 0), line("Coffee", 0, 0), line("Green tea", 0, 26), line("12.00", 290, 26),
          line("Cake", 0, 52), line("3.20", 300, 52)},
         "Coffee 2.50/Green tea 12.00/Cake 3.20"},
        {"a line between a right and a left sign",
         {line("right", 300, 0), line("a line that is as wide as both of them are", 0, 50), line("left", 0, 100)},
         "right|a line that is as wide as both of them are|left"},
        {"a line that reaches over the left sign only",
         {line("right", 300, 0), line("over left", 0, 50), line("left", 0, 100)},
         "over left|left|right"},
        {"a line that reaches over the right sign only",
         {line("right", 300, 0), line("over right", 280, 50), line("left", 0, 100)},
         "left|right|over right"},
        {"a line under both",
         {line("right", 300, 0), line("left", 0, 40), line("a line that is as wide as both of them are", 0, 90)},
         "left|right|a line that is as wide as both of them are"},
        {"a large word over small ones", {line("SALE", 0, 0, 60), line("half price", 0, 70, 20)}, "SALE|half price"},
    };
}

class ReadingOrder : public ::testing::TestWithParam<Page> {};

TEST_P(ReadingOrder, IsThatOfAReader) {
    EXPECT_EQ(read(in_reading_order(GetParam().lines)), GetParam().text);
}

// However the page lies, and in whatever order its lines are found.
TEST_P(ReadingOrder, DoesNotDependOnTheWayThePageLies) {
    auto lines = GetParam().lines;
    for (float const degrees : {-90.0F, -20.0F, -5.0F, 7.0F, 45.0F, 90.0F, 178.0F}) {
        auto other = turned(lines, degrees);
        std::reverse(other.begin(), other.end());
        EXPECT_EQ(read(in_reading_order(other)), GetParam().text) << degrees;
        std::rotate(lines.begin(), lines.begin() + 1, lines.end());
    }
}

INSTANTIATE_TEST_SUITE_P(Pages, ReadingOrder, ::testing::ValuesIn(pages()), [](auto const& page) {
    std::string name = page.param.name;
    std::replace(name.begin(), name.end(), ' ', '_');
    return name;
});

// Two lines of 20 pixels: how far apart they may be.
TEST(ReadingOrder, PiecesOfOneRowHaveTheirBorders) {
    auto together = [](TextLine const& a, TextLine const& b) { return read(in_reading_order({a, b})); };
    auto const ab = line("ab", 0, 0); // 20 x 20
    EXPECT_EQ(together(ab, line("cd", 25, 9.9F)), "ab cd") << "half of the height";
    EXPECT_NE(together(ab, line("cd", 25, 10.1F)), "ab cd");
    EXPECT_EQ(together(ab, line("cd", 25, -9.9F)), "ab cd");
    EXPECT_NE(together(ab, line("cd", 25, -10.1F)), "ab cd");
    EXPECT_EQ(together(ab, line("cd", 25, -6.5F, 33)), "ab cd") << "nearly as high";
    EXPECT_NE(together(ab, line("cd", 25, -7.5F, 35)), "ab cd");
    EXPECT_EQ(together(ab, line("cd", 39.9F, 0)), "ab cd") << "no farther apart than they are high";
    EXPECT_EQ(together(ab, line("cd", 40.1F, 0)), "ab|cd");
    EXPECT_EQ(together(ab, line("cd", 40, 0)), "ab|cd");
    EXPECT_NE(together(ab, line("cd", 25, 10)), "ab cd");
    EXPECT_NE(together(ab, line("cd", 10, 0)), "ab cd");
    EXPECT_EQ(together(ab, line("cd", 48, -5, 30)), "ab cd") << "the larger one counts";
    EXPECT_EQ(together(ab, line("cd", 10.1F, 0)), "ab cd") << "overlapping a little";
    EXPECT_NE(together(ab, line("cd", 9.9F, 0)), "ab cd");
}

TEST(ReadingOrder, RowsOfOneBlockHaveTheirBorders) {
    auto together = [](TextLine const& a, TextLine const& b) { return read(in_reading_order({b, a})); };
    auto const upper = line("abcd", 0, 0); // 40 x 20
    EXPECT_EQ(together(upper, line("efgh", 0, 39.9F)), "abcd/efgh") << "no farther than they are high";
    EXPECT_EQ(together(upper, line("efgh", 0, 40.1F)), "abcd|efgh");
    EXPECT_EQ(together(upper, line("efgh", 0, 8.1F)), "abcd/efgh") << "overlapping";
    EXPECT_EQ(together(upper, line("efgh", 0, 7.9F)), "abcd|efgh");
    EXPECT_EQ(together(upper, line("ef", 0, 22, 29.9F)), "abcd/ef") << "about as high";
    EXPECT_EQ(together(upper, line("ef", 0, 22, 30.1F)), "abcd|ef");
    EXPECT_EQ(together(upper, line("efgh", 19.9F, 25)), "abcd/efgh") << "half of the width is shared";
    EXPECT_EQ(together(upper, line("efgh", 20.1F, 25)), "abcd|efgh");
    EXPECT_EQ(together(upper, line("efgh", 20, 25)), "abcd|efgh");
    EXPECT_EQ(together(upper, line("efgh", 0, 40)), "abcd|efgh");
    EXPECT_EQ(together(upper, line("ef", 0, 22, 30)), "abcd|ef");
    EXPECT_EQ(together(upper, line("ef", 29.9F, 25)), "abcd/ef") << "of the narrower one";
    EXPECT_EQ(together(upper, line("ef", 30.1F, 25)), "abcd|ef");
    EXPECT_EQ(together(upper, line("abcdefghij", -80.1F, 25)), "abcd|abcdefghij");
    EXPECT_EQ(together(upper, line("abcdefghij", -79.9F, 25)), "abcd/abcdefghij");
}

TEST(ReadingOrder, OnlyColumnsOfFiguresAreReadAcross) {
    auto list = [](std::string const& first, std::string const& second, std::string const& third) {
        return read(in_reading_order({line("Tea", 0, 0), line(first, 300, 0), line("Milk", 0, 26),
                                      line(second, 300, 26), line("Cake", 0, 52), line(third, 300, 52)}));
    };
    EXPECT_EQ(list("1", "2", "3"), "Tea 1/Milk 2/Cake 3");
    EXPECT_EQ(list("0", "9", "0"), "Tea 0/Milk 9/Cake 0");
    EXPECT_EQ(list("/", ":", "/"), "Tea/Milk/Cake|//://");
    EXPECT_EQ(list("1234567890", "2", "3"), "Tea 1234567890/Milk 2/Cake 3");
    EXPECT_NE(list("12345678901", "23456789012", "3"), "Tea 12345678901/Milk 23456789012/Cake 3")
        << "too long for a figure";
    EXPECT_EQ(list("from", "2", "3"), "from|Tea/Milk 2/Cake 3") << "two of three are enough";
    EXPECT_EQ(list("from", "to", "3"), "Tea/Milk/Cake|from/to/3");
}

TEST(ReadingOrder, LosesNothingAndNumbersBlocksFromNought) {
    std::vector<TextLine> lines;
    for (int i = 0; i < 40; ++i) {
        lines.push_back(
            line("w" + std::to_string(i), static_cast<float>(37 * i % 400), static_cast<float>(53 * i % 300)));
    }
    std::size_t words = 0, block = 0;
    for (auto const& l : in_reading_order(lines)) {
        words += l.words.size();
        EXPECT_TRUE(l.block == block || l.block == block + 1);
        block = l.block;
    }
    EXPECT_EQ(words, lines.size());
    EXPECT_TRUE(in_reading_order({}).empty());
}

TEST(ReadingOrder, BrokenCornersDoNotStopIt) {
    auto broken = line("broken", 0, 0);
    broken.corners[2].x = std::numeric_limits<float>::quiet_NaN();
    auto flat = line("flat", 0, 50);
    flat.corners = {};
    EXPECT_EQ(in_reading_order({broken, flat, line("whole", 0, 100)}).size(), 3U);
}

TEST(ReadingOrder, AngleIsClockwise) {
    EXPECT_NEAR(angle_of(line("up", 0, 0)), 0, 1e-3F);
    EXPECT_NEAR(angle_of(turned({line("down", 0, 0)}, 90)[0]), 90, 1e-3F);
    EXPECT_NEAR(std::abs(angle_of(turned({line("turned", 0, 0)}, 180)[0])), 180, 1e-3F);
}

} // namespace
} // namespace echollama
