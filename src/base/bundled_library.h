// Shared libraries that travel with the program and are loaded when they are first wanted, so that the program runs
// without them.
#pragma once

#include <filesystem>
#include <string>

namespace echollama {

// Opens `file` in lib/echollama beside the installed program, else in `built_against`, the folder of build time. It is
// kept until the program ends. nullptr: it is in neither place or cannot be loaded.
void* open_bundled_library(std::string const& file, std::filesystem::path const& built_against);

} // namespace echollama
