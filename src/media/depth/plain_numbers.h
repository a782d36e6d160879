// Numbers of any width, sign and byte order, as arrays in files hold them.
#pragma once

#include <cstdint>

namespace echollama {

struct NumberType {
    char kind = 'f'; // 'u' whole, 'i' whole with a sign, 'f' floating
    int bytes = 4;
    bool big_endian = false;
};

// 1, 2, 4 and 8 bytes; floats of 2, 4 and 8.
bool is_readable(NumberType const& type);

float number_at(std::uint8_t const* bytes, NumberType const& type);

} // namespace echollama
