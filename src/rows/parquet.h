// Parquet, through Apache Arrow's library in a module that is loaded when a Parquet file is named: a build that found
// no Arrow has no such module, and says so (docs/dataset.md).
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

namespace echollama::rows {

// By its name or, where it is there, by how it begins ("PAR1").
bool is_parquet(std::filesystem::path const& path);

// Empty: this build reads and writes Parquet. Else a sentence that says why not and what to do.
std::string why_no_parquet();

// Every row as a JSON object on one line, with its number from 1. Only the columns that rows of preferences and of
// tokens have (rows/parquet_module.h) are read, so pictures beside them cost nothing. Texts that are no UTF-8 are
// mended. Throws Error when the file is damaged or wants more memory than a gigabyte, and what `visit` throws.
void read_parquet(std::filesystem::path const& path,
                  std::function<void(std::size_t number, std::string const& line)> const& visit);

// Writes the rows of a JSONL file, those columns of it that a row has: texts, lists of token ids, and counts of claims.
// It appears complete or not at all. Throws Error.
void write_parquet(std::filesystem::path const& jsonl, std::filesystem::path const& path);

} // namespace echollama::rows
