// The word that somebody who misspelt one may have meant.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace echollama {

// Least number of insertions, deletions, replacements and exchanges of neighbours that make one byte string the other:
// the optimal string alignment distance (Damerau 1964, no part is edited twice).
std::size_t edit_distance(std::string_view a, std::string_view b);

// Of `words` the one that `typed` most likely stands for: the only one that it begins or that begins it, else the one
// at the least edit distance, if at most a third of its letters differ. Empty when none is that near. Case counts for
// nothing, nor do dashes in front.
std::string nearest_word(std::string_view typed, std::vector<std::string> const& words);

// Small ASCII letters, and - for _ and spaces.
std::string folded(std::string_view text);

} // namespace echollama
