// How well speech was understood: word errors of a transcript.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace echollama {

// Words in the form in which they are compared: as spoken (normalise_for_speech), lower case, hyphens apart, short
// forms written out ("it's" → it is), one spelling of metre, litre, colour, grey and the like, "okay" and "alright".
std::vector<std::string> comparable_words(std::string_view text);

struct WordErrors {
    std::size_t words = 0; // of the reference
    std::size_t substituted = 0, missing = 0, added = 0;

    std::size_t errors() const { return substituted + missing + added; }
    // Word error rate; over 1 where more was heard than said.
    double rate() const { return words > 0 ? static_cast<double>(errors()) / static_cast<double>(words) : 0; }
    WordErrors& operator+=(WordErrors const& other);
};

// The fewest errors that explain the transcript (Levenshtein over words). A word and its two halves ("towards",
// "foot path") are the same.
WordErrors word_errors(std::string_view said, std::string_view heard);

// Words of which one decides what a sentence means: not, no, left, right and numbers as comparable_words gives them.
bool is_key_word(std::string_view comparable);
// Key words of what was said that were not heard, each as often as it is missing.
std::vector<std::string> lost_key_words(std::string_view said, std::string_view heard);

} // namespace echollama
