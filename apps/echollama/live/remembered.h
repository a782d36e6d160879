// What is kept of earlier walks, for those who ask.
#pragma once

#include "wording/wording.h"

#include <functional>
#include <optional>
#include <string>

namespace echollama {

// Answers "where did you last see …?" from what `watch --remember` kept; none for other questions, and none at all
// where nothing was ever kept. A file that cannot be read is told as the answer.
std::function<std::optional<std::string>(std::string const& question)>
remembered_sightings(WordingOptions const& options);

} // namespace echollama
