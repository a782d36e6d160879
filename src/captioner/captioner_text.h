// What captioners ask their model and how they hear the answer.
#pragma once

#include "llm/llm.h"
#include "roles/roles.h"

#include <string>
#include <vector>

namespace echollama {

// The request's question, white space around it removed; for a description in `length` a question that asks for one.
std::string question_text(CaptionRequest const& request);

// Greedy text from where the model stands, without white space around it and without anything a screen reader would
// stumble over (control characters, halves of characters). Stops within a token when asked.
std::string write_caption(Llm& llm, int max_tokens, std::stop_token stop);

// Moondream2's prompt: what stands before and after the picture's rows.
//   2024 (moondream.py at c1ccd26): "\n\nQuestion: {q}\n\nAnswer:"
//   early 2025 (moondream/torch at f660ccb): the same for questions, "\n\nShort caption:", "\n\nCaption:" or
//   "\n\nLong caption:" for descriptions
//   from June 2025 (44146f1): tokens of their own
enum class MoondreamPrompt { questions, captions, tokens };
std::vector<LlmToken> moondream_prompt(Llm const& llm, MoondreamPrompt form, CaptionRequest const& request);

} // namespace echollama
