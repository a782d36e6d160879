// What the language model is told.
#pragma once

#include "scene/types.h"
#include "wording/wording.h"

#include <string>
#include <vector>

namespace echollama {

enum class PromptStyle {
    paper,    // the paper's form, for its weights and its data set
    standard, // plain facts in sentences: small chat models copy them faithfully
};

struct PromptOptions {
    PromptStyle style = PromptStyle::standard;
    float matrix_threshold = 0.9F; // of the paper style
    WordingOptions wording = {};
};

// The prompt for a description (empty question) or for an answer. `history` are earlier turns, oldest first, the user's
// as bare questions (empty: a description was asked for). The scene comes first and stays the same from turn to turn,
// so that a language model reads it once. `seen`: what a look at the picture with this question gave; it stands before
// the question.
Prompt scene_prompt(Scene const& scene, std::string const& question, PromptOptions const& options,
                    std::vector<Turn> const& history = {}, std::string const& seen = {});

// The turns as they are sent: the context at the start of the first user's.
std::vector<Turn> turns_with_context(Prompt const& prompt);

} // namespace echollama
