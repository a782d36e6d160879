// A Multi-Picture file of two JPEG pictures, for tests.
#pragma once

#include "encode.h"

namespace echollama::test {

struct MpoSpec {
    std::uint32_t second_type = 0x020002; // disparity pair
    std::uint32_t baseline_mm = 75;
};

inline Bytes mpo(Bytes const& left, Bytes const& right, MpoSpec const& spec) {
    auto const put = [](Bytes& to, std::uint32_t value, int bytes) { // big-endian
        for (int i = bytes - 1; i >= 0; --i) {
            to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
        }
    };
    auto const segment = [&](Bytes const& tiff) {
        Bytes out;
        out.reserve(tiff.size() + 16); // GCC 12 warns falsely about growing short vectors
        put(out, 0xFFE2, 2);
        put(out, static_cast<std::uint32_t>(tiff.size() + 6), 2);
        put(out, 0x4D504600, 4); // "MPF" and 0
        for (auto byte : tiff) {
            out.push_back(byte);
        }
        return out;
    };
    auto const entry = [&](Bytes& to, std::uint32_t tag, std::uint32_t type, std::uint32_t count, std::uint32_t value) {
        put(to, tag, 2), put(to, type, 2), put(to, count, 4), put(to, value, 4);
    };
    Bytes second{'M', 'M', 0, 42};
    put(second, 8, 4), put(second, 1, 2);
    entry(second, 0xB206, 5, 1, 26);
    put(second, 0, 4), put(second, spec.baseline_mm, 4), put(second, 1000, 4);
    auto whole_right = right;
    auto const right_part = segment(second);
    whole_right.insert(whole_right.begin() + 2, right_part.begin(), right_part.end());

    Bytes first{'M', 'M', 0, 42};
    put(first, 8, 4), put(first, 2, 2);
    entry(first, 0xB001, 4, 1, 2);
    entry(first, 0xB002, 7, 32, 38);
    put(first, 0, 4);
    std::size_t const left_size = left.size() + 8 + first.size() + 32;
    // Offsets count from the first byte of the TIFF structure, which lies after SOI, marker, length and "MPF\0".
    put(first, 0x20020002, 4), put(first, static_cast<std::uint32_t>(left_size), 4), put(first, 0, 4), put(first, 0, 4);
    put(first, spec.second_type, 4), put(first, static_cast<std::uint32_t>(whole_right.size()), 4),
        put(first, static_cast<std::uint32_t>(left_size - 10), 4), put(first, 0, 4);
    auto file = left;
    auto const left_part = segment(first);
    file.insert(file.begin() + 2, left_part.begin(), left_part.end());
    file.insert(file.end(), whole_right.begin(), whole_right.end());
    return file;
}

} // namespace echollama::test
