// Whatever stands together in a sentence: every number, sign and word has its share of what is spoken.
#include "base/counter_rng.h"
#include "text/sentences.h"
#include "text/speech_text.h"

#include <gtest/gtest.h>

#include <cctype>
#include <functional>
#include <string>
#include <vector>

namespace echollama {
namespace {

// What is written, and what must be heard of it, in this order; each part in one of several ways, without spaces.
struct Token {
    std::string written;
    std::vector<std::vector<std::string>> heard;
};

class Draw {
  public:
    explicit Draw(std::uint64_t seed) : seed_(seed) {}
    std::uint64_t below(std::uint64_t limit) { return splitmix64(seed_, n_++) % limit; }
    std::string digits(std::size_t size) {
        std::string out(1, static_cast<char>('1' + below(9)));
        while (out.size() < size) {
            out += static_cast<char>('0' + below(10));
        }
        return out;
    }

  private:
    std::uint64_t seed_, n_ = 0;
};

std::string letters_only(std::string const& text) {
    std::string out;
    for (char c : text) {
        if (c != ' ' && c != '-' && c != ',' && c != '.') {
            out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
    }
    return out;
}

// The ways in which a whole number may be read.
std::vector<std::string> number(std::string const& digits) {
    auto const value = std::stoull(digits);
    std::vector<std::string> ways{letters_only(cardinal_words(value)), letters_only(digit_words(digits))};
    if (digits.size() == 4) {
        ways.push_back(letters_only(year_words(value)));
    }
    return ways;
}

std::vector<std::string> fraction(std::string const& digits) {
    return {"point" + letters_only(digit_words(digits))};
}

Token word_token(Draw& draw) {
    static std::vector<std::string> const words{
        "chair", "table", "Window", "people", "left",   "behind", "metres", "it's", "Müller", "door",  "steps",  "and",
        "in",    "to",    "of",     "March",  "Monday", "is",     "the",    "no",   "about",  "pound", "second", "may"};
    auto const word = words[draw.below(words.size())];
    return {word, {{letters_only(word)}}};
}

Token number_token(Draw& draw) {
    auto const whole = draw.digits(1 + draw.below(5));
    if (draw.below(3) == 0) {
        auto const part = draw.digits(1 + draw.below(3));
        return {whole + "." + part, {number(whole), fraction(part)}};
    }
    return {whole, {number(whole)}};
}

Token measure_token(Draw& draw) {
    struct Unit {
        char const *written, *heard;
    };
    static std::vector<Unit> const units{
        {"m", "met"},      {" km", "kilomet"}, {"%", "percent"},    {" °C", "celsius"},  {"\"", "inch"},
        {" lbs", "pound"}, {"kg", "kilogram"}, {" mph", "hour"},    {" GB", "gigabyte"}, {" cm²", "squarecentimet"},
        {" ft", "f"},      {"°", "degree"},    {" mg/l", "litre"},  {"¢", "cent"},       {" €", "euro"},
        {"x", "times"},    {"th", "th"},       {" kWh", "watthour"}};
    auto const& unit = units[draw.below(units.size())];
    auto const whole = draw.digits(1 + draw.below(3));
    auto const ordinal = std::string(unit.written) == "th";
    return {(ordinal ? "15" : whole) + unit.written,
            {ordinal ? std::vector<std::string>{"fifteen"} : number(whole), {unit.heard}}};
}

Token range_token(Draw& draw) {
    static std::vector<std::string> const dashes{"-", "–", " – "};
    static std::vector<std::pair<std::string, std::string>> const units{
        {"m", "met"}, {"%", "percent"}, {"\"", "inch"}, {" kg", "kilogram"}};
    auto const low = std::to_string(2 + draw.below(40)), high = std::to_string(50 + draw.below(40));
    auto const& [unit, heard] = units[draw.below(units.size())];
    auto const& dash = dashes[draw.below(dashes.size())];
    if (draw.below(2) == 0) {
        return {low + unit + dash + high + unit, {number(low), {heard}, {"to"}, number(high), {heard}}};
    }
    return {low + (dash == " – " ? "–" : dash) + high + unit, {number(low), {"to"}, number(high), {heard}}};
}

Token money_token(Draw& draw) {
    static std::vector<std::pair<std::string, std::string>> const signs{
        {"$", "dollar"}, {"€", "euro"}, {"£", "pound"}, {"¥", "yen"}};
    auto const& [sign, heard] = signs[draw.below(signs.size())];
    auto const whole = draw.digits(1 + draw.below(4)), cents = draw.digits(2);
    if (sign == "¥" || draw.below(2) == 0) {
        return {sign + whole, {{letters_only(cardinal_words(std::stoull(whole)))}, {heard}}};
    }
    return {sign + whole + "." + cents, {{letters_only(cardinal_words(std::stoull(whole)))}, {heard}, number(cents)}};
}

Token calendar_token(Draw& draw) {
    auto const day = std::to_string(13 + draw.below(18)), year = std::to_string(1900 + draw.below(150));
    auto const ordinal = letters_only(ordinal_words(std::stoull(day)));
    auto const year_ways = std::vector{letters_only(year_words(std::stoull(year)))};
    switch (draw.below(5)) {
    case 0:
        return {"july " + day + ", " + year, {{"july"}, {ordinal}, year_ways}};
    case 1:
        return {day + " Oct " + year, {{ordinal}, {"october"}, year_ways}};
    case 2:
        return {year + "-10-" + day, {{"october"}, {ordinal}, year_ways}};
    case 3:
        return {"11:" + day + "am–5pm", {{"eleven"}, number(day), {"am"}, {"to"}, {"fivepm"}}};
    default:
        return {"Mon–Fri", {{"monday"}, {"to"}, {"friday"}}};
    }
}

Token sign_token(Draw& draw) {
    struct Sign {
        char const* written;
        std::vector<std::string> heard;
    };
    static std::vector<Sign> const signs{{"&", {"and"}},
                                         {"@", {"at"}},
                                         {"=", {"equals"}},
                                         {"%", {"percent"}},
                                         {"\\", {"backslash"}},
                                         {"{", {"openbrace"}},
                                         {"~", {"tilde", "about"}},
                                         {"*", {"asterisk", "times"}},
                                         {"^", {"caret"}},
                                         {"<", {"lessthan"}},
                                         {">", {"greaterthan", "morethan"}},
                                         {"→", {"rightarrow"}},
                                         {"🔑", {"key"}},
                                         {"≈", {"about"}},
                                         {"©", {"copyright"}},
                                         {"a|b", {"averticalbarb"}},
                                         {"x_y", {"xunderscorey"}},
                                         {"🇫🇷", {"flagfr"}},
                                         {"<Enter>", {"enter"}},
                                         {"&#8364;", {"euro"}},
                                         {"#7", {"numberseven"}},
                                         {"§", {"section"}},
                                         {"🦆", {"duck"}},
                                         {"÷", {"dividedby"}},
                                         {"x²", {"xsquared"}}};
    auto const& sign = signs[draw.below(signs.size())];
    return {sign.written, {sign.heard}};
}

Token name_token(Draw& draw) {
    auto const digits = draw.digits(2);
    switch (draw.below(7)) {
    case 0:
        return {"https://a.example.com/b-" + digits + "?c=d",
                {{"adotexampledotcom"},
                 {"slash"},
                 {"bdash"},
                 {letters_only(digit_words(digits))},
                 {"questionmarkcequalsd"}}};
    case 1:
        return {"jo" + digits + "@mail.org", {{"jo"}, {letters_only(digit_words(digits))}, {"at"}, {"maildotorg"}}};
    case 2:
        return {"10.0." + digits + ".1", {{"onezerodotzerodot"}, {letters_only(digit_words(digits))}, {"dotone"}}};
    case 3:
        return {"/usr/lib" + digits, {{"slashusrslashlib"}, number(digits)}};
    case 4:
        return {"v1." + digits, {{"versionone"}, fraction(digits)}};
    case 5:
        return {"Lt. Col. Smith", {{"lieutenant"}, {"colonel"}, {"smith"}}};
    default:
        return {"555-01" + digits, {{"fivefivefive"}, {"zeroone"}, {letters_only(digit_words(digits))}}};
    }
}

Token any_token(Draw& draw) {
    static std::vector<std::function<Token(Draw&)>> const kinds{
        word_token,  word_token,     word_token, number_token, measure_token,
        range_token, calendar_token, sign_token, name_token,   money_token};
    return kinds[draw.below(kinds.size())](draw);
}

TEST(SpeechProperty, EveryTokenHasItsShare) {
    int lost = 0;
    for (std::uint64_t seed = 0; seed < 10000 && lost < 20; ++seed) {
        Draw draw(seed);
        std::string text = "Here";
        std::vector<Token> tokens;
        for (auto count = 1 + draw.below(7); count > 0; --count) {
            tokens.push_back(any_token(draw));
            // a comma between tokens: what stands side by side can be one thing ("5 m", "in 5")
            text += (draw.below(3) == 0 && tokens.size() > 1 ? ", "
                     : tokens.size() > 1                     ? "; "
                                                             : " ") +
                    tokens.back().written;
        }
        auto const spoken = normalise_for_speech(text + ".");
        auto const heard = letters_only(spoken);
        std::size_t at = 0;
        for (auto const& token : tokens) {
            for (auto const& ways : token.heard) {
                auto next = std::string::npos;
                for (auto const& way : ways) {
                    auto const found = heard.find(way, at);
                    next = found == std::string::npos ? next : std::min(next, found + way.size());
                }
                if (next == std::string::npos) {
                    ADD_FAILURE() << text << " → " << spoken << "\nlost: " << ways[0] << " of " << token.written;
                    ++lost;
                    break;
                }
                at = next;
            }
        }
    }
}

// Side by side without a mark between them, what stands there can be read together, but no word or sign goes.
TEST(SpeechProperty, NothingIsLostSideBySide) {
    int lost = 0;
    for (std::uint64_t seed = 0; seed < 10000 && lost < 20; ++seed) {
        Draw draw(seed + 1000000);
        std::vector<Token> tokens;
        std::string text = "Here";
        for (auto count = 2 + draw.below(5); count > 0; --count) {
            tokens.push_back(draw.below(2) == 0   ? word_token(draw)
                             : draw.below(2) == 0 ? sign_token(draw)
                                                  : number_token(draw));
            text += " " + tokens.back().written;
        }
        auto const spoken = normalise_for_speech(text + ".");
        EXPECT_EQ(spoken.find_first_of("0123456789"), std::string::npos) << text << " → " << spoken;
        // each token leaves at least a word
        auto const words = 1 + static_cast<std::size_t>(std::count(spoken.begin(), spoken.end(), ' ')) +
                           static_cast<std::size_t>(std::count(spoken.begin(), spoken.end(), '-'));
        if (words < tokens.size() + 1) {
            ADD_FAILURE() << text << " → " << spoken;
            ++lost;
        }
    }
}

// However the text arrives, no sentence ends inside a token.
TEST(SpeechProperty, SentencesAreNotCutInsideATokenAndKeepEveryByte) {
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
        Draw draw(seed + 2000000);
        std::string text;
        std::vector<std::pair<std::size_t, std::size_t>> places;
        for (auto count = 2 + draw.below(12); count > 0; --count) {
            auto const token = any_token(draw);
            places.emplace_back(text.size(), text.size() + token.written.size());
            text += token.written + (draw.below(4) == 0 ? ". " : " ");
        }
        SentenceCutter cutter;
        std::vector<std::string> sentences;
        for (std::size_t at = 0; at < text.size();) {
            auto const size = 1 + draw.below(9);
            for (auto& sentence : cutter.push(text.substr(at, size))) {
                sentences.push_back(std::move(sentence));
            }
            at += size;
        }
        for (auto& sentence : cutter.finish()) {
            sentences.push_back(std::move(sentence));
        }
        std::size_t at = 0;
        for (auto const& sentence : sentences) {
            ASSERT_EQ(text.substr(at, sentence.size()), sentence);
            at += sentence.size();
            for (auto const& [begin, end] : places) {
                ASSERT_FALSE(begin < at && at < end) << text << "\ncut in " << text.substr(begin, end - begin);
            }
        }
        ASSERT_EQ(at, text.size());
    }
}

} // namespace
} // namespace echollama
