#include "formats/protobuf.h"

#include <cstring>

namespace echollama::protobuf {
namespace {

enum Wire : std::uint64_t { varint = 0, fixed64 = 1, delimited = 2, fixed32 = 5 };

std::string varint_bytes(std::uint64_t value) {
    std::string bytes;
    for (; value >= 0x80; value >>= 7) {
        bytes += static_cast<char>((value & 0x7F) | 0x80);
    }
    return bytes + static_cast<char>(value);
}

// Little-endian, as the processors that this is built for.
template <typename Number>
std::string fixed_field(std::uint64_t number, Wire wire, Number value) {
    std::string bytes(sizeof(value), '\0');
    std::memcpy(bytes.data(), &value, sizeof(value));
    return varint_bytes(number << 3 | wire) + bytes;
}

// Bytes behind a field's key.
std::optional<std::uint64_t> size_of(std::uint64_t wire, std::string_view& rest) {
    switch (wire) {
    case varint:
        return 0; // the number itself
    case fixed64:
        return 8;
    case delimited:
        return take_number(rest);
    case fixed32:
        return 4;
    default:
        return std::nullopt;
    }
}

} // namespace

std::optional<std::uint64_t> take_number(std::string_view& packed) {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && !packed.empty(); shift += 7) {
        auto const byte = static_cast<unsigned char>(packed.front());
        packed.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if (byte < 0x80) {
            return value;
        }
    }
    return std::nullopt;
}

std::optional<Field> take_field(std::string_view& rest) {
    auto const begin = rest;
    auto const key = take_number(rest);
    if (!key) {
        return std::nullopt;
    }
    bool const is_number = (*key & 7) == varint;
    auto const value = is_number ? take_number(rest) : std::nullopt;
    auto const size = size_of(*key & 7, rest);
    if ((is_number && !value) || !size || *size > rest.size()) {
        return std::nullopt;
    }
    auto const bytes = rest.substr(0, *size);
    rest.remove_prefix(*size);
    return Field{*key >> 3, begin.substr(0, begin.size() - rest.size()), bytes, value};
}

std::string number_field(std::uint64_t number, std::uint64_t value) {
    return varint_bytes(number << 3 | varint) + varint_bytes(value);
}

std::string bytes_field(std::uint64_t number, std::string_view bytes) {
    return varint_bytes(number << 3 | delimited) + varint_bytes(bytes.size()) + std::string(bytes);
}

std::string float_field(std::uint64_t number, float value) {
    return fixed_field(number, fixed32, value);
}

std::string double_field(std::uint64_t number, double value) {
    return fixed_field(number, fixed64, value);
}

} // namespace echollama::protobuf
