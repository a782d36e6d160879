#include "media/depth/plain_numbers.h"

#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>

namespace echollama {
namespace {

// IEEE 754 binary16.
float from_half(std::uint16_t bits) {
    int const exponent = bits >> 10 & 31, fraction = bits & 1023;
    float const sign = bits & 0x8000 ? -1.0F : 1.0F;
    if (exponent == 31) {
        return fraction ? std::numeric_limits<float>::quiet_NaN() : sign * std::numeric_limits<float>::infinity();
    }
    return sign * (exponent ? std::ldexp(static_cast<float>(1024 + fraction), exponent - 25)
                            : std::ldexp(static_cast<float>(fraction), -24));
}

} // namespace

bool is_readable(NumberType const& type) {
    bool const width = type.bytes == 2 || type.bytes == 4 || type.bytes == 8;
    return (type.kind == 'f' && width) || ((type.kind == 'u' || type.kind == 'i') && (width || type.bytes == 1));
}

float number_at(std::uint8_t const* bytes, NumberType const& type) {
    std::uint64_t bits = 0;
    auto const count = static_cast<std::size_t>(type.bytes);
    for (std::size_t i = 0; i < count; ++i) {
        bits = bits << 8 | bytes[type.big_endian ? i : count - 1 - i];
    }
    if (type.kind == 'u') {
        return static_cast<float>(bits);
    }
    if (type.kind == 'i') {
        auto const shift = 64 - 8 * type.bytes;
        return static_cast<float>(static_cast<std::int64_t>(bits << shift) >> shift);
    }
    return type.bytes == 2   ? from_half(static_cast<std::uint16_t>(bits))
           : type.bytes == 4 ? std::bit_cast<float>(static_cast<std::uint32_t>(bits))
                             : static_cast<float>(std::bit_cast<double>(bits));
}

} // namespace echollama
