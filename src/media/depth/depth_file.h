// Depth pictures of every kind that is read: PNG, PGM, TIFF, NumPy, OpenEXR.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace echollama {

// Row-major, width * height numbers in the file's own unit.
struct DepthReadings {
    int width = 0;
    int height = 0;
    std::vector<float> values;
};

// Grey PNG with 16 bits, PGM with 16 bits, TIFF with one channel of whole numbers or floats, NumPy's .npy with one
// array of numbers, OpenEXR with a channel Z (or only one). Recognised by their content; other kinds are refused by
// their name.
// "-" is standard input. Throws Error.
DepthReadings load_depth_file(std::filesystem::path const& path);
DepthReadings parse_depth_file(std::span<std::uint8_t const> bytes, std::string const& name);

// The formats one by one.
DepthReadings parse_npy(std::span<std::uint8_t const> bytes, std::string const& name);
DepthReadings parse_depth_tiff(std::span<std::uint8_t const> bytes, std::string const& name);
DepthReadings parse_depth_exr(std::span<std::uint8_t const> bytes, std::string const& name);

} // namespace echollama
