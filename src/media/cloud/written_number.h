// Numbers as programs write them into text files.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace echollama {

// A whole word as a number: "-1.5", "+2.0", ".5", "2.", "1e-3", "1.0D+02" (Fortran); what is too large is infinite,
// what is too small 0; "nan", "inf" and what old C libraries print for them ("-1.#IND", "1.#QNAN", "1.#INF00") are what
// they say. Empty for every other word; in particular nothing is cut off: "1,5" is no 1.
std::optional<double> written_number(std::string_view word);

// What is wrong with a word that is no number, as part of a sentence: "it has '1,5' where ...".
std::string number_trouble(std::string_view word);

// Where a comment begins ('#' up to the end of the line), or the end of the text. The '#' of "1.#IND" begins none.
std::size_t comment_start(std::string_view line);

} // namespace echollama
