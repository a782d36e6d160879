#include "formats/onnx_metadata.h"

#include <cstdint>
#include <string_view>

namespace echollama {
namespace {

constexpr std::uint64_t metadata_field = 14, ir_version_field = 1;
constexpr std::uint64_t longest_entry = 1 << 16;
constexpr std::size_t most_entries = 1000;

enum class Wire : std::uint64_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

std::optional<std::uint64_t> read_varint(std::istream& in) {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        int const byte = in.get();
        if (byte == std::istream::traits_type::eof()) {
            return std::nullopt;
        }
        value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if (byte < 0x80) {
            return value;
        }
    }
    return std::nullopt;
}

// StringStringEntryProto {key = 1, value = 2}
std::optional<std::pair<std::string, std::string>> read_entry(std::string_view bytes) {
    std::pair<std::string, std::string> entry;
    while (!bytes.empty()) {
        std::size_t at = 1;
        std::uint64_t length = 0;
        for (int shift = 0; at < bytes.size() && shift < 28; shift += 7) {
            auto const byte = static_cast<unsigned char>(bytes[at++]);
            length |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if (byte < 0x80) {
                break;
            }
        }
        if (length > bytes.size() - at || (bytes[0] != 0x0A && bytes[0] != 0x12)) {
            return std::nullopt;
        }
        (bytes[0] == 0x0A ? entry.first : entry.second) = bytes.substr(at, length);
        bytes.remove_prefix(at + length);
    }
    return entry;
}

} // namespace

std::optional<std::map<std::string, std::string>> onnx_metadata(std::istream& file) {
    file.seekg(0, std::ios::end);
    auto const end = file.tellg();
    file.seekg(0);
    auto const left = [&] { return static_cast<std::uint64_t>(end - file.tellg()); };
    std::map<std::string, std::string> entries;
    for (bool first = true; file && left() > 0; first = false) {
        auto const key = read_varint(file);
        if (!key || (first && *key >> 3 != ir_version_field)) {
            return std::nullopt;
        }
        std::uint64_t skip = 0;
        switch (static_cast<Wire>(*key & 7)) {
        case Wire::varint:
            if (!read_varint(file)) {
                return std::nullopt;
            }
            break;
        case Wire::fixed64:
            skip = 8;
            break;
        case Wire::fixed32:
            skip = 4;
            break;
        case Wire::bytes: {
            auto const length = read_varint(file);
            if (!length || *length > left()) {
                return std::nullopt;
            }
            skip = *length;
            break;
        }
        default:
            return std::nullopt;
        }
        if (skip > left()) {
            return std::nullopt;
        }
        if (*key == (metadata_field << 3 | 2)) {
            std::string bytes(skip <= longest_entry ? skip : 0, '\0');
            file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
            auto const entry = read_entry(bytes);
            if (skip > longest_entry || !file || !entry || entries.size() >= most_entries) {
                return std::nullopt;
            }
            entries.insert(*entry);
        } else {
            file.seekg(static_cast<std::streamoff>(skip), std::ios::cur);
        }
    }
    if (!file || end <= 0) {
        return std::nullopt;
    }
    return entries;
}

} // namespace echollama
