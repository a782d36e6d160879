#include "text/speech_text.h"

#include <array>

namespace echollama {
namespace {

constexpr std::array<char const*, 20> small = {
    "zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
    "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::array<char const*, 10> tens = {"",      "",      "twenty",  "thirty", "forty",
                                              "fifty", "sixty", "seventy", "eighty", "ninety"};
constexpr std::array<char const*, 6> scales = {"", "thousand", "million", "billion", "trillion", "quadrillion"};

std::string below_hundred(std::uint64_t value) {
    if (value < 20) {
        return small[value];
    }
    std::string words = tens[value / 10];
    return value % 10 ? words + "-" + small[value % 10] : words;
}

std::string below_thousand(std::uint64_t value) {
    if (value < 100) {
        return below_hundred(value);
    }
    std::string words = std::string(small[value / 100]) + " hundred";
    return value % 100 ? words + " " + below_hundred(value % 100) : words;
}

// The ordinal of one word of a number.
std::string ordinal_of_word(std::string const& word) {
    static constexpr std::array<std::array<char const*, 2>, 8> irregular = {{{"one", "first"},
                                                                             {"two", "second"},
                                                                             {"three", "third"},
                                                                             {"five", "fifth"},
                                                                             {"eight", "eighth"},
                                                                             {"nine", "ninth"},
                                                                             {"twelve", "twelfth"},
                                                                             {"", ""}}};
    for (auto const& [from, to] : irregular) {
        if (word == from) {
            return to;
        }
    }
    if (word.ends_with("y")) {
        return word.substr(0, word.size() - 1) + "ieth";
    }
    return word + "th";
}

} // namespace

std::string cardinal_words(std::uint64_t value) {
    if (value < 1000) {
        return below_thousand(value);
    }
    std::string words;
    std::uint64_t divisor = 1;
    std::size_t scale = 0;
    while (scale + 1 < scales.size() && value / divisor >= 1000) {
        divisor *= 1000;
        ++scale;
    }
    for (;; divisor /= 1000, --scale) {
        auto const part = value / divisor;
        value %= divisor;
        if (part) {
            words += (words.empty() ? "" : " ") + cardinal_words(part) + (scale ? " " : "") + scales[scale];
        }
        if (scale == 0) {
            return words;
        }
    }
}

std::string ordinal_words(std::uint64_t value) {
    auto words = cardinal_words(value);
    auto const last = words.find_last_of(" -");
    auto const at = last == std::string::npos ? 0 : last + 1;
    return words.substr(0, at) + ordinal_of_word(words.substr(at));
}

std::string year_words(std::uint64_t year) {
    auto const century = year / 100, rest = year % 100;
    if (year < 1000 || year > 9999 || (century % 10 == 0 && rest < 10)) {
        return cardinal_words(year);
    }
    auto words = below_hundred(century);
    return rest == 0 ? words + " hundred" : words + (rest < 10 ? " oh " : " ") + below_hundred(rest);
}

std::string digit_words(std::string_view digits) {
    std::string words;
    for (char c : digits) {
        if (c >= '0' && c <= '9') {
            words += (words.empty() ? "" : " ") + std::string(small[static_cast<std::size_t>(c - '0')]);
        }
    }
    return words;
}

std::string integer_words(std::string_view digits) {
    if (digits.size() > 15 || (digits.size() > 1 && digits[0] == '0')) {
        return digit_words(digits);
    }
    std::uint64_t value = 0;
    for (char c : digits) {
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return cardinal_words(value);
}

} // namespace echollama
