// The words of which one decides what a sentence means.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace echollama {

// Numbers, units, negations, directions, and names of visible things (wording/mentions.h), in the sentence's order, as
// comparable_words() gives them.
std::vector<std::string> key_words(std::string_view sentence);

// Those of the sentence that were not heard at their place; and negations and directions that were heard and not said.
// What a listener writes for the same sounds makes no difference: figures or words, spelling, plural, "to" for "two";
// nor one letter in the name of a thing, unless that makes another thing ("cop" for "cup" passes, "cat" for "car" does
// not).
std::vector<std::string> missing_key_words(std::string_view sentence, std::string_view heard);

} // namespace echollama
