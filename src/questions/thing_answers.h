// Answers about the things that a question names.
#pragma once

#include "questions/answers.h"
#include "questions/question.h"

namespace echollama {

// The question names at least one thing, all of them are classes of COCO or words for several, and every word of it is
// understood. Ask::presence, where, count, distance, what and compare.
Answer answer_about_things(Scene const& scene, Question const& question, WordingOptions const& options);

} // namespace echollama
