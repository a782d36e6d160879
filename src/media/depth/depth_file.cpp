#include "media/depth/depth_file.h"

#include "base/error.h"
#include "base/input_file.h"
#include "media/picture/codecs.h"
#include "media/picture/png16.h"

#include <charconv>
#include <cstring>
#include <string_view>

namespace echollama {
namespace {

using Bytes = std::span<std::uint8_t const>;

constexpr std::uintmax_t most_bytes = 1ULL << 30;

bool has_mark(Bytes bytes, std::string_view mark) {
    return bytes.size() >= mark.size() && std::memcmp(bytes.data(), mark.data(), mark.size()) == 0;
}

[[noreturn]] void refuse(std::string const& name, std::string const& why) {
    throw Error("The depth picture " + name + " cannot be used: " + why + ".");
}

DepthReadings from_png(Bytes bytes, std::string const& name) {
    auto const gray = decode_png16(bytes, name);
    return {gray.width, gray.height, {gray.values.begin(), gray.values.end()}};
}

// The next number of a PGM header; comments run from '#' to the end of their line.
int header_number(std::string_view& rest, std::string const& name) {
    while (!rest.empty() && (rest[0] == '#' || rest[0] == ' ' || (rest[0] >= '\t' && rest[0] <= '\r'))) {
        rest.remove_prefix(rest[0] == '#' ? std::min(rest.find('\n'), rest.size()) : 1);
    }
    int value = 0;
    auto const result = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (result.ec != std::errc() || value < 1) {
        refuse(name, "it is damaged or cut short");
    }
    rest.remove_prefix(static_cast<std::size_t>(result.ptr - rest.data()));
    return value;
}

// Binary PGM; the larger byte comes first.
DepthReadings from_pgm(Bytes bytes, std::string const& name) {
    std::string_view rest(reinterpret_cast<char const*>(bytes.data()), bytes.size());
    rest.remove_prefix(2);
    DepthReadings readings;
    readings.width = header_number(rest, name);
    readings.height = header_number(rest, name);
    int const most = header_number(rest, name);
    if (most < 256 || most > 65535) {
        refuse(name, "depth pictures have 16 bits, and it has 8");
    }
    codecs::check_size(readings.width, readings.height, name);
    auto const count = static_cast<std::size_t>(readings.width) * static_cast<std::size_t>(readings.height);
    if (rest.size() < 1 + 2 * count) {
        refuse(name, "it is damaged or cut short");
    }
    auto const* data = reinterpret_cast<std::uint8_t const*>(rest.data()) + 1;
    for (std::size_t i = 0; i < count; ++i) {
        readings.values.push_back(static_cast<float>(data[2 * i] << 8 | data[2 * i + 1]));
    }
    return readings;
}

// Files that are met where depth should be.
struct KnownFile {
    std::string_view mark;
    char const* is;
};
constexpr KnownFile not_supported[] = {
    {"\xFF\xD8", "it is a JPEG picture, which keeps no depth; depth pictures have 16 bits"},
    {std::string_view("PK\3\4", 4), "it is an archive (.npz or ZIP); save one array as .npy"},
    {"Pf", "it is a PFM file; save it as .npy, TIFF or PNG with 16 bits"},
    {"PF", "it is a PFM file; save it as .npy, TIFF or PNG with 16 bits"},
    {"P2", "it is a text PGM; save it as PNG with 16 bits"},
    {"#?", "it is a Radiance HDR picture; save it as OpenEXR or PNG with 16 bits"},
    {"RIFF", "it is a WebP picture, which keeps no depth; depth pictures have 16 bits"},
    {"GIF8", "it is a GIF picture, which keeps no depth; depth pictures have 16 bits"},
    {"BM", "it is a BMP picture, which keeps no depth; depth pictures have 16 bits"},
    {"\x89HDF", "it is an HDF5 file; save one array as .npy"},
    {"MATLAB", "it is a MATLAB file; save one array as .npy"},
    {"ply", "it is a point cloud; name it alone, without a picture"},
    {"# .PCD", "it is a point cloud; name it alone, without a picture"},
};

} // namespace

DepthReadings parse_depth_file(Bytes bytes, std::string const& name) {
    if (has_mark(bytes, "\x89PNG")) {
        return from_png(bytes, name);
    }
    if (has_mark(bytes, "P5")) {
        return from_pgm(bytes, name);
    }
    if (has_mark(bytes, "\x93NUMPY")) {
        return parse_npy(bytes, name);
    }
    if (codecs::is_tiff(bytes)) {
        return parse_depth_tiff(bytes, name);
    }
    if (has_mark(bytes, "v/1\x01")) {
        return parse_depth_exr(bytes, name);
    }
    for (auto const& known : not_supported) {
        if (has_mark(bytes, known.mark)) {
            refuse(name, known.is);
        }
    }
    refuse(name, "depth pictures are PNG, PGM or TIFF with 16 bits, .npy or OpenEXR");
}

DepthReadings load_depth_file(std::filesystem::path const& path) {
    return parse_depth_file(read_input(path, {"depth picture", most_bytes}), input_name(path));
}

} // namespace echollama
