// Numbers as they are written, in figures, and what stands behind them.
#include "text/speech_text.h"
#include "text/speech_text_parts.h"

namespace echollama::speech {
namespace {

// Bytes of the separator before another group of exactly three digits: "," or a space of some width; 0: none.
std::size_t separator_at(std::string_view text, std::size_t at) {
    for (std::string_view separator : {",", " ", "'", "\u00A0", "\u2009", "\u202F"}) {
        if (from(text, at).starts_with(separator) && digits_at(text, at + separator.size()) == 3) {
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

// "1.234,50" as most of Europe writes it: there is no other way to read it.
std::optional<Amount> continental_amount_at(std::string_view text, std::size_t at) {
    Amount amount;
    amount.grouped = true;
    auto run = digits_at(text, at);
    amount.integer = from(text, at).substr(0, run);
    if (run == 0 || run > 3 || amount.integer[0] == '0') {
        return std::nullopt;
    }
    for (at += run; char_at(text, at) == '.' && digits_at(text, at + 1) == 3; at += 4) {
        amount.integer += text.substr(at + 1, 3);
    }
    run = digits_at(text, at + 1);
    if (amount.integer.size() < 4 || char_at(text, at) != ',' || run == 0 || run > 2) {
        return std::nullopt;
    }
    amount.fraction = text.substr(at + 1, run);
    amount.end = at + 1 + run;
    return amount;
}

} // namespace

std::optional<Amount> amount_at(std::string_view text, std::size_t at) {
    Amount amount;
    auto run = digits_at(text, at);
    if (run == 0 && !(char_at(text, at) == '.' && digits_at(text, at + 1) > 0)) {
        return std::nullopt;
    }
    if (auto const continental = continental_amount_at(text, at)) {
        return continental;
    }
    amount.integer = text.substr(at, run);
    at += run;
    auto const first = separator_at(text, at);
    bool const groups = first > 0 && run > 0 && run <= 3 &&
                        (is_in(",'", text[at]) || (amount.integer[0] != '0' && spaces_group(text, at)));
    auto const separator = groups ? text.substr(at, first) : "";
    while (groups && text.substr(at).starts_with(separator) && separator_at(text, at) == first) {
        amount.integer += text.substr(at + first, 3);
        amount.grouped = true;
        at += first + 3;
    }
    if (char_at(text, at) == '.' && digits_at(text, at + 1) > 0) {
        run = digits_at(text, at + 1);
        amount.fraction = text.substr(at + 1, run);
        at += 1 + run;
    }
    amount.end = at;
    return amount;
}

std::string amount_words(Amount const& amount) {
    auto words = integer_words(amount.integer);
    if (amount.fraction.empty()) {
        return words;
    }
    return (amount.integer.empty() ? "" : words + " ") + "point " + digit_words(amount.fraction);
}

bool counts_things(std::string_view rest) {
    static constexpr std::string_view others[] = {"people",  "men",   "women", "children",
                                                  "percent", "sheep", "fish",  "feet"};
    static constexpr std::string_view no_plurals[] = {"is",    "was",    "has", "as",   "its",    "this",
                                                      "us",    "does",   "his", "plus", "versus", "minus",
                                                      "times", "across", "bus", "gas"};
    auto const word = rest.starts_with(' ') ? letters_at(rest, 1) : "";
    bool const plural = word.size() > 2 && is_lower(word[0]) && word.ends_with('s') && !word.ends_with("ss");
    return contains(others, word) || word == "times" || (plural && !contains(no_plurals, word));
}

} // namespace echollama::speech
