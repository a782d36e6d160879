// Rows of preference data from made-up scenes: the prompt as the program makes it, an answer that is true, short and
// naturally said, and one with a typical fault.
#pragma once

#include "dataset/preference.h"
#include "wording/prompt.h"

#include <cstdint>
#include <string>

namespace echollama::dataset {

struct ToyRow {
    Preference row; // base: "fault: " and its name
    Scene scene;
    Prompt prompt;
    PromptOptions options;
    std::string question; // empty: a description
    bool unknown = false; // the scene does not hold what is asked
    std::string fault;    // of the rejected answer: side, count, object, distance, certainty, invented, repeats, long
    bool hard = false;    // the rejected answer has the chosen one's form, and so about its length
};

struct ToyRowOptions {
    std::uint64_t seed = 1;
    // Questions in wordings that no other rows have, for measuring.
    bool held_out = false;
};

// Row `index` depends on these numbers alone. About half of the rows ask for a description, half ask a question; the
// default prompt stands in three of five, the paper's in the others. Every claim of the chosen answer that the check
// knows is supported by the scene (wording/grounding.h); the hard faults are those that it contradicts or leaves open.
ToyRow make_toy_row(ToyRowOptions const& options, std::uint64_t index);

} // namespace echollama::dataset
