// Units of length by their names.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace echollama {

// How many are one metre: "mm", "millimetres", "Millimeters", "cm", "m", "in", "ft" and their like; empty for other
// words.
std::optional<float> units_per_metre_of(std::string_view word);

// What a user writes: such a word, or the number itself ("5000"). Throws UsageError naming the option for other texts.
float units_per_metre_from(std::string const& text, std::string const& option);

// In words: "millimetres", "256ths of a metre", "units of which 42 are a metre".
std::string unit_name(float per_metre);

} // namespace echollama
