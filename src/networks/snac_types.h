// What goes in and out of the SNAC codec, without any tensor.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace echollama {

// Codes 0..4095 of the three levels. Level i has 1, 2 and 4 codes a frame; a frame is 2048 samples at 24 kHz.
struct SnacCodes {
    std::array<std::vector<std::int32_t>, 3> levels;

    std::size_t frames() const { return levels[0].size(); }
    bool operator==(SnacCodes const&) const = default;
};

} // namespace echollama
