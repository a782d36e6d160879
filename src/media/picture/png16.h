// Grey PNG pictures with 16 bits, as depth cameras write them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace echollama {

// A grey PNG with 16 bits; values row-major.
struct Gray16 {
    int width = 0;
    int height = 0;
    std::vector<std::uint16_t> values;
};

// Throws Error when the file is no such PNG, damaged or too large.
Gray16 load_png16(std::filesystem::path const& path);
Gray16 decode_png16(std::span<std::uint8_t const> bytes, std::string const& name);

// Values row-major, width * height. The file appears complete or not at all ("-": standard output). Throws Error.
void save_png16(std::filesystem::path const& path, int width, int height, std::span<std::uint16_t const> values);

} // namespace echollama
