// What a folder holds.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace echollama {

// The entries whose names are wanted, in the order of the names; none where the folder cannot be read.
std::vector<std::filesystem::path> entries_of(std::filesystem::path const& folder,
                                              std::function<bool(std::string const& name)> const& wanted);

} // namespace echollama
