#include "text/speech_text.h"
#include "text/speech_text_parts.h"

#include <algorithm>
#include <optional>

namespace echollama::speech {
namespace {

// A number as written: 1,234.50
struct Amount {
    std::string integer, fraction;
    bool grouped = false;
    std::size_t end = 0;

    bool is_one() const { return integer == "1" && fraction.empty(); }
    bool may_be_year() const {
        return fraction.empty() && !grouped && integer.size() == 4 && integer >= "1100" && integer < "2100";
    }
};

// Bytes of the separator before another group of exactly three digits: "," or a space of some width; 0: none.
std::size_t separator_at(std::string_view text, std::size_t at) {
    for (std::string_view separator : {",", " ", "\u00A0", "\u2009", "\u202F"}) {
        if (text.substr(at).starts_with(separator) && digits_at(text, at + separator.size()) == 3) {
            return separator.size();
        }
    }
    return 0;
}

// "1 000 000" and "20 000", but neither "room 12 345" nor "0 123 456": more than one group, or a group of zeros.
bool spaces_group(std::string_view text, std::size_t at) {
    auto const second = at + 3 + separator_at(text, at);
    return text.substr(second - 3, 3) == "000" || (separator_at(text, second) > 0 && text[second] != ',');
}

std::optional<Amount> amount_at(std::string_view text, std::size_t at) {
    Amount amount;
    auto run = digits_at(text, at);
    if (run == 0) {
        return std::nullopt;
    }
    amount.integer = text.substr(at, run);
    at += run;
    auto const first = separator_at(text, at);
    bool const groups =
        first > 0 && run <= 3 && (text[at] == ',' || (amount.integer[0] != '0' && spaces_group(text, at)));
    auto const separator = groups ? text.substr(at, first) : "";
    while (groups && text.substr(at).starts_with(separator) && separator_at(text, at) == first) {
        amount.integer += text.substr(at + first, 3);
        amount.grouped = true;
        at += first + 3;
    }
    if (at < text.size() && text[at] == '.' && digits_at(text, at + 1) > 0) {
        run = digits_at(text, at + 1);
        amount.fraction = text.substr(at + 1, run);
        at += 1 + run;
    }
    amount.end = at;
    return amount;
}

std::string amount_words(Amount const& amount) {
    auto words = integer_words(amount.integer);
    return amount.fraction.empty() ? words : words + " point " + digit_words(amount.fraction);
}

struct Magnitude {
    std::string_view written, spoken;
    bool attached; // right behind the number, such as 5M
};

constexpr Magnitude magnitudes[] = {
    {" million", " million", false},   {" billion", " billion", false}, {" trillion", " trillion", false},
    {" thousand", " thousand", false}, {"bn", " billion", true},        {" bn", " billion", true},
    {"k", " thousand", true},          {"K", " thousand", true},        {"M", " million", true},
    {"B", " billion", true},           {"m", " million", true},
};

// "million" and the like behind an amount of money.
Magnitude const* magnitude_at(std::string_view rest) {
    for (auto const& one : magnitudes) {
        if (rest.starts_with(one.written) && !letter_at(rest, one.written.size())) {
            return &one;
        }
    }
    return nullptr;
}

// "five dollars and fifty cents"
std::string money_words(Amount const& amount, Magnitude const* magnitude, Currency const& currency) {
    if (magnitude) {
        return amount_words(amount) + std::string(magnitude->spoken) + " " + currency.many;
    }
    if (amount.fraction.size() != 2 || amount.integer.size() > 15) {
        return amount_words(amount) + " " + (amount.is_one() ? currency.one : currency.many);
    }
    auto const cents = std::stoul(amount.fraction);
    auto const cent_words = cardinal_words(cents) + " " + (cents == 1 ? currency.cent : currency.cents);
    if (amount.integer == "0" && cents > 0) {
        return cent_words;
    }
    auto words = integer_words(amount.integer) + " " + (amount.integer == "1" ? currency.one : currency.many);
    return cents == 0 ? words : words + " and " + cent_words;
}

// A dash between two numbers: "-" or "–". Its size, 0 for none.
std::size_t dash_at(std::string_view text, std::size_t at) {
    auto const gap = at < text.size() && text[at] == ' ' && text.substr(at + 1, 3) == "–" ? 1U : 0U;
    for (std::string_view dash : {"-", "–"}) {
        if (text.substr(at + gap, dash.size()) == dash) {
            auto size = gap + dash.size();
            return gap && at + size < text.size() && text[at + size] == ' ' ? size + 1 : size;
        }
    }
    return 0;
}

bool year_context(Scan const& scan) {
    static constexpr std::string_view words[] = {"in",   "since",  "by",     "from",   "until", "till",   "of",
                                                 "year", "before", "after",  "around", "circa", "during", "early",
                                                 "late", "spring", "summer", "autumn", "fall",  "winter"};
    return scan.after_date || month_number(scan.previous) ||
           std::find(std::begin(words), std::end(words), scan.previous) != std::end(words);
}

// Numbers before "people", "metres" … are amounts even after "of".
bool counts_things(std::string_view rest) {
    static constexpr std::string_view things[] = {"people", "metres", "meters", "percent", "words", "steps",
                                                  "pages",  "times",  "pixels", "dollars", "euros", "pounds"};
    if (!rest.starts_with(' ')) {
        return false;
    }
    return std::any_of(std::begin(things), std::end(things),
                       [&](std::string_view thing) { return rest.substr(1, thing.size()) == thing; });
}

bool is_emergency(Scan const& scan, Amount const& amount) {
    return (amount.integer == "911" || amount.integer == "112" || amount.integer == "999" || amount.integer == "110") &&
           announces_telephone(scan.previous);
}

std::string plain_words(Scan const& scan, Amount const& amount, std::string_view rest) {
    if (is_emergency(scan, amount)) {
        return digit_words(amount.integer);
    }
    if (amount.may_be_year() && year_context(scan) && !counts_things(rest)) {
        return year_words(std::stoul(amount.integer));
    }
    return amount_words(amount);
}

// The unit, percent sign or currency behind a number, as words; moves the scan.
std::string suffix_words(Scan& scan, bool one) {
    if (auto const match = unit_at(scan.rest()); match.unit) {
        bool const attribute = scan.peek() == '-'; // "a ten-kilometre run"
        scan.at += match.size;
        std::string words = one || attribute ? match.unit->one : match.unit->many;
        if (scan.peek() == '/' && letter_at(scan.text, scan.at + 1)) {
            if (auto const per = unit_at(scan.text.substr(scan.at + 1)); per.unit && scan.text[scan.at + 1] != ' ') {
                scan.at += 1 + per.size;
                words += std::string(" per ") + per.unit->one;
            }
        }
        return (attribute ? "-" : " ") + words;
    }
    auto const gap = scan.peek() == ' ' ? 1U : 0U;
    if (auto const* currency = currency_at(scan.rest().substr(gap))) {
        auto const size = gap + std::string_view(currency->symbol).size();
        if (!(gap && is_digit(scan.peek(size)))) { // "5 $3" is two numbers
            scan.at += size;
            return std::string(" ") + (one ? currency->one : currency->many);
        }
    }
    return "";
}

bool read_money(Scan& scan) {
    auto const* currency = currency_at(scan.rest());
    if (!currency) {
        return false;
    }
    auto at = scan.at + std::string_view(currency->symbol).size();
    if (at < scan.text.size() && scan.text[at] == ' ') {
        ++at;
    }
    auto const amount = amount_at(scan.text, at);
    if (!amount) {
        return false;
    }
    auto const* magnitude = magnitude_at(scan.text.substr(amount->end));
    auto const dash = magnitude ? 0 : dash_at(scan.text, amount->end);
    auto const symbol = std::string_view(currency->symbol);
    auto second_at = amount->end + dash;
    if (dash && scan.text.substr(second_at).starts_with(symbol)) {
        second_at += symbol.size();
    }
    if (auto const second = dash ? amount_at(scan.text, second_at) : std::nullopt) {
        auto const* scale = magnitude_at(scan.text.substr(second->end));
        scan.say(amount_words(*amount) + " to " + money_words(*second, scale, *currency));
        scan.at = second->end + (scale ? scale->written.size() : 0);
        return true;
    }
    scan.say(money_words(*amount, magnitude, *currency));
    scan.at = amount->end + (magnitude ? magnitude->written.size() : 0);
    return true;
}

// 5'10", 5 ft 10 in → five feet ten inches
bool read_feet(Scan& scan, Amount const& feet) {
    auto const rest = scan.text.substr(feet.end);
    bool const written = rest.starts_with(" ft ");
    if (!feet.fraction.empty() || !(written || rest.starts_with('\''))) {
        return false;
    }
    auto const inches = amount_at(scan.text, feet.end + (written ? 4 : 1));
    std::string_view const mark = written ? " in" : "\"";
    if (!inches || scan.text.substr(inches->end, mark.size()) != mark ||
        (written && letter_at(scan.text, inches->end + mark.size()))) {
        return false;
    }
    scan.say(amount_words(feet) + (feet.is_one() ? " foot " : " feet ") + amount_words(*inches) +
             (inches->is_one() ? " inch" : " inches"));
    scan.at = inches->end + mark.size();
    return true;
}

// "5-10 m", "1999–2004"
bool read_range(Scan& scan, Amount const& first) {
    auto const dash = dash_at(scan.text, first.end);
    auto const second = dash ? amount_at(scan.text, first.end + dash) : std::nullopt;
    if (!second) {
        return false;
    }
    bool const years = first.may_be_year() && second->may_be_year();
    scan.at = second->end;
    auto const words = [&](Amount const& amount) {
        return years ? year_words(std::stoul(amount.integer)) : amount_words(amount);
    };
    auto const both = words(first) + " to " + words(*second);
    scan.say(both + suffix_words(scan, false));
    return true;
}

// "1920x1080", "3 × 4 m"
bool read_size(Scan& scan, Amount const& first) {
    auto at = first.end;
    auto const gap = at < scan.text.size() && scan.text[at] == ' ' ? 1U : 0U;
    std::size_t sign = 0;
    if (scan.text.substr(at + gap, 2) == "×") {
        sign = 2;
    } else if (scan.text.substr(at + gap, 1) == "x" || scan.text.substr(at + gap, 1) == "X") {
        sign = 1;
    }
    if (!sign) {
        return false;
    }
    at += gap + sign;
    at += at < scan.text.size() && scan.text[at] == ' ' ? 1U : 0U;
    auto const second = amount_at(scan.text, at);
    if (!second) {
        if (gap || letter_at(scan.text, first.end + sign)) {
            return false;
        }
        scan.say(amount_words(first) + " times"); // "2x"
        scan.at = first.end + sign;
        return true;
    }
    scan.at = second->end;
    bool const product = scan.rest().starts_with(" =") || scan.rest().starts_with("=");
    scan.say(amount_words(first) + (product ? " times " : " by ") + amount_words(*second) + suffix_words(scan, false));
    return true;
}

std::string denominator(std::uint64_t value, bool one) {
    if (value == 2) {
        return one ? "half" : "halves";
    }
    auto const word = value == 4 ? "quarter" : ordinal_words(value);
    return one ? word : word + "s";
}

std::optional<std::string> fraction_words(std::string_view text, std::size_t at, std::size_t& end) {
    auto const above = digits_at(text, at);
    auto const slash = at + above;
    if (above == 0 || above > 2 || slash >= text.size() || text[slash] != '/') {
        return std::nullopt;
    }
    auto const below = digits_at(text, slash + 1);
    if (below == 0 || below > 3) {
        return std::nullopt;
    }
    end = slash + 1 + below;
    if (end < text.size() &&
        (text[end] == '/' || letter_at(text, end) || (text[end] == '.' && digits_at(text, end + 1) > 0))) {
        return std::nullopt;
    }
    auto const top = std::stoul(std::string(text.substr(at, above)));
    auto const bottom = std::stoul(std::string(text.substr(slash + 1, below)));
    if (top == 0 || top >= bottom || bottom > 100) {
        return std::nullopt;
    }
    return cardinal_words(top) + " " + denominator(bottom, top == 1);
}

// "3/4", "1 1/2", "2½"
bool read_fraction(Scan& scan, Amount const& first) {
    std::size_t end = 0;
    if (auto const words = fraction_words(scan.text, scan.at, end)) {
        scan.at = end;
        scan.say(*words);
        return true;
    }
    if (!first.fraction.empty()) {
        return false;
    }
    auto const spaced = scan.text.substr(first.end, 1) == " ";
    if (auto const words = spaced ? fraction_words(scan.text, first.end + 1, end) : std::nullopt) {
        scan.at = end;
        auto const half = words->starts_with("one ") ? "a " + words->substr(4) : *words;
        scan.say(amount_words(first) + " and " + half + suffix_words(scan, false));
        return true;
    }
    auto const sign = character_at(scan.text, first.end).code;
    char const* part = sign == 0xBD ? "a half" : sign == 0xBC ? "a quarter" : sign == 0xBE ? "three quarters" : nullptr;
    if (!part) {
        return false;
    }
    scan.at = first.end + 2;
    scan.say(amount_words(first) + " and " + part + suffix_words(scan, false));
    return true;
}

// "21st", "1990s", "80s"
bool read_ordinal_or_decade(Scan& scan, Amount const& number) {
    auto const ending = lower_case(scan.text.substr(number.end, 2));
    bool const ordinal = ending == "st" || ending == "nd" || ending == "rd" || ending == "th";
    if (number.fraction.empty() && number.integer.size() <= 15 && ordinal && !letter_at(scan.text, number.end + 2)) {
        scan.say(ordinal_words(std::stoull(number.integer)));
        scan.at = number.end + 2;
        return true;
    }
    bool const plural = ending.starts_with('s') && !letter_at(scan.text, number.end + 1);
    bool const century = number.may_be_year() && number.integer.ends_with('0');
    bool const short_form =
        number.integer.size() == 2 && number.integer >= "20" && number.integer.ends_with('0') &&
        (scan.previous == "the" || scan.previous == "early" || scan.previous == "late" || scan.previous == "mid" ||
         scan.previous == "her" || scan.previous == "his" || scan.text.substr(0, scan.at).ends_with('\'') ||
         scan.text.substr(0, scan.at).ends_with("\u2019"));
    if (!number.fraction.empty() || !plural || !(century || short_form)) {
        return false;
    }
    auto words = century ? year_words(std::stoul(number.integer)) : cardinal_words(std::stoul(number.integer));
    words = words.ends_with('y') ? words.substr(0, words.size() - 1) + "ies" : words + "s";
    scan.say(words);
    scan.at = number.end + 1;
    return true;
}

// "6.02e23", "1E-9"
bool read_power_of_ten(Scan& scan, Amount const& number) {
    auto at = number.end;
    if (lower_case(scan.text.substr(at, 1)) != "e") {
        return false;
    }
    bool const minus = scan.text.substr(at + 1, 1) == "-";
    at += minus || scan.text.substr(at + 1, 1) == "+" ? 2U : 1U;
    auto const size = digits_at(scan.text, at);
    if (size == 0 || size > 3 || letter_at(scan.text, at + size)) {
        return false;
    }
    scan.say(amount_words(number) + " times ten to the " + (minus ? "minus " : "") +
             integer_words(scan.text.substr(at, size)));
    scan.at = at + size;
    return true;
}

// "1.50€", "20.99 EUR"
bool read_money_behind(Scan& scan, Amount const& number) {
    auto const gap = scan.text.substr(number.end, 1) == " " ? 1U : 0U;
    auto const* currency = currency_at(scan.text.substr(std::min(number.end + gap, scan.text.size())));
    if (!currency || number.fraction.size() != 2) {
        return false;
    }
    auto const end = number.end + gap + std::string_view(currency->symbol).size();
    if (gap && end < scan.text.size() && is_digit(scan.text[end])) { // "5.50 $3" is two
        return false;
    }
    scan.say(money_words(number, nullptr, *currency));
    scan.at = end;
    return true;
}

// "1.2.3", "192.168.0.1"
bool read_version(Scan& scan) {
    std::string words;
    auto at = scan.at;
    int parts = 0;
    for (;;) {
        auto const run = digits_at(scan.text, at);
        words += (parts ? " point " : "") + integer_words(scan.text.substr(at, run));
        at += run;
        ++parts;
        if (at >= scan.text.size() || scan.text[at] != '.' || digits_at(scan.text, at + 1) == 0) {
            break;
        }
        ++at;
    }
    if (parts < 3) {
        return false;
    }
    scan.say(words);
    scan.at = at;
    return true;
}

} // namespace

bool announces_telephone(std::string_view word) {
    static constexpr std::string_view words[] = {"call", "dial", "phone", "ring", "telephone", "tel", "fax", "text"};
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

bool read_number(Scan& scan) {
    if (read_money(scan)) {
        scan.previous.clear();
        return true;
    }
    auto const number = amount_at(scan.text, scan.at);
    if (!number) {
        return false;
    }
    bool const after_date = scan.after_date;
    if (read_calendar(scan) || read_version(scan) || read_fraction(scan, *number) || read_feet(scan, *number) ||
        read_size(scan, *number) || read_ordinal_or_decade(scan, *number) || read_range(scan, *number) ||
        read_power_of_ten(scan, *number) || read_money_behind(scan, *number)) {
        scan.previous.clear();
        scan.after_date = scan.after_date && !after_date;
        return true;
    }
    scan.at = number->end;
    auto const before = scan.at;
    auto const suffix = suffix_words(scan, number->is_one());
    scan.say(suffix.empty() ? plain_words(scan, *number, scan.text.substr(before)) : amount_words(*number) + suffix);
    scan.previous.clear();
    scan.after_date = false;
    return true;
}

} // namespace echollama::speech
