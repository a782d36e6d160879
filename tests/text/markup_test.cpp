// Marks of web pages, chats and language models: what goes, what stays, with the borders of each rule.
#include "text/speech_text_parts.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace echollama::speech {
namespace {

std::string utf8(char32_t code) {
    std::string text;
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xC0 | (code >> 6));
        text += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        text += static_cast<char>(0xE0 | (code >> 12));
        text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        text += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        text += static_cast<char>(0xF0 | (code >> 18));
        text += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
        text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        text += static_cast<char>(0x80 | (code & 0x3F));
    }
    return text;
}

// Without the blanks around.
std::string plain(std::string_view text) {
    auto const stripped = strip_markup(text);
    auto const first = stripped.find_first_not_of(' ');
    return first == std::string::npos ? "" : stripped.substr(first, stripped.find_last_not_of(' ') - first + 1);
}

TEST(Markup, InvisibleCharactersGo) {
    struct {
        char32_t first, last;
    } const ranges[] = {{0x01, 0x08},     {0x0E, 0x1F},     {0x7F, 0x7F},     {0xAD, 0xAD},     {0x200B, 0x200F},
                        {0x202A, 0x202E}, {0x2060, 0x206F}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0x1F3FB, 0x1F3FF}};
    for (auto const& range : ranges) {
        for (char32_t code : {range.first, range.last}) {
            EXPECT_EQ(plain("a" + utf8(code) + "b"), "ab") << static_cast<std::uint32_t>(code);
        }
    }
    // Their neighbours stay.
    for (char32_t code : {char32_t{0x21}, char32_t{0x7E}, char32_t{0xAC}, char32_t{0xAE}, char32_t{0x2030},
                          char32_t{0x205E}, char32_t{0x2070}, char32_t{0xFDFF}, char32_t{0xFE10}, char32_t{0xFF01},
                          char32_t{0x1F3FA}, char32_t{0x1F400}}) {
        EXPECT_EQ(plain("a" + utf8(code) + "b"), "a" + utf8(code) + "b") << static_cast<std::uint32_t>(code);
    }
}

TEST(Markup, FormsOfSpacesQuotesAndDashesAreOne) {
    for (char32_t space : {0x00A0, 0x202F, 0x3000, 0x2000, 0x200A}) {
        EXPECT_EQ(plain("a" + utf8(space) + "b"), "a b") << static_cast<std::uint32_t>(space);
    }
    for (char32_t quote : {0x2018, 0x2019, 0x02BC}) {
        EXPECT_EQ(plain("a" + utf8(quote) + "b"), "a'b");
    }
    for (char32_t quote : {0x201C, 0x201D, 0x201E, 0x00AB, 0x00BB}) {
        EXPECT_EQ(plain("a" + utf8(quote) + "b"), "a\"b");
    }
    for (char32_t dash : {0x2010, 0x2011, 0x2012}) {
        EXPECT_EQ(plain("a" + utf8(dash) + "b"), "a-b");
    }
    for (char32_t dash : {0x2014, 0x2015}) {
        EXPECT_EQ(plain("a" + utf8(dash) + "b"), "a, b");
    }
    EXPECT_EQ(plain("a\u2026"), "a...");
    EXPECT_EQ(plain("10\u201412"), "10–12") << "between numbers it is a range";
    EXPECT_EQ(plain("10\u2014a"), "10, a");
    EXPECT_EQ(plain("a\u201412"), "a, 12");
    EXPECT_EQ(plain("\u201412"), ", 12");
    EXPECT_EQ(plain("10\u2014"), "10,");
    EXPECT_EQ(plain("10\u201512"), "10, 12");
}

TEST(Markup, TagsGoAndKeysStay) {
    struct {
        char const* written;
        char const* left;
    } const table[] = {
        {"<b>bold</b> text", "bold  text"},
        {"<B>bold</B>", "bold"},
        {"press <B> now", "press  B  now"},
        {"<Enter>", "Enter"},
        {"</Enter>", "/Enter"},
        {"<Select>", "Select"},
        {"<Select name=x>", ""},
        {"<BR>a<HR>b", "a b"},
        {"</B>", ""},
        {"a<br>b", "a b"},
        {"<p>a</p>b", "a b"},
        {"<!-- gone -->a", "a"},
        {"<!-- stays", "<!-- stays"},
        {"<|im_end|>a", "a"},
        {"<|im_end", "<|im_end"},
        {"a < b > c", "a < b > c"},
        {"1<2", "1<2"},
        {"<b", "<b"},
        {"<b\n>", "<b ."},
        {"<b<i>", "<b"},
        {"<br/>a", "a"},
        {"<a href=\"x\">y</a>", "y"},
    };
    for (auto const& row : table) {
        EXPECT_EQ(plain(row.written), row.left) << row.written;
    }
}

