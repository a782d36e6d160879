#include "media/cloud/written_number.h"

#include "base/ascii.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace echollama {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// "nan", "nan(ind)", "inf" and their old spellings, without the sign and in lower case.
std::optional<double> special(std::string_view word) {
    if (word == "inf" || word == "infinity" || word.starts_with("1.#inf")) {
        return infinite;
    }
    bool const nan = word == "nan" || (word.starts_with("nan(") && word.ends_with(')')) || word.starts_with("1.#ind") ||
                     word.starts_with("1.#qnan") || word.starts_with("1.#snan") || word.starts_with("1.#nan");
    return nan ? std::optional(not_a_number) : std::nullopt;
}

// Beyond double's range: is it tiny rather than huge?
bool is_tiny(std::string_view word) {
    auto const exponent = word.find('e');
    if (exponent != std::string_view::npos) {
        return exponent + 1 < word.size() && word[exponent + 1] == '-';
    }
    return word.starts_with("0.") || word.starts_with('.');
}

} // namespace

std::optional<double> written_number(std::string_view word) {
    bool const negative = word.starts_with('-');
    if (negative || word.starts_with('+')) {
        word.remove_prefix(1);
    }
    auto text = lower_case(word);
    if (text.empty() || (!is_digit(text[0]) && text[0] != '.')) {
        auto const found = special(text);
        return found && negative ? std::optional(-*found) : found;
    }
    if (auto const found = special(text)) {
        return negative ? -*found : *found;
    }
    std::replace(text.begin(), text.end(), 'd', 'e');
    if (auto const plus = text.find("e+"); plus != std::string::npos) {
        text.erase(plus + 1, 1);
    }
    double value = 0;
    auto const result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ptr != text.data() + text.size()) {
        return std::nullopt;
    }
    if (result.ec == std::errc::result_out_of_range) {
        value = is_tiny(text) ? 0 : infinite;
    } else if (result.ec != std::errc()) {
        return std::nullopt;
    }
    return negative ? -value : value;
}

std::string number_trouble(std::string_view word) {
    constexpr std::size_t longest = 24;
    std::string shown;
    for (char c : word.substr(0, longest)) { // it may be anything, and it is printed
        shown += c >= 0x20 && c < 0x7F ? c : '?';
    }
    shown = "'" + shown + (word.size() > longest ? "...'" : "'");
    bool const digits_and_commas = std::all_of(word.begin(), word.end(), [](char c) {
        return is_digit(c) || c == ',' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
    });
    if (digits_and_commas && word.find(',') != std::string_view::npos) {
        return "it has commas in its numbers (" + shown + "), which must be written with points and parted by spaces";
    }
    return "it has " + shown + " where a number should be";
}

std::size_t comment_start(std::string_view line) {
    for (auto at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
        bool const printed_by_c = at >= 2 && line.substr(at - 2, 2) == "1." &&
                                  special(lower_case("1.#" + std::string(line.substr(at + 1, 4)))).has_value();
        if (!printed_by_c) {
            return at;
        }
    }
    return line.size();
}

} // namespace echollama
