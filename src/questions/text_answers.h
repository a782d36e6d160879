// Questions about what is written in the picture: "what does it say?", "read the text", "is there any text?", "does it
// say exit?", "where is the text?", "what does the book say?"
#pragma once

#include "scene/types.h"
#include "wording/wording.h"

#include <optional>
#include <string>
#include <vector>

namespace echollama {

struct TextQuestion {
    enum class Ask { read, presence, holds, where };
    Ask ask = Ask::read;
    std::vector<std::string> words; // what is looked for, in lower case; of `holds` at least one
    std::string on;                 // a class whose objects carry the text; empty: anywhere
};

// Empty when the question is about something else.
std::optional<TextQuestion> read_text_question(std::string const& question);

// In whole sentences; says so where nobody looked for text (Scene::text is none).
std::string answer_text_question(Scene const& scene, TextQuestion const& question, WordingOptions const& options);

} // namespace echollama
