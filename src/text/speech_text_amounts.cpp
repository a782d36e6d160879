// Numbers that are neither money nor dates: plain ones, years, ranges, sizes, feet, fractions, ordinals, decades.
#include "text/speech_text.h"
#include "text/speech_text_parts.h"

#include <algorithm>

namespace echollama::speech {
namespace {

constexpr std::string_view scales[] = {"hundred", "thousand", "million", "billion", "trillion"};

// Does a number with digits behind its point end here?
bool ends_fraction(std::string_view text, std::size_t at) {
    auto const last = text.substr(0, at).find_last_not_of("0123456789");
    return last != std::string_view::npos && last + 1 < at && text[last] == '.';
}

// The size of " million" and the like; 0: none. "3bn" is short for a billion.
std::size_t scale_at(std::string_view text, std::size_t at, std::string& words) {
    if (is_in(" -", char_at(text, at))) {
        auto const word = letters_at(text, at + 1);
        if (contains(scales, word)) {
            words = " " + std::string(word);
            return word.size() + 1;
        }
    }
    auto const gap = char_at(text, at) == ' ' ? 1U : 0U;
    if (letters_at(text, at + gap) == "bn") {
        words = " billion";
        return gap + 2;
    }
    auto const short_form = letters_at(text, at);
    if (ends_fraction(text, at) && short_form.size() == 1 && is_in("KMB", short_form[0])) { // "3.5K", "1.2M"
        words = short_form == "K" ? " thousand" : short_form == "M" ? " million" : " billion";
        return 1;
    }
    return 0;
}

// Does an amount stand here, rather than a year, whatever the number is?
bool is_amount_here(Scan const& scan, Amount const& amount) {
    static constexpr std::string_view words[] = {"number",  "page", "than",  "exactly", "nearly",
                                                 "roughly", "most", "least", "total",   "another"};
    auto const after = amount.end + (char_at(scan.text, amount.end) == ' ' ? 1U : 0U);
    auto const before = scan.text.substr(0, scan.at).find_last_not_of(' ');
    return contains(words, scan.previous) || counts_things(from(scan.text, amount.end)) ||
           is_in("+=*<>^", char_at(scan.text, after)) ||
           (before != std::string_view::npos && is_in("+=*<>#", scan.text[before]));
}

std::string plain_words(Scan const& scan, Amount const& amount) {
    static constexpr std::string_view emergencies[] = {"911", "112", "999", "110", "000"};
    if (contains(emergencies, amount.integer) && announces_telephone(scan.previous)) {
        return digit_words(amount.integer);
    }
    return amount.may_be_year() && !is_amount_here(scan, amount) ? year_words(std::stoul(amount.integer))
                                                                 : amount_words(amount);
}

constexpr std::string_view before_size[] = {"high", "wide", "tall", "long", "deep", "thick", "by", "x", "in"};

// "5 in. high", "5 in x 3 in", "is 5 in." are inches, "5 in London" is not; the size of the unit, or 0.
std::size_t inches_at(std::string_view text, std::size_t at) {
    auto const gap = is_in(" -", char_at(text, at)) ? 1U : 0U;
    if (lower_case(letters_at(text, at + gap)) != "in") {
        return 0;
    }
    auto const end = at + gap + 2;
    auto const next = from(text, end).find_first_not_of(' ');
    bool const ends = next == std::string_view::npos || is_in(".,;:!?)\"", text[end + next]);
    auto const word = letters_at(text, end + std::min(next, text.size()));
    return ends || gap == 0 || contains(before_size, word) || char_at(text, end) == '\xC2' ? gap + 2U : 0U;
}

// The full stop of "ft." goes with it where the sentence goes on.
void skip_unit_stop(Scan& scan) {
    if (scan.peek() == '.' && !is_digit(scan.peek(1)) && !stop_ends_sentence(scan.rest().substr(1))) {
        ++scan.at;
    }
}

// The unit, percent sign or currency behind a number, as words; moves the scan.
std::string suffix_words(Scan& scan, bool one) {
    bool const attribute = scan.peek() == '-'; // "a ten-kilometre run"
    if (auto const match = unit_at(scan.rest()); match.size > 0) {
        scan.at += match.size;
        if (match.letters) {
            skip_unit_stop(scan);
        }
        return (attribute ? "-" : " ") + (one || attribute ? match.one : match.many);
    }
    if (auto const size = inches_at(scan.text, scan.at)) {
        scan.at += size;
        skip_unit_stop(scan);
        return (attribute ? "-inch" : one ? " inch" : " inches");
    }
    for (bool const twice : {true, false}) {
        if (auto const size = measure_mark_at(scan.text, scan.at, twice)) {
            scan.at += size;
            return twice ? (one ? " inch" : " inches") : (one ? " foot" : " feet");
        }
    }
    auto const gap = scan.peek() == ' ' ? 1U : 0U;
    if (auto const* currency = currency_at(from(scan.text, scan.at + gap))) {
        auto const size = gap + std::string_view(currency->symbol).size();
        if (!is_digit(scan.peek(size)) || !gap) { // "5 $3" is two numbers
            scan.at += size;
            return std::string(" ") + (one ? currency->one : currency->many);
        }
    }
    return "";
}

// "5 to 10 m", "1999–2004", "9-11 am"; with a unit behind the first number as well, each is read on its own.
bool read_range(Scan& scan, Amount const& first) {
    auto const dash = dash_at(scan.text, first.end);
    auto const second = dash ? amount_at(scan.text, first.end + dash) : std::nullopt;
    if (!second || scan.text[first.end + dash] == '.' || in_equation(scan.text, first.end)) {
        return false;
    }
    auto const end = second->end;
    if (is_in(":/", char_at(scan.text, end)) && is_digit(char_at(scan.text, end + 1))) {
        return false; // a clock time, date or fraction
    }
    std::string scale, half_day;
    auto const scale_size = scale_at(scan.text, end, scale);
    auto const half_day_size = half_day_at(scan.text, end, half_day);
    auto ahead = scan;
    ahead.at = end + scale_size;
    auto const unit = half_day_size ? "" : suffix_words(ahead, false);
    if (letter_at(scan.text, end) && scale_size == 0 && half_day_size == 0 && unit.empty()) {
        return false;
    }
    bool const years =
        first.may_be_year() && second->may_be_year() && unit.empty() && scale.empty() && !is_amount_here(scan, *second);
    auto const words = [&](Amount const& amount) {
        return years ? year_words(std::stoul(amount.integer)) : amount_words(amount);
    };
    if (amount_words(first) == amount_words(*second) && unit.empty() && scale.empty() && half_day_size == 0) {
        scan.say(amount_words(first) + " " + amount_words(*second)); // "a 50-50 chance"
        scan.at = end;
        return true;
    }
    auto second_words = words(*second);
    if (first.may_be_year() && second->integer.size() == 2 && unit.empty() && // "1999-04", "2019–20"
        second->fraction.empty() && !from(scan.text, end).starts_with('%')) {
        auto const century = first.integer.substr(0, 2);
        bool const season =
            std::stoul(second->integer) > std::stoul(first.integer.substr(2)) || second->integer.starts_with('0');
        if (season) {
            second_words = second->integer[0] == '0' ? "oh " + digit_words(second->integer.substr(1)) : second_words;
            scan.say(year_words(std::stoul(first.integer)) + " to " + second_words);
            scan.at = end;
            return true;
        }
    }
    scan.say(words(first) + " to " + second_words + scale + (half_day_size ? " " + half_day : unit));
    scan.at = half_day_size ? end + half_day_size : ahead.at;
    return true;
}

// "1-2-3" is a list, "978-3-16-148410-0" the number of something.
bool read_hyphened_list(Scan& scan) {
    auto const groups = hyphened_digits(scan.text, scan.at);
    auto const end = groups.empty() ? scan.at : static_cast<std::size_t>(groups.back().end() - scan.text.begin());
    if (groups.size() < 3 || letter_at(scan.text, end) || in_equation(scan.text, end)) {
        return false;
    }
    bool const serial = std::any_of(groups.begin(), groups.end(), [](auto group) { return group.size() > 3; });
    std::string words;
    for (auto group : groups) {
        words += (words.empty() ? "" : ", ") + (serial ? digit_words(group) : integer_words(group));
    }
    scan.say(words);
    scan.at = end;
    return true;
}

// "1920x1080", "3 × 4 m", "2x"
bool read_size(Scan& scan, Amount const& first) {
    auto at = first.end;
    auto const gap = char_at(scan.text, at) == ' ' ? 1U : 0U;
    auto const sign = from(scan.text, at + gap).starts_with("×")  ? 2U
                      : is_in("xX", char_at(scan.text, at + gap)) ? 1U
                                                                  : 0U;
    if (!sign) {
        return false;
    }
    at += gap + sign;
    at += char_at(scan.text, at) == ' ' ? 1U : 0U;
    auto const second = amount_at(scan.text, at);
    if (!second) {
        auto const next = scan.text.find_first_not_of(' ', first.end + sign);
        bool const factor = is_in("+*=^-", char_at(scan.text, next)) || in_equation(scan.text, first.end); // "3x + 2"
        if (gap || letter_at(scan.text, first.end + sign) || factor) {
            return false;
        }
        scan.say(amount_words(first) + " times"); // "2x"
        scan.at = first.end + sign;
        return true;
    }
    scan.at = second->end;
    bool const product = in_equation(scan.text, first.end + gap);
    auto const both = amount_words(first) + (product ? " times " : " by ") + amount_words(*second);
    scan.say(both + suffix_words(scan, false));
    return true;
}

bool is_ordinal_ending(Amount const& number, std::string_view ending) {
    auto const last = number.integer.back();
    bool const teen = number.integer.size() > 1 && number.integer[number.integer.size() - 2] == '1';
    std::string_view const right = teen ? "th" : last == '1' ? "st" : last == '2' ? "nd" : last == '3' ? "rd" : "th";
    return ending == right;
}

// "1st", "9,000th"; what is no ordinal ("1th") is left.
bool read_ordinal(Scan& scan, Amount const& number) {
    auto const ending = lower_case(letters_at(scan.text, number.end));
    if (!number.fraction.empty() || number.integer.size() > 15 || !is_ordinal_ending(number, ending)) {
        return false;
    }
    scan.say(ordinal_words(std::stoull(number.integer)));
    scan.at = number.end + 2;
    return true;
}

// "the 60s and", "1960s-"
bool follows_decade(std::string_view said) {
    return said.ends_with("ies to") || said.ends_with("ies and ") || said.ends_with("ies or ");
}

// "1990s", "the 90s", "1960s-80s", "the 60's and 70's"
bool read_decade(Scan& scan, Amount const& number) {
    auto const mark = char_at(scan.text, number.end) == '\'' ? 1U : 0U; // "1990's", "the 80's"
    if (letters_at(scan.text, number.end + mark) != "s" || !number.fraction.empty()) {
        return false;
    }
    static constexpr std::string_view announcing[] = {"the", "early", "late", "mid", "her", "his", "their", "my"};
    auto const before = scan.text.substr(0, scan.at);
    bool const century = number.may_be_year() && number.integer.ends_with('0');
    bool const short_form = number.integer.size() == 2 && number.integer >= "20" && number.integer.ends_with('0') &&
                            (contains(announcing, scan.previous) || before.ends_with('\'') ||
                             before.ends_with("\u2019") || follows_decade(scan.out));
    if (!century && !short_form) {
        return false;
    }
    auto words = century ? year_words(std::stoul(number.integer)) : cardinal_words(std::stoul(number.integer));
    words = words.ends_with('y') ? words.substr(0, words.size() - 1) + "ies" : words + "s";
    scan.say(words);
    scan.at = number.end + mark + 1;
    return true;
}

// "6.02e23", "1E-9"
bool read_power_of_ten(Scan& scan, Amount const& number) {
    auto at = number.end;
    if (!is_in("eE", char_at(scan.text, at))) {
        return false;
    }
    bool const minus = char_at(scan.text, at + 1) == '-';
    at += minus || char_at(scan.text, at + 1) == '+' ? 2U : 1U;
    auto const size = digits_at(scan.text, at);
    if (size == 0 || size > 3 || letter_at(scan.text, at + size)) {
        return false;
    }
    scan.say(amount_words(number) + " times ten to the " + (minus ? "minus " : "") +
             integer_words(scan.text.substr(at, size)));
    scan.at = at + size;
    return true;
}

std::string denominator(std::uint64_t value, bool one) {
    if (value == 2) {
        return one ? "half" : "halves";
    }
    auto const word = value == 4 ? "quarter" : ordinal_words(value);
    return one ? word : word + "s";
}

struct Fraction {
    std::string words;
    bool part = false; // of one thing: "half of a metre", not "120 over 80"
    std::size_t end = 0;
};

// "3/4", "22/3", "1/3rd"; "120/80" is one over the other, "50/50" both, and "9/11" a day.
std::optional<Fraction> fraction_at(std::string_view text, std::size_t at) {
    auto const above = digits_at(text, at), slash = at + above, below = digits_at(text, slash + 1);
    if (above == 0 || above > 3 || char_at(text, slash) != '/' || below == 0 || below > 4 || in_equation(text, slash)) {
        return std::nullopt;
    }
    auto end = slash + 1 + below;
    auto const ending = lower_case(letters_at(text, end));
    if (ending == "th" || ending == "rd" || ending == "nd" || ending == "ths" || ending == "rds") {
        end += ending.size();
    } else if (!ending.empty() && unit_at(from(text, end)).size == 0) {
        return std::nullopt;
    }
    if (char_at(text, end) == '/' || (is_in(".,", char_at(text, end)) && is_digit(char_at(text, end + 1)))) {
        return std::nullopt;
    }
    auto const top_digits = text.substr(at, above), bottom_digits = text.substr(slash + 1, below);
    auto const top = std::stoul(std::string(top_digits)), bottom = std::stoul(std::string(bottom_digits));
    if (top == 0 || bottom < 2 || bottom > 1000 || top_digits[0] == '0' || bottom_digits[0] == '0') {
        return std::nullopt;
    }
    if (top == bottom || (top == 24 && bottom == 7) || (top == 9 && bottom == 11)) {
        return Fraction{cardinal_words(top) + " " + cardinal_words(bottom), false, end};
    }
    if (top > bottom && top >= 50) {
        return Fraction{cardinal_words(top) + " over " + cardinal_words(bottom), false, end};
    }
    return Fraction{cardinal_words(top) + " " + denominator(bottom, top == 1), top < bottom, end};
}

// "1/2 m", "3 1/2 lbs", "1-1/2 in"
bool read_fraction(Scan& scan, Amount const& first) {
    if (auto const fraction = fraction_at(scan.text, scan.at)) {
        scan.at = fraction->end;
        auto const unit = suffix_words(scan, fraction->part);
        bool const article = fraction->part && unit.starts_with(' ') && unit != " percent";
        scan.say(fraction->words + (article ? (is_in("aeio", unit[1]) ? " of an" : " of a") : "") + unit);
        return true;
    }
    auto const fraction = first.fraction.empty() && is_in(" -", char_at(scan.text, first.end))
                              ? fraction_at(scan.text, first.end + 1)
                              : std::nullopt;
    if (!fraction || (!fraction->part && scan.text[first.end] == '-')) {
        return false;
    }
    scan.at = fraction->end;
    auto const& words = fraction->words;
    scan.say(amount_words(first) + " and " + (words.starts_with("one ") ? "a " + words.substr(4) : words) +
             suffix_words(scan, false));
    return true;
}

// "2h30m", "1d 3h", "5m 30s": several units of time, the longer one first; "5 m" alone is a length.
bool read_duration(Scan& scan) {
    struct Unit {
        char letter;
        char const *one, *many;
    };
    static constexpr Unit units[] = {
        {'d', "day", "days"}, {'h', "hour", "hours"}, {'m', "minute", "minutes"}, {'s', "second", "seconds"}};
    std::string words;
    auto at = scan.at, end = scan.at;
    int parts = 0;
    for (auto const& unit : units) {
        auto const size = digits_at(scan.text, at);
        bool const fits = size > 0 && size <= 3 && char_at(scan.text, at + size) == unit.letter &&
                          !letter_at(scan.text, at + size + 1);
        if (!fits) {
            continue;
        }
        auto const digits = scan.text.substr(at, size);
        words += (parts++ ? " " : "") + integer_words(digits) + " " + (digits == "1" ? unit.one : unit.many);
        end = at + size + 1;
        at = end + (char_at(scan.text, end) == ' ' ? 1U : 0U);
    }
    if (parts < 2) {
        return false;
    }
    scan.say(words);
    scan.at = end;
    return true;
}

// "0x1F"
bool read_hexadecimal(Scan& scan) {
    auto end = scan.at + 2;
    while (is_digit(char_at(scan.text, end)) || is_in("abcdefABCDEF", char_at(scan.text, end))) {
        ++end;
    }
    if (scan.peek() != '0' || scan.peek(1) != 'x' || end == scan.at + 2 || letter_at(scan.text, end)) {
        return false;
    }
    scan.say("zero x " + spell_address(scan.text.substr(scan.at + 2, end - scan.at - 2)));
    scan.at = end;
    return true;
}

// The number on its own, with its scale and unit.
bool read_plain(Scan& scan, Amount const& number) {
    std::string scale;
    auto const before = scan;
    scan.at = number.end + scale_at(scan.text, number.end, scale);
    auto const suffix = suffix_words(scan, number.is_one() && scale.empty());
    auto const words = suffix.empty() && scale.empty() ? plain_words(before, number) : amount_words(number);
    scan.say(words + scale + suffix);
    return true;
}

} // namespace

std::size_t dash_at(std::string_view text, std::size_t at) {
    if (from(text, at).starts_with("-to-")) { // "nine-to-five"
        return 4;
    }
    auto const gap = char_at(text, at) == ' ' && from(text, at + 1).starts_with("–") ? 1U : 0U;
    for (std::string_view dash : {"-", "–"}) {
        if (from(text, at + gap).starts_with(dash)) {
            auto const size = gap + dash.size();
            return gap && char_at(text, at + size) == ' ' ? size + 1 : size;
        }
    }
    return 0;
}

std::string per_words(Scan& scan) {
    struct Per {
        std::string_view written, spoken;
    };
    static constexpr Per pers[] = {{"d", "day"},   {"wk", "week"}, {"mo", "month"}, {"mth", "month"},
                                   {"yr", "year"}, {"y", "year"},  {"pc", "piece"}, {"ea", "each"}};
    static constexpr std::string_view words[] = {"day",     "week",   "month", "year", "hour", "minute", "second",
                                                 "night",   "person", "user",  "unit", "item", "piece",  "seat",
                                                 "serving", "page",   "mile",  "dose", "head", "head",   "box"};
    if (scan.peek() != '/') {
        return "";
    }
    auto const word = letters_at(scan.text, scan.at + 1);
    if (!letter_at(scan.text, scan.at + 1 + word.size()) && !is_digit(scan.peek(1 + word.size()))) {
        auto const* found =
            std::find_if(std::begin(pers), std::end(pers), [&](Per const& per) { return per.written == word; });
        if (found != std::end(pers) || contains(words, word)) {
            scan.at += 1 + word.size();
            return " per " + std::string(found != std::end(pers) ? found->spoken : word);
        }
    }
    auto const unit = unit_at(from(scan.text, scan.at + 1));
    if (unit.size == 0 || is_in(" -", scan.peek(1))) {
        return "";
    }
    scan.at += 1 + unit.size;
    return " per " + unit.one;
}

bool read_number(Scan& scan) {
    char const c = scan.peek();
    bool const point =
        c == '.' && is_digit(scan.peek(1)) && !is_digit(scan.before()) && !letter_at(scan.text, scan.at - 1);
    if (!is_digit(c) && !point && !currency_at(scan.rest())) {
        return false;
    }
    bool done = (!letter_at(scan.text, scan.at - 1) && read_money(scan));
    auto const number = done ? std::nullopt : amount_at(scan.text, scan.at);
    if (!done && !number) {
        return false;
    }
    done = done || read_electronic(scan) || read_serial(scan) || read_duration(scan) || read_date_or_time(scan) ||
           read_telephone(scan) || read_dotted(scan) || read_house_number(scan) || read_hexadecimal(scan) ||
           read_fraction(scan, *number) || read_marked_measure(scan, *number) || read_size(scan, *number) ||
           read_ordinal(scan, *number) || read_decade(scan, *number) || read_hyphened_list(scan) ||
           read_range(scan, *number) || read_power_of_ten(scan, *number) || read_money_behind(scan, *number) ||
           read_plain(scan, *number);
    for (auto per = per_words(scan); !per.empty(); per = per_words(scan)) {
        scan.say(per.substr(1));
    }
    scan.forget_words();
    scan.amount_end = scan.at;
    return done;
}

} // namespace echollama::speech
