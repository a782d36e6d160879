#include "rows/row_lines.h"

#include "base/error.h"
#include "rows/parquet.h"

#include <fstream>

namespace echollama::rows {
namespace {

void check_length(std::filesystem::path const& path, std::size_t number, std::size_t bytes, std::size_t longest) {
    if (bytes > longest) {
        throw Error("Row " + std::to_string(number) + " of " + path.string() + " is longer than " +
                    std::to_string(longest >> 20U) + " MiB; leave it out.");
    }
}

} // namespace

void for_each_line(std::filesystem::path const& path, std::size_t longest,
                   std::function<void(std::size_t number, std::string const& line)> const& visit) {
    std::ifstream file(path, std::ios::binary);
    if (!file || std::filesystem::is_directory(path)) {
        throw Error("Cannot read the data " + path.string() + "; name a JSONL or Parquet file.");
    }
    if (is_parquet(path)) {
        read_parquet(path, [&](std::size_t number, std::string const& line) {
            check_length(path, number, line.size(), longest);
            visit(number, line);
        });
        return;
    }
    std::string line;
    for (std::size_t number = 1; std::getline(file, line); ++number) {
        check_length(path, number, line.size(), longest);
        if (line.find_first_not_of(" \t\r") != std::string::npos) {
            visit(number, line);
        }
    }
}

} // namespace echollama::rows
