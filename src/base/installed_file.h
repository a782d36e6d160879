// Where the program's own data lie.
#pragma once

#include <filesystem>

namespace echollama {

// `relative` under one of the folders above the running program's (PREFIX for PREFIX/bin/echollama, and for
// PREFIX/lib/echollama/LEVEL/echollama) where it is there, as in an installed program; else `built`, where it lies for
// a program that runs where it was built.
std::filesystem::path installed_file(std::filesystem::path const& relative, std::filesystem::path const& built);

} // namespace echollama
