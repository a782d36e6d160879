#include "reader/characters.h"

#include "base/error.h"
#include "text/utf8.h"

#include <algorithm>
#include <cctype>

namespace echollama {
namespace {

constexpr std::size_t most_characters = 200'000; // Unicode 15 has 149,186
constexpr std::size_t longest_character = 16;    // bytes; some are written with several code points

[[noreturn]] void refuse(std::string const& reason) {
    throw Error("The reading model's list of characters is damaged (" + reason + "); install it again.");
}

bool is_utf8(std::string const& text) {
    Utf8Joiner joiner;
    return joiner.push(text) + joiner.finish() == text;
}

void check_character(std::string const& text) {
    bool control = std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
    if (text.empty() || text.size() > longest_character || control || !is_utf8(text)) {
        refuse("an entry is not a character");
    }
}

} // namespace

std::vector<std::string> read_character_list(std::string const& list) {
    std::vector<std::string> characters{""};
    for (std::size_t begin = 0; begin <= list.size();) {
        auto const end = std::min(list.find('\n', begin), list.size());
        characters.push_back(list.substr(begin, end - begin));
        check_character(characters.back());
        if (characters.size() > most_characters) {
            refuse("it is too long");
        }
        begin = end + 1;
    }
    std::replace(characters.begin(), characters.end(), std::string("\u3000"), std::string(" ")); // as wide as a letter
    characters.emplace_back(" ");
    return characters;
}

std::vector<TextWord> read_steps(std::span<float const> probabilities, std::vector<std::string> const& characters) {
    auto const classes = characters.size();
    if (classes == 0 || probabilities.size() % classes != 0) {
        throw Error("The reading model distinguishes another number of characters than it lists; install it again.");
    }
    std::vector<TextWord> words;
    std::size_t before = 0; // class of the step before
    bool inside = false;    // a word
    for (std::size_t step = 0; step < probabilities.size() / classes; ++step) {
        std::size_t best = 0;
        float most = 0;
        for (std::size_t i = 0; i < classes; ++i) {
            float const value = probabilities[step * classes + i];
            if (value > most) { // false for what is no number
                most = value;
                best = i;
            }
        }
        if (best != 0 && best != before) {
            bool const space = characters[best] == " ";
            if (!space && !inside) {
                words.push_back({"", 1});
            }
            if (!space) {
                words.back().text += characters[best];
                words.back().confidence = std::min(words.back().confidence, most);
            }
            inside = !space;
        }
        before = best;
    }
    return words;
}

bool is_read(std::vector<TextWord> const& words) {
    constexpr float least_certainty = 0.6F, least_of_one_character = 0.97F;
    std::size_t characters = 0, meaningful = 0;
    for (auto const& word : words) {
        for (unsigned char const c : word.text) {
            characters += (c & 0xC0) != 0x80; // the first byte of each
            meaningful += std::isalnum(c) != 0 || (c >= 0xC3 && c != 0xE2);
        }
    }
    return meaningful > 0 && certainty_of(words) >= (characters == 1 ? least_of_one_character : least_certainty);
}

float certainty_of(std::vector<TextWord> const& words) {
    float sum = 0, length = 0;
    for (auto const& word : words) {
        sum += word.confidence * static_cast<float>(word.text.size());
        length += static_cast<float>(word.text.size());
    }
    return length > 0 ? sum / length : 0;
}

} // namespace echollama
