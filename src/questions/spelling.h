// Words that differ from a known one by a slip of the finger.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace echollama {

// One letter too many, one too few, one wrong, or two exchanged.
bool is_one_slip_apart(std::string_view a, std::string_view b);

// The known word that is meant by an unknown one of at least four letters: the only one with the same first letter that
// is one slip away. Words of their own that are only near a known one ("house" to "horse") are no slips. Empty where
// that is not clear.
std::optional<std::string> nearest_word(std::string const& word, std::vector<std::string> const& known);

} // namespace echollama
