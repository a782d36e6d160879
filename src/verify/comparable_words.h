// Words as they are compared between what was said and what was heard.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace echollama {

// As spoken (normalise_for_speech), lower case, hyphens apart, short forms written out ("it's" → it is), one spelling
// of metre, litre, colour, grey and the like, "okay" and "alright"; numbers as figures, those beside each other as one.
std::vector<std::string> comparable_words(std::string_view text);

} // namespace echollama
