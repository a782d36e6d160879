// NumPy's file format for one array of floats (numpy/lib/format.py, version 1.0).
#pragma once

#include <filesystem>
#include <span>

namespace echollama {

// Little-endian float32 of shape (height, width), row-major; values.size() == width * height. "-" is standard output.
// Throws Error.
void save_npy(std::filesystem::path const& path, int width, int height, std::span<float const> values);

} // namespace echollama
