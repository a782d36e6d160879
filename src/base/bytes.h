// What files begin with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace echollama {

// Do the bytes from `at` on begin with the mark? `at` may lie behind their end.
inline bool has_mark(std::span<std::uint8_t const> bytes, std::size_t at, std::string_view mark) {
    return at <= bytes.size() && mark.size() <= bytes.size() - at &&
           std::memcmp(bytes.data() + at, mark.data(), mark.size()) == 0;
}

} // namespace echollama
