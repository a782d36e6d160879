// Point clouds as files, made for tests.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

namespace echollama::test {

template <typename T>
void put(std::string& bytes, T value, bool swap = false) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    if (swap) {
        std::reverse(raw, raw + sizeof value);
    }
    bytes.append(raw, sizeof value);
}

inline std::string ply_header(std::string const& format, std::string const& points, std::string const& faces) {
    return "ply\nformat " + format + " 1.0\ncomment made for a test\nelement vertex " + points +
           "\nproperty float x\nproperty double y\nproperty float z\nproperty uchar red\nproperty uchar green\n"
           "property uchar blue\nelement face " +
           faces + "\nproperty list uchar int vertex_indices\nend_header\n";
}

inline std::string binary_ply(bool swap) {
    auto bytes = ply_header(swap ? "binary_big_endian" : "binary_little_endian", "4", "1");
    for (int i = 0; i < 4; ++i) {
        put(bytes, static_cast<float>(i), swap);
        put(bytes, i * 0.5, swap);
        put(bytes, 2.0F, swap);
        bytes += std::string{static_cast<char>(10 * i), 1, 2};
    }
    bytes += '\4';
    for (std::int32_t i : {0, 1, 2, 3}) {
        put(bytes, i, swap);
    }
    return bytes;
}

inline std::string pcd_header() {
    return "# .PCD v0.7\nVERSION 0.7\nFIELDS x y z rgb\nSIZE 4 4 4 4\nTYPE F F F U\nCOUNT 1 1 1 1\n"
           "WIDTH 2\nHEIGHT 1\nPOINTS 2\n";
}

inline std::string binary_pcd() {
    auto binary = pcd_header() + "DATA binary\n";
    for (int i = 0; i < 2; ++i) {
        put(binary, 1.5F);
        put(binary, -2.0F);
        put(binary, static_cast<float>(i));
        put(binary, std::uint32_t{0x112233});
    }
    return binary;
}

} // namespace echollama::test
