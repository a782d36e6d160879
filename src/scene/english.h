// The little grammar that sentences about a scene need, said and understood.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace echollama {

bool is_one_of(std::string_view word, std::span<std::string_view const> words);
bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words);

// "a" or "an" for the word that follows.
std::string_view article(std::string_view word);

// "knife" → "knives", "man" → "men", "box" → "boxes". The last word of several.
std::string plural_word(std::string const& word);

// With a capital first letter.
std::string capitalised(std::string text);

// The parts, one after the other.
std::string joined(std::vector<std::string> const& parts, char const* between);

// "a cup, a chair and a dog"
std::string listed(std::vector<std::string> const& names);

// "no", "one" … "ten"; figures beyond.
std::string number_word(std::size_t number);

// "three", "3", "a", "both", "no" → 3, 3, 1, 2, 0; -1 for no number.
int number_of(std::string_view word);

// "no", "not", "without", "nothing", "isn't" …
bool is_negation(std::string_view word);

} // namespace echollama
