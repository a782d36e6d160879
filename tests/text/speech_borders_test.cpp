// Text for speech, at the borders of its rules: beside each form that is read in a way of its own stands one that only
// looks like it.
#include "text/speech_text.h"
#include "text/speech_text_parts.h"

#include <gtest/gtest.h>

namespace echollama {
namespace {

TEST(SpeechBorders, FormsAndWhatLooksLikeThem) {
    struct {
        char const* written;
        char const* spoken;
    } const table[] = {
        {"jan. 15 and marchy. 15", "January fifteenth and marchy. fifteen"},
        {"It is -5 - 3 = 2.", "It is minus five minus three equals two."},
        {"9 am:5", "nine AM: five"},
        {"5/0 and 0/5 and 1234/5 and 5/12345 and 1/2 = 0.5",
         "five slash zero and zero slash five and twelve thirty-four slash five and five slash twelve thousand three "
         "hundred forty-five and one divided by two equals zero point five"},
        {"1/3rd cup", "one third cup"},
        {"Version .5 and a.5 and 3..5", "Version point five and a. five and three. five"},
        {"the 5th of May of 2020", "the fifth of May of twenty twenty"},
        {"the 5th of May of 20200", "the fifth of May of twenty thousand two hundred"},
        {"May of 1999", "May of nineteen ninety-nine"},
        {"5:00 pmx and 5:00 pm", "five o'clock pmx and five PM"},
        {"Sept 5 and Septem 5 and Mon 5", "September fifth and Septem five and Monday five"},
        {"12:05 and 12:50", "twelve oh five and twelve fifty"},
        {"13/12/2020 and 12/13/2020 and 12/12/2020 and 13/13/2020",
         "the thirteenth of December, twenty twenty and December thirteenth, twenty twenty and the twelfth of "
         "December, twenty twenty and thirteen slash thirteen slash twenty twenty"},
        {"555-123-4567, then 555-12-4567",
         "five five five, one two three, four five six seven, then five five five, one two, four five six seven"},
        {"1-800-FLOWERS and 1-80-FLOWERS and 1-800-5",
         "one, eight hundred, FLOWERS and one to eighty-FLOWERS and one, eight hundred, five"},
        {"Call 12 34 56 78 now", "Call one two, three four, five six, seven eight now"},
        {"call 020 7946 0958, 5", "call zero two zero, seven nine four six, zero nine five eight, five"},
        {"0 123 456 and 12 345 678 and 1234 567",
         "zero, one two three, four five six and twelve million three hundred forty-five thousand six hundred "
         "seventy-eight and twelve thirty-four five hundred sixty-seven"},
        {"<br>a</p>b", "a b"},
        {"1) one 2.two", "one, one two. two"},
        {"it's 5' 10\" tall and 6\" or \"5\"", "it's five feet ten inches tall and six inches or five"},
        {"5 feet 10 inches", "five feet ten inches"},
        {"5'10\" and 5 '10\"", "five feet ten inches and five ten inches"},
        {"40°26'N and 40°26'X and 40° 26' NW", "forty degrees twenty-six minutes north and forty degrees twenty-six "
                                               "minutes X and forty degrees twenty-six minutes NW"},
        {"$5 and $6 million and $1.50-2 and $5-10.50",
         "five dollars and six million dollars and one dollar and fifty cents to two dollars and five dollars to ten "
         "dollars and fifty cents"},
        {"Aquarius sign ½ and x½", "Aquarius sign one half and x one slash two"},
        {"World War II, Louis XIV and Chapter IV of it", "World War two, Louis the fourteenth and Chapter four of it"},
        {"Part MDC and Part MMC and Part MCDXCIX", "Part one thousand six hundred and Part two thousand one hundred "
                                                   "and Part one thousand four hundred ninety-nine"},
        {"a <- b and x<-5", "a from b and x less than minus five"},
        {"iPhone McDonald CamelCase USAToday aB", "iPhone McDonald CamelCase USAToday aB"},
        {"3 - 2 and a - b and ) - 2", "three minus two and a, b and, two"},
        {"a | b and a|b", "a, b and a vertical bar b"},
        {"2 × 3 and 2×3 and a×b", "two by three and two by three and a times b"},
        {"a ─ b █ c ⠀ d ⣿ e • f · g", "a b c d e f g"},
        {"🇦🇿 and 🇿🇦 and 🇩🇪🇫🇷", "flag A Z and flag Z A and flag D E F R"},
        {"x = 5, y - 3 = 2,000 and ab - 3 = 2",
         "x equals five, y minus three equals two thousand and ab minus three equals two"},
        {"the 747's wings, 5's and 5'x", "the seven hundred forty-seven's wings, five's and five x"},
        {"don't and 'quoted' and rock'n'roll", "don't and quoted and rock'n'roll"},
        {"/5 and a/5 and -5 and a-5 and (-5)", "slash five and a slash five and minus five and a five and, minus five"},
        {"Main Blvd. North, main blvd. north, 12 Main St. E",
         "Main Boulevard. North, main blvd. north, twelve Main Street. E"},
        {"5 m's and 5 m'x and 5m2 and 5 in", "five m's and five m'x and five square metres and five inches"},
        {"Mar 5 and mar5 and May.5 and Jan.5 and Sun.5",
         "March fifth and mar five and May. five and January five and Sun. five"},
        {"No. 7 bus, No. 1 bus and No. 5 people", "number seven bus, No. one bus and number five people"},
        {"Dr. who and Mr. x and Mrs. y and Prof. z and etc. And",
         "Doctor who and Mister x and Misses y and Prof. z and et cetera. And"},
        {"etc. and so on. Etc. So", "et cetera and so on. Etc. So"},
        {"GEN. Smith and Rep. Smith and gen. purpose", "General Smith and Representative Smith and gen. purpose"},
        {"ABC. def and Abc. Def", "ABC. def and Abc. Def"},
        {"Louis I of France and Louis I and Henry V",
         "Louis the first of France and Louis the first and Henry the fifth"},
    };
    for (auto const& row : table) {
        EXPECT_EQ(normalise_for_speech(row.written), row.spoken) << row.written;
    }
}

TEST(SpeechBorders, Powers) {
    struct {
        char const* written;
        char const* spoken;
    } const table[] = {
        {"and b^10", "and b to the power of ten"},
        {"b^10", "b to the power of ten"},
        {"say cm^4", "say cm to the power of four"},
        {"a word^5", "a word five"}, // a note's number
        {"x^2", "x squared"},
        {"x^3", "x cubed"},
        {"x^-2", "x to the power of minus two"},
        {"x^n", "x to the power of n"},
        {"(a)^5", "a, to the power of five"},
        {"2^10", "two to the power of ten"},
        {"a ^ b", "a caret b"},
    };
    for (auto const& row : table) {
        EXPECT_EQ(normalise_for_speech(row.written), row.spoken) << row.written;
    }
}

TEST(SpeechBorders, WhatIsNoUtf8IsLeftOut) {
    struct {
        char const* written;
        char32_t code; // 0: none
    } const table[] = {
        {"\x7F", 0x7F},           {"\xC2\x80", 0x80},
        {"\xC1\xBF", 0},          {"\xDF\xBF", 0x7FF},
        {"\xE0\xA0\x80", 0x800},  {"\xE0\x9F\xBF", 0},
        {"\xEF\xBF\xBF", 0xFFFF}, {"\xED\x9F\xBF", 0xD7FF},
        {"\xED\xA0\x80", 0},      {"\xED\xBF\xBF", 0},
        {"\xEE\x80\x80", 0xE000}, {"\xF0\x90\x80\x80", 0x10000},
        {"\xF0\x8F\xBF\xBF", 0},  {"\xF4\x8F\xBF\xBF", 0x10FFFF},
        {"\xF4\x90\x80\x80", 0},  {"\x80", 0},
    };
    for (auto const& row : table) {
        auto const found = character_at(row.written, 0);
        EXPECT_EQ(static_cast<std::uint32_t>(found.length > 0 ? found.code : 0), static_cast<std::uint32_t>(row.code))
            << static_cast<std::uint32_t>(row.code);
    }
}

} // namespace
} // namespace echollama
