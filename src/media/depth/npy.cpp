#include "media/depth/npy.h"

#include "base/atomic_file.h"

#include <bit>
#include <stdexcept>
#include <string>

namespace echollama {

void save_npy(std::filesystem::path const& path, int width, int height, std::span<float const> values) {
    static_assert(std::endian::native == std::endian::little);
    if (values.size() != static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {
        throw std::logic_error("save_npy: wrong number of values");
    }
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(height) + ", " +
                         std::to_string(width) + "), }";
    constexpr std::size_t before = 10, alignment = 64; // magic, version and length; the data begins at a multiple
    header.append(alignment - (before + header.size() + 1) % alignment, ' ');
    header += '\n';
    std::string bytes{"\x93NUMPY\x01\x00", 8};
    bytes += static_cast<char>(header.size() % 256);
    bytes += static_cast<char>(header.size() / 256);
    bytes += header;
    bytes.append(reinterpret_cast<char const*>(values.data()), values.size_bytes());
    write_file_atomically(path, bytes, "the depth map");
}

} // namespace echollama
