// Roman numerals, where the words around them say that they are some.
#include "text/speech_text.h"
#include "text/speech_text_parts.h"

namespace echollama::speech {
namespace {

unsigned letter_value(char letter) {
    switch (letter) {
    case 'I':
        return 1;
    case 'V':
        return 5;
    case 'X':
        return 10;
    case 'L':
        return 50;
    case 'C':
        return 100;
    case 'D':
        return 500;
    case 'M':
        return 1000;
    default:
        return 0;
    }
}

std::string written(unsigned value) {
    struct Step {
        unsigned value;
        char const* letters;
    };
    static constexpr Step steps[] = {{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"},
                                     {90, "XC"},  {50, "L"},   {40, "XL"}, {10, "X"},   {9, "IX"},
                                     {5, "V"},    {4, "IV"},   {1, "I"}};
    std::string out;
    for (auto const& step : steps) {
        for (; value >= step.value; value -= step.value) {
            out += step.letters;
        }
    }
    return out;
}

// 0: the letters are no numeral in its right form.
unsigned roman_value(std::string_view word) {
    unsigned value = 0;
    for (std::size_t i = 0; i < word.size() && word.size() < 12; ++i) {
        auto const own = letter_value(word[i]), next = i + 1 < word.size() ? letter_value(word[i + 1]) : 0;
        if (!own) {
            return 0;
        }
        value = own < next ? value - own : value + own;
    }
    return value < 4000 && written(value) == word ? value : 0;
}

// What is counted with them, the first letter small; also in the plural.
bool counts_in_roman(std::string_view word) {
    static constexpr std::string_view words[] = {
        "chapter", "part",     "book",     "section", "volume", "act",     "scene",    "phase",  "type",
        "class",   "level",    "appendix", "article", "figure", "war",     "bowl",     "title",  "unit",
        "stage",   "grade",    "schedule", "table",   "step",   "tier",    "division", "round",  "lesson",
        "verse",   "canto",    "psalm",    "mark",    "model",  "episode", "vatican",  "apollo", "rocky",
        "group",   "category", "factor",   "page",    "zone",   "region",  "amendment"};
    return contains(words, word) || (word.ends_with('s') && contains(words, word.substr(0, word.size() - 1)));
}

bool is_monarch(std::string_view word) {
    static constexpr std::string_view words[] = {
        "louis",    "charles",  "henry",    "george",    "edward",    "james",      "william",   "elizabeth",
        "richard",  "napoleon", "pius",     "paul",      "john",      "benedict",   "alexander", "catherine",
        "nicholas", "peter",    "ivan",     "philip",    "frederick", "leo",        "gregory",   "clement",
        "innocent", "mary",     "ramesses", "darius",    "xerxes",    "otto",       "ferdinand", "christian",
        "gustav",   "carl",     "karl",     "harald",    "haakon",    "olav",       "urban",     "boniface",
        "juan",     "alfonso",  "felipe",   "wilhelm",   "friedrich", "maximilian", "joseph",    "leopold",
        "albert",   "victor",   "francis",  "cleopatra", "ptolemy",   "thutmose",   "amenhotep", "constantine",
        "robert",   "david",    "malcolm",  "margaret",  "isabella",  "anne",       "stephen",   "sixtus",
        "julius",   "martin",   "eugene",   "adrian",    "celestine", "callixtus",  "queen",     "king",
        "pope",     "emperor",  "tsar"};
    return contains(words, word);
}

constexpr std::size_t sure_numeral = 5; // letters that make one by accident in no word: "MCMXCIV"

// "page iv", "pages xi": the pages before the first; "Act III, Scene ii".
bool read_small_roman(Scan& scan, std::string_view word) {
    bool const page = scan.previous == "page" || scan.previous == "pages";
    bool const counted = counts_in_roman(scan.previous) && scan.previous_capital && word.size() > 1;
    if (!(page || counted) || word.find_first_not_of("ivx") != word.npos) {
        return false;
    }
    std::string capitals(word);
    for (auto& letter : capitals) {
        letter = static_cast<char>(letter - 'a' + 'A');
    }
    auto const value = roman_value(capitals);
    if (!value) {
        return false;
    }
    scan.say(cardinal_words(value));
    scan.at += word.size();
    scan.forget_words();
    scan.amount_end = scan.at;
    return true;
}

} // namespace

bool read_roman(Scan& scan, std::string_view whole) {
    bool const possessive = whole.ends_with("'s"); // "Elizabeth II's crown"
    auto const word = whole.substr(0, whole.size() - (possessive ? 2 : 0));
    if (read_small_roman(scan, word)) {
        return true;
    }
    auto const value = roman_value(word);
    if (!value || letter_at(scan.text, scan.at + word.size()) || is_digit(scan.peek(word.size()))) {
        return false;
    }
    auto const rest = from(scan.text, scan.at + word.size());
    auto const next = rest.find_first_not_of(' ');
    auto const next_word = next == std::string_view::npos ? "" : letters_at(rest, next);
    bool const small = word.find_first_not_of("IVX") == std::string_view::npos;
    bool const several = word.size() > 1;
    if (several && (next_word == "century" || next_word == "centuries" || next_word == "Century")) {
        scan.say(ordinal_words(value));
    } else if (is_monarch(scan.previous) && scan.previous_capital &&
               (several || (small && (next_word.empty() || next_word == "of" || next_word == "and")))) {
        scan.say("the " + ordinal_words(value));
    } else if ((counts_in_roman(scan.previous) &&
                (several || (small && (word != "I" || scan.previous == "war" || next_word.empty() ||
                                       is_in("ao", next_word[0]))))) ||
               (small && word.size() > 1 && word != "XX" && word != "XXX" && scan.previous_capital) ||
               (small && several && scan.previous.empty() && rest.starts_with(". "))) {
        scan.say(cardinal_words(value));
    } else if (word.size() >= sure_numeral) {
        scan.say(value >= 1500 && value < 2100 ? year_words(value) : cardinal_words(value));
    } else {
        return false;
    }
    scan.at += word.size();
    if (possessive) {
        scan.out += "'s";
        scan.at += 2;
    }
    scan.forget_words();
    scan.amount_end = scan.at;
    return true;
}

} // namespace echollama::speech
