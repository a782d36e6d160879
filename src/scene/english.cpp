#include "scene/english.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace echollama {

bool is_one_of(std::string_view word, std::span<std::string_view const> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return is_one_of(word, std::span(words.begin(), words.size()));
}

std::string_view article(std::string_view word) {
    return !word.empty() && std::string_view("aeiouAEIO").find(word.front()) != std::string_view::npos ? "an" : "a";
}

std::string plural_word(std::string const& word) {
    auto ends = [&](char const* tail) { return word.ends_with(tail); };
    if (ends("s") || ends("x") || ends("ch") || ends("sh")) {
        return word + "es";
    }
    if (ends("fe")) {
        return word.substr(0, word.size() - 2) + "ves";
    }
    if (ends("lf") || ends("af")) {
        return word.substr(0, word.size() - 1) + "ves";
    }
    if (ends("man")) {
        return word.substr(0, word.size() - 3) + "men";
    }
    if (word == "child") {
        return "children";
    }
    if (ends("y") && word.size() > 1 &&
        std::string_view("aeiou").find(word[word.size() - 2]) == std::string_view::npos) {
        return word.substr(0, word.size() - 1) + "ies";
    }
    return word + "s";
}

std::string capitalised(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
        text[0] = static_cast<char>(text[0] - 'a' + 'A');
    }
    return text;
}

std::string joined(std::vector<std::string> const& parts, char const* between) {
    std::string text;
    for (auto const& part : parts) {
        text += (text.empty() ? "" : between) + part;
    }
    return text;
}

std::string listed(std::vector<std::string> const& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
    }
    return text;
}

std::string number_word(std::size_t number) {
    static constexpr std::array<char const*, 11> words{"no",  "one",   "two",   "three", "four", "five",
                                                       "six", "seven", "eight", "nine",  "ten"};
    return number < words.size() ? words[number] : std::to_string(number);
}

int number_of(std::string_view word) {
    static std::unordered_map<std::string_view, int> const numbers{
        {"no", 0},         {"zero", 0},      {"a", 1},         {"an", 1},         {"one", 1},      {"single", 1},
        {"two", 2},        {"both", 2},      {"pair", 2},      {"couple", 2},     {"three", 3},    {"four", 4},
        {"five", 5},       {"six", 6},       {"seven", 7},     {"eight", 8},      {"nine", 9},     {"ten", 10},
        {"eleven", 11},    {"twelve", 12},   {"thirteen", 13}, {"fourteen", 14},  {"fifteen", 15}, {"sixteen", 16},
        {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19}, {"twenty", 20},    {"thirty", 30},  {"forty", 40},
        {"fifty", 50},     {"dozen", 12},    {"hundred", 100}, {"thousand", 1000}};
    if (auto found = numbers.find(word); found != numbers.end()) {
        return found->second;
    }
    bool digits = !word.empty() && word.size() < 9 &&
                  std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits ? std::stoi(std::string(word)) : -1;
}

bool is_negation(std::string_view word) {
    static constexpr std::string_view words[] = {"no",  "not",    "without", "never",  "neither",
                                                 "nor", "cannot", "nothing", "nobody", "none"};
    return is_one_of(word, words) || word.ends_with("n't") || word.ends_with("n\u2019t");
}

} // namespace echollama
