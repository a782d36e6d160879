// Questions that the scene answers by itself.
#pragma once

#include "scene/types.h"
#include "wording/wording.h"

#include <optional>
#include <string>
#include <vector>

namespace echollama {

struct Answer {
    std::string text;
    // False: it says what it knows and what it cannot tell; who looks at the picture again may know more.
    bool complete = true;
};

// What the scene knows of the question: where is, is there, how many, how far, what is left / right / ahead / nearest /
// on / at 2 o'clock, which is nearer, is the picture blurred, and who speaks. Every word counts: "Yes" and "No" are
// said only when the whole question is answered, else the answer says what is seen and what cannot be told of it.
// `history`: earlier turns, for "how far is it?". Empty when the question is not about anything that a scene holds.
std::optional<Answer> answer_question(Scene const& scene, std::string const& question, WordingOptions const& options,
                                      std::vector<Turn> const& history = {});

} // namespace echollama
