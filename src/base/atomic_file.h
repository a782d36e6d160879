// Whole files at once; see output_file.h for what "complete or not at all" means.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace echollama {

// `what` names the content in messages: "Cannot write the picture to …". Throws Error.
void write_file_atomically(std::filesystem::path const& path, std::string_view bytes,
                           std::string const& what = "the file");

} // namespace echollama
