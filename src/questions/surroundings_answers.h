// Questions about what was measured around the viewer: answered by code, with the interval.
#pragma once

#include "questions/answers.h"
#include "scene/types.h"
#include "wording/wording.h"

#include <optional>
#include <string>

namespace echollama {

// "What is in front of me", "is there a step", "how high is the table", "how wide is the door", "is the way free", "how
// big is the room", "what is at head height", "where is the wall", "how high is the ceiling", "how tall is the chair".
// Empty without metric depth and for other questions.
std::optional<Answer> answer_about_surroundings(Scene const& scene, std::string const& question,
                                                WordingOptions const& options);

// What lies ahead (0), left (-1) or right (1) beside the objects: dangers, what has no name, the way, walls and
// openings. Empty without metric depth.
std::string measured_on_side(Scene const& scene, int side, WordingOptions const& options);

} // namespace echollama
