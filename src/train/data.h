// Rows of training data: JSONL files, a JSON object a line, or Parquet (rows/row_lines.h).
#pragma once

#include "train/config.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace echollama::train {

using Tokens = std::vector<std::int32_t>;

// A prompt with the answer that is wanted and, of a preference, the one that is not. The prompt begins with the model's
// begin token where it has one, answers end with its end token.
struct Row {
    std::int64_t line = 0; // in its file, from 1
    Tokens prompt, chosen, rejected;
};

// How text becomes tokens.
struct Encoder {
    std::function<Tokens(std::string const& system, std::string const& prompt)> prompt = {};
    std::function<Tokens(std::string const& answer)> answer = {}; // with the end token
    std::int64_t vocabulary = 0;                                  // ids must be below
    std::function<Tokens(std::string const& text)> text = {};     // alone, without a template
};

// Texts: "prompt", "chosen" and, for preferences, "rejected"; "system" is read where it is there. Or tokens, taken as
// they are: "prompt_ids", "chosen_ids" and "rejected_ids". Other keys are not looked at. Throws Error with the reason,
// naming the key ("'chosen' is missing").
Row parse_row(std::string_view json, Task task, Encoder const& encoder);

// All rows of a file. Throws Error naming the file, the row and what is wrong with it. Rows above `longest` tokens, of
// the prompt with either answer, are refused or, where the configuration says so, left out with a warning.
std::vector<Row> read_rows(std::filesystem::path const& path, Task task, Encoder const& encoder,
                           DataConfig const& config);

} // namespace echollama::train
