// Questions that the scene answers by itself.
#pragma once

#include "scene/types.h"
#include "scene/wording.h"

#include <optional>
#include <string>

namespace echollama {

// Answers questions that the scene itself can answer: where is, is there, how many, how far, what is left / right /
// ahead / nearest / on. Empty when the question is another one.
std::optional<std::string> answer_question(Scene const& scene, std::string const& question,
                                           WordingOptions const& options);

} // namespace echollama
