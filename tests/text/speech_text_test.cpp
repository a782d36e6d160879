// Text for speech: what numbers and signs are called, and properties that hold for every input.
#include "base/counter_rng.h"
#include "text/speech_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <ctime>
#include <string>
#include <vector>

namespace echollama {
namespace {

struct Case {
    char const* written;
    char const* spoken;
};

TEST(SpeechText, SaysWhatIsWritten) {
    Case const cases[] = {
        {"A chair is 2.5 m ahead, at 3 o'clock, 1 m to the left.",
         "A chair is two point five metres ahead, at three o'clock, one metre to the left."},
        {"Stop! A step down, 30 cm, -5 °C, 20°C, 50%.",
         "Stop! A step down, thirty centimetres, minus five degrees Celsius, twenty degrees Celsius, fifty percent."},
        {"$5.50, $1, €1,200, £0.99, $3 million, $1.5M, $5-10, 20€",
         "five dollars and fifty cents, one dollar, one thousand two hundred euros, ninety-nine pence, three million "
         "dollars, one point five million dollars, five to ten dollars, twenty euros"},
        {"2025-03-04 at 14:30", "March fourth, twenty twenty-five at fourteen thirty"},
        {"3/14/2025 or 14/3/2025 or 14.3.2025", "March fourteenth, twenty twenty-five or the fourteenth of March, "
                                                "twenty twenty-five or the fourteenth of March, "
                                                "twenty twenty-five"},
        {"3/4/2025", "three slash four slash twenty twenty-five"}, // two meanings: as it stands
        {"March 5th, 2024, and 5 May 1999.",
         "March fifth, twenty twenty-four, and the fifth of May nineteen ninety-nine."},
        {"In 1999 there were 1999 people; since 2005; the 1990s.",
         "In nineteen ninety-nine there were one thousand nine hundred ninety-nine people; since two thousand five; "
         "the "
         "nineteen nineties."},
        {"1st, 2nd, 3rd, 21st, 112th", "first, second, third, twenty-first, one hundred twelfth"},
        {"5-10 m, 1999–2004", "five to ten metres, nineteen ninety-nine to two thousand four"},
        {"3:05 pm. 3:00. 12 a.m. It is 00:15.", "three oh five PM. three o'clock. twelve AM. It is zero fifteen."},
        {"1/2, 3/4, 1 1/2 cups, 2½ m", "one half, three quarters, one and a half cups, two and a half metres"},
        {"1920x1080, 3 × 4 m, 2x",
         "one thousand nine hundred twenty by one thousand eighty, three by four metres, two times"},
        {"1,234,567 and 0.05 and 007", "one million two hundred thirty-four thousand five hundred sixty-seven and zero "
                                       "point zero five and zero zero seven"},
        {"Call 911 or 555-0123.", "Call nine one one or five five five, zero one two three."},
        {"Dr. Smith, 12 Main St. near St. John", "Doctor Smith, twelve Main Street near Saint John"},
        {"e.g. this, i.e. that, etc. And so", "for example this, that is that, et cetera. And so"},
        {"Is it safe? No. 3 cars are coming.", "Is it safe? No. three cars are coming."},
        {"https://www.example.com/path?x=1. Mail a.b@example.com",
         "www dot example dot com slash path question mark x equals one. Mail a dot b at example dot com"},
        {"# Heading\n- item one\n- **two** `x`\n\n1. First", "Heading. item one. two x. one. First"},
        {"| a | b |\n|---|---|\n| 1 | 2 |", "a, b. one, two."},
        {"[words](http://a.b/c) <b>bold</b> &amp; <|im_end|>", "words bold and"},
        {"⚠️ Watch out! 👍👍 \xF0\x9F\xAB\xA5", "warning Watch out! thumbs up dotted line face"},
        {"v1.2.3, MP3, H2O", "version one point two point three, MP three, H two O"},
        {"50 km/h, 5 l/min, a 10-km run, a 3-year-old", "fifty kilometres per hour, five litres per minute, a "
                                                        "ten-kilometre run, a three-year-old"},
        {"5'10\"", "five feet ten inches"},
        {"“Quoted” … it’s — wait... what?!", "Quoted, it's, wait, what?"},
        {"Call 0800 123456 or (555) 123-4567, +44 20 7946 0958.",
         "Call zero eight zero zero, one two three four five six or, five five five, one two three, four five six "
         "seven, plus four four, two zero, seven nine four six, zero nine five eight."},
        {"1 000 000 people, 20 000 more, 1\u202F500\u202F000, room 12 345",
         "one million people, twenty thousand more, one million five hundred thousand, room twelve three hundred "
         "forty-five"},
        {"6.02e23, 1E-9, 4 m3, 5 ft 3 in, 1.50€",
         "six point zero two times ten to the twenty-three, one times ten to the minus nine, four cubic metres, five "
         "feet three inches, one euro and fifty cents"},
        {"$5 incl. 19% VAT, excl. tips", "five dollars including nineteen percent VAT, excluding tips"},
        {"00:00, the '90s, 3 × 4 = 12", "midnight, the nineties, three times four equals twelve"},
        {"C++ and C#, and/or, w/o, n/a", "C plus plus and C sharp, and or, without, not applicable"},
        {"\u2463 \U0001D573\U0001D58A\U0001D591\U0001D591\U0001D594 \uFF21\uFF22 \uFB01ne", "four Hello AB fine"},
        {"", ""},
        {" \n\t ", ""},
        {"...", ""},
    };
    for (auto const& [written, spoken] : cases) {
        EXPECT_EQ(normalise_for_speech(written), spoken) << written;
    }
}

TEST(SpeechText, NumbersInWords) {
    EXPECT_EQ(cardinal_words(0), "zero");
    EXPECT_EQ(cardinal_words(1000000), "one million");
    EXPECT_EQ(cardinal_words(1000001), "one million one");
    EXPECT_EQ(cardinal_words(18446744073709551615ULL).substr(0, 8), "eighteen");
    EXPECT_EQ(ordinal_words(20), "twentieth");
    EXPECT_EQ(ordinal_words(100), "one hundredth");
    EXPECT_EQ(year_words(2000), "two thousand");
    EXPECT_EQ(year_words(1900), "nineteen hundred");
    EXPECT_EQ(year_words(1905), "nineteen oh five");
    EXPECT_EQ(year_words(2010), "twenty ten");
    EXPECT_EQ(integer_words("12345678901234567"), digit_words("12345678901234567"));
}

std::string letters_of(std::string const& text) {
    std::string out;
    std::copy_if(text.begin(), text.end(), std::back_inserter(out),
                 [](unsigned char c) { return std::isalpha(c) != 0 || c >= 0x80; });
    return out;
}

// Words of random letters with ordinary punctuation: every letter is still there, in order.
TEST(SpeechText, NeverLosesLettersOfOrdinaryWords) {
    std::vector<std::string> const between = {" ",  " ",    " ",   ", ", ". ",  "! ",  "? ", "; ", ": ",  "\n", " (",
                                              ") ", "\n\n", " - ", "-",  " \"", "\" ", " *", "* ", " **", "** "};
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
        std::uint64_t n = 0;
        std::string text;
        auto const words = 1 + splitmix64(seed, n++) % 12;
        for (std::uint64_t w = 0; w < words; ++w) {
            auto const length = 5 + splitmix64(seed, n++) % 7; // no abbreviation has five letters
            for (std::uint64_t i = 0; i < length; ++i) {
                auto const pick = splitmix64(seed, n++) % 27;
                text += pick == 26 ? "é" : std::string(1, static_cast<char>('a' + pick));
            }
            if (splitmix64(seed, n++) % 4 == 0 && text[text.size() - length] >= 'a') {
                text += "'s";
            }
            // a star that nothing touches is named; one before a word is the beginning of emphasis
            text += w + 1 < words ? between[splitmix64(seed, n++) % between.size()] : ".";
        }
        auto spoken = normalise_for_speech(text);
        // A link's or file's dot and a slash are words; none is in these texts.
        ASSERT_EQ(letters_of(spoken), letters_of(text)) << text;
    }
}

// Fragments of every kind in random order, and random bytes: no digit is left, and a second time changes nothing.
TEST(SpeechText, AnythingIsSettledAfterOnce) {
    std::vector<std::string> const pieces = {"5",        "12",       "1999",   "2025-03-04", "3/4",
                                             "14:30",    "$5.50",    "€",      "%",          "°C",
                                             " m",       "km/h",     ".",      ",",          "-",
                                             "–",        "/",        ":",      "'",          "\"",
                                             "*",        "**",       "_",      "`",          "#",
                                             "# ",       "- ",       "\n",     " ",          " ",
                                             " ",        "(",        ")",      "[",          "](",
                                             "|",        "<",        ">",      "<|",         "|>",
                                             "&",        "&amp;",    "@",      "+",          "=",
                                             "~",        "½",        "²",      "⚠️",     "👍",
                                             "😀",        "Dr.",      "St.",    "No.",        "e.g.",
                                             "etc.",     "U.S.",     "Mar.",   "May ",       "the ",
                                             "st",       "th",       "s",      "x",          "w/o ",
                                             "v1",       "http://",  "www.",   "a.com",      "b.jpg",
                                             "word",     "Word",     "é",      "你好",       "\xFF",
                                             "\xF0\x9F", "...",      "…",      "?!",         "3 pm",
                                             "p.m.",     "0",        "007",    "1e9",        "99999999999999999999",
                                             "1,000",    "call 911", "+44 20", "--",         "---",
                                             "\r\n",     "\t",       "{",      "}",          "\\",
                                             "^"};
    for (std::uint64_t seed = 0; seed < 20000; ++seed) {
        std::uint64_t n = 0;
        std::string text;
        auto const count = 1 + splitmix64(seed, n++) % 10;
        for (std::uint64_t i = 0; i < count; ++i) {
            text += seed % 7 == 0 ? std::string(1, static_cast<char>(splitmix64(seed, n++)))
                                  : pieces[splitmix64(seed, n++) % pieces.size()];
        }
        auto const once = normalise_for_speech(text);
        ASSERT_EQ(normalise_for_speech(once), once) << text;
        ASSERT_TRUE(std::none_of(once.begin(), once.end(), [](unsigned char c) { return std::isdigit(c) != 0; }))
            << text << " → " << once;
        ASSERT_EQ(once.find_first_of("\n\t*_`#|<>{}"), std::string::npos) << text << " → " << once;
    }
}

TEST(SpeechText, LongInputTakesLittleTime) {
    for (std::string const piece :
         {"1,", "[", "<|", "a.b", "((", "1/2 ", "**", "..", "- \n", "5-", "a@", "5\"", "=1 ", "1 + ", "&#", "<a"}) {
        std::string text;
        while (text.size() < 200000) {
            text += piece;
        }
        auto const begin = std::clock(); // of the processor: other programs may keep this one waiting
        normalise_for_speech(text);
        EXPECT_LT(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC, 5) << piece;
    }
}

} // namespace
} // namespace echollama
