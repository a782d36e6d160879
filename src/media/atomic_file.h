// Files that appear complete or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace echollama {

// Writes beside `path` and renames. Throws Error saying what to do when the place cannot be written.
void write_file_atomically(std::filesystem::path const& path, std::string_view bytes);

} // namespace echollama
