// From the recogniser's probabilities to words (connectionist temporal classification, Graves et al. 2006, read
// greedily).
#pragma once

#include "scene/types.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace echollama {

// The characters that a recogniser tells apart, by class: class 0 is "none" and has an empty text.
// `list`: one character a line, as PaddleOCR writes it into the file; a space follows as the last class. Throws Error
// when the list is empty, too long, holds an entry that is no single short UTF-8 text, or control characters.
std::vector<std::string> read_character_list(std::string const& list);

// Words with the least probability of their characters. `probabilities`: row-major [steps][characters.size()]. The best
// class of each step counts where it is not the same as the step's before; values that are no numbers count as 0.
// Throws Error when the values are no whole number of steps.
std::vector<TextWord> read_steps(std::span<float const> probabilities, std::vector<std::string> const& characters);

// May what was read be told? A line needs a letter or a digit, and this certainty; one that is a single character more,
// because edges and wheels look like "T" and "O".
bool is_read(std::vector<TextWord> const& words);

// The mean of the words' certainties, weighted by their length; 0 for none.
float certainty_of(std::vector<TextWord> const& words);

} // namespace echollama