TEST(Markup, EndsOfTags) {
    EXPECT_EQ(tag_end("<b>x", 0), 3U);
    EXPECT_EQ(tag_end("x<b>", 1), 4U);
    EXPECT_EQ(tag_end("<|a|>x", 0), 5U);
    EXPECT_EQ(tag_end("<!--a-->x", 0), 8U);
    EXPECT_EQ(tag_end("<zorblat>", 0), std::string_view::npos);
    std::string const longest(62, 'a');
    EXPECT_EQ(tag_end("<|" + longest + "|>", 0), 66U);
    EXPECT_EQ(tag_end("<|a" + longest + "|>", 0), std::string_view::npos) << "no token is so long";
    EXPECT_EQ(tag_end("<b " + std::string(1996, 'a') + ">", 0), 2000U);
    EXPECT_EQ(tag_end("<b " + std::string(1997, 'a') + ">", 0), std::string_view::npos);
}

TEST(Markup, LinksLeaveTheirWords) {
    struct {
        char const* written;
        char const* left;
    } const table[] = {
        {"[words](address) on", "words on"},
        {"![words](address) on", "words on"},
        {"[a](b)[c](d)", "ac"},
        {"[a] (b)", "[a] (b)"},
        {"[a](b", "[a](b"},
        {"[a [b](c)", "[a b"},
        {"! [a](b)", "! a"},
        {"wow!", "wow!"},
        {"[", "["},
        {"![", "!["},
    };
    for (auto const& row : table) {
        EXPECT_EQ(plain(row.written), row.left) << row.written;
    }
}

TEST(Markup, EmphasisGoesWhereItTouchesAWord) {
    struct {
        char const* written;
        char const* left;
    } const table[] = {
        {"**bold** text", "bold text"},
        {"*thin* text", "thin text"},
        {"_thin_ text", "thin text"},
        {"__bold__ text", "bold text"},
        {"~~gone~~ text", "gone text"},
        {"`code` text", "code text"},
        {"***both*** text", "both text"},
        {"snake_case", "snake_case"},
        {"2*3", "2*3"},
        {"2 * 3", "2 * 3"},
        {"10**2", "10^2"},
        {"10__2", "10 2"},
        {"10~~2", "10 2"},
        {"a**2", "a2"},
        {"10**a", "10a"},
        {"PIN: ****", "PIN: ****"},
        {"PIN: ** x", "PIN: ** x"},
        {"PIN: *** x", "PIN: *** x"},
        {"a****b", "a****b"},
        {"x *", "x *"},
        {"* *", ""},
        {"10***2", "10 2"},
        {"10~~~2", "10 2"},
        {"*5", "5"},
        {"5*", "5"},
    };
    for (auto const& row : table) {
        EXPECT_EQ(plain(row.written), row.left) << row.written;
    }
}

TEST(Markup, BlocksEndLikeSentences) {
    struct {
        char const* written;
        char const* left;
    } const table[] = {
        {"# Heading\ntext", "Heading . text"},
        {"###### Heading\ntext", "Heading . text"},
        {"####### no heading\ntext", "####### no heading text"},
        {"#tag\ntext", "#tag text"},
        {"# \ntext", "# text"},
        {"- one\n- two", "one . two"},
        {"* one\n+ two", "one . two"},
        {"- [ ] open\n- [x] done\n- [X] too", "open . done . too"},
        {"- [y] other", "[y] other"},
        {"-5", "-5"},
        {"- ", "-"},
        {"• one\n● two", "one . two"},
        {"> quoted", "quoted"},
        {"> > deeper", "deeper"},
        {"> 5", "> 5"},
        {">> 5", "5"},
        {"1. one\n2) two", "1. one . 2) two"},
        {"123. one\n1234. two", "123. one 1234. two"},
        {"a\n1. one", "a . 1. one"},
        {"a\n1.5", "a 1.5"},
        {"a\n12", "a 12"},
        {"a\n---\nb", "a . b"},
        {"a\n--\nb", "a -- b"},
        {"a!\n---\nb", "a!  b"},
        {"a\n\nb", "a . b"},
        {"\"a.\"\n\nb", "\"a.\"  b"},
        {"```cpp\ncode\n```", "code ."},
        {"~~~\ncode\n~~~", "code ."},
        {"| a | b |\n| c | d |", "a ,  b   .   c ,  d   ."},
        {"|a|", "a  ."},
        {"a|b", "a|b"},
    };
    for (auto const& row : table) {
        EXPECT_EQ(plain(row.written), row.left) << row.written;
    }
}

} // namespace
} // namespace echollama::speech
