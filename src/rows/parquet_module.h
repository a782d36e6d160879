// What the program and the module with Apache Arrow's library call each other by: plain functions, because the module
// is loaded when it is first wanted. Nothing is thrown across.
#pragma once

#include <array>
#include <cstddef>

namespace echollama::rows {

// The columns that are read and written.
enum class ColumnKind { text, token_ids, claims };
struct Column {
    char const* name;
    ColumnKind kind;
};
inline constexpr std::array columns = {Column{"system", ColumnKind::text},
                                       Column{"prompt", ColumnKind::text},
                                       Column{"chosen", ColumnKind::text},
                                       Column{"rejected", ColumnKind::text},
                                       Column{"image", ColumnKind::text},
                                       Column{"teacher", ColumnKind::text},
                                       Column{"base", ColumnKind::text},
                                       Column{"chosen_claims", ColumnKind::claims},
                                       Column{"rejected_claims", ColumnKind::claims},
                                       Column{"prompt_ids", ColumnKind::token_ids},
                                       Column{"chosen_ids", ColumnKind::token_ids},
                                       Column{"rejected_ids", ColumnKind::token_ids}};

enum ModuleEnd { module_done, module_failed, module_stopped };

// Takes a row; not 0: stop.
using TakeRow = int (*)(void* self, char const* line, std::size_t bytes);

// Fills `why`, which ends with a zero, when it fails; stops when a row is not taken.
using ReadParquet = ModuleEnd (*)(char const* path, TakeRow take, void* self, char* why, std::size_t why_bytes);
inline constexpr char read_parquet_name[] = "echollama_read_parquet";

// Writes the columns that are marked, a place for each of `columns`.
using WriteParquet = ModuleEnd (*)(char const* jsonl, char const* path, bool const* wanted, char* why,
                                   std::size_t why_bytes);
inline constexpr char write_parquet_name[] = "echollama_write_parquet";

} // namespace echollama::rows
