// 8-bit RGB pictures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace echollama {

// Upright picture (EXIF orientation already applied), rows top to bottom, 3 bytes a pixel, no padding:
// rgb.size() == 3 * width * height.
struct Image {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> rgb;

    std::uint8_t const* pixel(int x, int y) const {
        return rgb.data() +
               3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x));
    }
    std::uint8_t* pixel(int x, int y) {
        return rgb.data() +
               3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x));
    }
};

} // namespace echollama
