// How well speech was understood: word errors of a transcript.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace echollama {

struct WordErrors {
    std::size_t words = 0; // of the reference
    std::size_t substituted = 0, missing = 0, added = 0;

    std::size_t errors() const { return substituted + missing + added; }
    // Word error rate; over 1 where more was heard than said.
    double rate() const { return words > 0 ? static_cast<double>(errors()) / static_cast<double>(words) : 0; }
    WordErrors& operator+=(WordErrors const& other);
};

// Words that were said and what was heard in their place, either of which may be none.
struct WordMatch {
    std::size_t said = 0, said_count = 0; // index of the first word, and how many
    std::size_t heard = 0, heard_count = 0;
    bool same = false;
};

using SameWord = std::function<bool(std::string const& said, std::string const& heard)>;

// The fewest errors that explain what was heard (Levenshtein over words), in order. A word and its two halves
// ("towards", "foot path") are the same.
std::vector<WordMatch> align_words(std::vector<std::string> const& said, std::vector<std::string> const& heard,
                                   SameWord const& same = std::equal_to<>());

// Of comparable_words().
WordErrors word_errors(std::string_view said, std::string_view heard);

} // namespace echollama
