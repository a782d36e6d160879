// Addresses of streets: "1428 Elm St.", "12 S 1st St, Reno, NV 89501".
#include "text/abbreviations.h"
#include "text/speech_text.h"
#include "text/speech_text_parts.h"

#include <algorithm>

namespace echollama::speech {
namespace {

struct Short {
    std::string_view written, spoken;
};

constexpr Short ways[] = {{"st", "Street"},       {"ave", "Avenue"},  {"av", "Avenue"},     {"rd", "Road"},
                          {"blvd", "Boulevard"},  {"dr", "Drive"},    {"ln", "Lane"},       {"ct", "Court"},
                          {"pl", "Place"},        {"sq", "Square"},   {"pkwy", "Parkway"},  {"hwy", "Highway"},
                          {"expy", "Expressway"}, {"fwy", "Freeway"}, {"ter", "Terrace"},   {"terr", "Terrace"},
                          {"cir", "Circle"},      {"trl", "Trail"},   {"tpke", "Turnpike"}, {"aly", "Alley"},
                          {"cres", "Crescent"},   {"rte", "Route"}};
constexpr std::string_view whole_ways[] = {"street", "avenue", "road",       "boulevard", "drive",    "lane",  "court",
                                           "place",  "square", "parkway",    "highway",   "terrace",  "way",   "circle",
                                           "trail",  "alley",  "expressway", "crescent",  "broadway", "close", "row"};
constexpr Short directions[] = {{"N", "North"},      {"S", "South"},      {"E", "East"},       {"W", "West"},
                                {"NE", "Northeast"}, {"NW", "Northwest"}, {"SE", "Southeast"}, {"SW", "Southwest"}};
// clang-format off
constexpr Short states[] = {
    {"AL", "Alabama"}, {"AK", "Alaska"}, {"AZ", "Arizona"}, {"AR", "Arkansas"}, {"CA", "California"}, {"CO", "Colorado"},
    {"CT", "Connecticut"}, {"DE", "Delaware"}, {"DC", "DC"}, {"FL", "Florida"}, {"GA", "Georgia"}, {"HI", "Hawaii"}, {"ID", "Idaho"},
    {"IL", "Illinois"}, {"IN", "Indiana"}, {"IA", "Iowa"}, {"KS", "Kansas"}, {"KY", "Kentucky"}, {"LA", "Louisiana"}, {"ME", "Maine"},
    {"MD", "Maryland"}, {"MA", "Massachusetts"}, {"MI", "Michigan"}, {"MN", "Minnesota"}, {"MS", "Mississippi"}, {"MO", "Missouri"},
    {"MT", "Montana"}, {"NE", "Nebraska"}, {"NV", "Nevada"}, {"NH", "New Hampshire"}, {"NJ", "New Jersey"}, {"NM", "New Mexico"},
    {"NY", "New York"}, {"NC", "North Carolina"}, {"ND", "North Dakota"}, {"OH", "Ohio"}, {"OK", "Oklahoma"}, {"OR", "Oregon"},
    {"PA", "Pennsylvania"}, {"RI", "Rhode Island"}, {"SC", "South Carolina"}, {"SD", "South Dakota"}, {"TN", "Tennessee"}, {"TX", "Texas"},
    {"UT", "Utah"}, {"VT", "Vermont"}, {"VA", "Virginia"}, {"WA", "Washington"}, {"WV", "West Virginia"}, {"WI", "Wisconsin"}, {"WY", "Wyoming"},
};
// clang-format on

template <std::size_t Count>
std::string_view spoken_for(Short const (&list)[Count], std::string_view word) {
    auto const* found =
        std::find_if(std::begin(list), std::end(list), [&](Short const& one) { return one.written == word; });
    return found != std::end(list) ? found->spoken : std::string_view{};
}

// "12" twelve, "123" one twenty-three, "1211" twelve eleven, "12345" one twenty-three forty-five
std::string house_words(std::string_view digits) {
    if (digits[0] == '0' || digits.size() > 5) {
        return digit_words(digits);
    }
    if (digits.size() <= 2 || digits.ends_with("000")) {
        return integer_words(digits);
    }
    auto const tail = digits.substr(digits.size() - 2);
    auto const head = house_words(digits.substr(0, digits.size() - 2));
    if (tail == "00") {
        return head + " hundred";
    }
    return head + " " + (tail[0] == '0' ? "oh " + digit_words(tail.substr(1)) : integer_words(tail));
}

// Where the street's address ends whose names begin at `at`; 0: none is there.
std::size_t address_end(std::string_view text, std::size_t at) {
    for (int names = 0; names < 5 && char_at(text, at) == ' '; ++names) {
        ++at;
        auto const word = letters_at(text, at);
        auto const digits = digits_at(text, at);
        auto const lower = lower_case(word);
        bool const ends = !letter_at(text, at + word.size()) && !is_digit(char_at(text, at + word.size()));
        bool const capital = !word.empty() && is_upper(word[0]);
        bool const way = !spoken_for(ways, lower).empty() || (capital && contains(whole_ways, lower));
        if (names > 0 && way && ends) {
            at += word.size();
            return char_at(text, at) == '.' ? at + 1 : at;
        }
        if (digits > 0) { // "1st", "18th"
            at += digits + letters_at(text, at + digits).size();
        } else if (capital && ends && word != "I") {
            at += word.size();
            at += char_at(text, at) == '.' && !spoken_for(directions, word).empty() ? 1U : 0U;
        } else {
            return 0;
        }
    }
    return 0;
}

// Two capitals behind a comma and before a zip code.
bool read_state(Scan& scan) {
    auto const word = letters_at(scan.text, scan.at);
    auto const name = word.size() == 2 ? spoken_for(states, word) : "";
    auto const zip = scan.at + 3;
    if (name.empty() || scan.peek(2) != ' ' || digits_at(scan.text, zip) != 5 ||
        !scan.text.substr(0, scan.at).ends_with(", ")) {
        return false;
    }
    scan.say(std::string(name) + " " + digit_words(scan.text.substr(zip, 5)));
    scan.at = zip + 5;
    if (scan.peek() == '-' && digits_at(scan.text, scan.at + 1) == 4) {
        scan.say("dash " + digit_words(scan.text.substr(scan.at + 1, 4)));
        scan.at += 5;
    }
    scan.amount_end = scan.at;
    return true;
}

// Says the name of the way at the scan, with or without its full stop.
void say_way(Scan& scan, std::string_view word, std::string_view spoken) {
    scan.say(spoken);
    scan.at += word.size();
    if (scan.peek() == '.') {
        ++scan.at;
        scan.out += stop_ends_sentence(scan.rest()) ? "." : "";
    }
}

} // namespace

bool read_house_number(Scan& scan) {
    auto const size = digits_at(scan.text, scan.at);
    auto const end = size > 0 && size <= 5 ? address_end(scan.text, scan.at + size) : 0;
    if (!end) {
        return false;
    }
    scan.say(house_words(scan.text.substr(scan.at, size)));
    scan.at += size;
    scan.address_end = end;
    return true;
}

bool read_address_word(Scan& scan) {
    if (read_state(scan)) {
        return true;
    }
    if (scan.at >= scan.address_end) {
        return false;
    }
    auto const word = letters_at(scan.text, scan.at);
    if (auto const direction = spoken_for(directions, word); !direction.empty()) {
        scan.say(direction);
        scan.at += word.size() + (scan.peek(word.size()) == '.' ? 1 : 0);
        return true;
    }
    auto const end = scan.at + word.size();
    bool const last = end == scan.address_end || end + 1 == scan.address_end;
    auto const way = last ? spoken_for(ways, lower_case(word)) : "";
    if (way.empty()) {
        return false;
    }
    say_way(scan, word, way);
    return true;
}

// "10th Ave", "Hwy. 5", "Rte 66"
bool numbered_way(Scan const& scan, std::string_view word) {
    auto const behind = scan.peek(word.size()) == '.' ? 1U : 0U;
    bool const before_number = (word == "Hwy" || word == "Rte") && scan.peek(word.size() + behind) == ' ' &&
                               is_digit(scan.peek(word.size() + behind + 1));
    std::string_view const said = scan.out;
    bool const behind_ordinal =
        scan.at > 0 && scan.amount_end == scan.at - 1 && is_upper(word[0]) &&
        (said.ends_with("th ") || said.ends_with("st ") || said.ends_with("nd ") || said.ends_with("rd "));
    return before_number || behind_ordinal;
}

// Without a house number: "St." is a saint before a name and a street behind one.
bool read_street(Scan& scan, std::string_view word) {
    auto const way = spoken_for(ways, lower_case(word));
    bool const dot = scan.peek(word.size()) == '.' && !letter_at(scan.text, scan.at + word.size() + 1);
    if (way.empty() || word == "Dr" || word == "dr") {
        return false;
    }
    bool const capital_way =
        is_upper(word[0]) && dot && (scan.previous_capital || word == "Blvd" || word == "Ave" || word == "Rd");
    if (numbered_way(scan, word)) {
        say_way(scan, word, way);
        return true;
    }
    if (word == "St" || word == "st") {
        auto const next = letters_at(scan.text, scan.at + 4);
        bool const name = scan.peek(3) == ' ' && !next.empty() && is_upper(next[0]) && !begins_sentence(next);
        if (!dot) {
            return false;
        }
        if (name && !(scan.previous_capital && scan.sentence_words > 1)) {
            scan.say("Saint");
            scan.at += 3;
            return true;
        }
    } else if (!capital_way && word != "Blvd") {
        return false;
    }
    say_way(scan, word, way);
    return true;
}

} // namespace echollama::speech
