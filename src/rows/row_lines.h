// Files of rows, for training and for its data: JSONL, a JSON object a line; or Parquet, whose rows are passed on as
// such lines.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

namespace echollama::rows {

// Visits every row that is not blank, with its number from 1: of JSONL that of the line. Throws Error when the file
// cannot be read or a row is longer than `longest` bytes, and what `visit` throws.
void for_each_line(std::filesystem::path const& path, std::size_t longest,
                   std::function<void(std::size_t number, std::string const& line)> const& visit);

} // namespace echollama::rows
