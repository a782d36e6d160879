// Where the user is at home.
#pragma once

#include <filesystem>

namespace echollama {

// HOME, or what the system knows of the user where HOME is empty, unset or not a full path. Throws Error, saying what
// to set instead, when there is no such folder.
std::filesystem::path home_dir();

// The value of an environment variable as a path, or empty.
std::filesystem::path path_from_environment(char const* name);

} // namespace echollama
