#include "formats/zip_reader.h"

#include <algorithm>
#include <optional>

namespace echollama::convert {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t local_header = 0x04034b50, central_header = 0x02014b50, end_record = 0x06054b50,
                        end64_record = 0x06064b50, end64_locator = 0x07064b50;
constexpr std::uint64_t end_bytes = 22, end64_bytes = 56, locator_bytes = 20, central_bytes = 46, local_bytes = 30;
constexpr std::uint64_t max_directory = 16U << 20U;

struct Directory {
    std::uint64_t offset = 0, bytes = 0, entries = 0;
};

// Reads the end record at `end`, which lies at `file_offset` of the file.
Directory parse_end(FileBytes& file, Bytes const& tail, std::size_t at, std::uint64_t file_offset) {
    Directory directory{little_endian(tail, at + 16, 4), little_endian(tail, at + 12, 4),
                        little_endian(tail, at + 10, 2)};
    bool zip64 = directory.offset == 0xffffffffU || directory.bytes == 0xffffffffU || directory.entries == 0xffffU;
    if (file_offset < locator_bytes) {
        return directory;
    }
    auto locator = file.read(file_offset - locator_bytes, locator_bytes, "its directory");
    if (little_endian(locator, 0, 4) != end64_locator) {
        if (zip64) {
            file.fail("its directory is damaged");
        }
        return directory;
    }
    auto end64 = file.read(little_endian(locator, 8, 8), end64_bytes, "its directory");
    if (little_endian(end64, 0, 4) != end64_record) {
        file.fail("its directory is damaged");
    }
    return {little_endian(end64, 48, 8), little_endian(end64, 40, 8), little_endian(end64, 32, 8)};
}

Directory find_directory(FileBytes& file) {
    auto tail_bytes = std::min<std::uint64_t>(file.size(), end_bytes + 0xffff);
    auto tail_offset = file.size() - tail_bytes;
    auto tail = file.read(tail_offset, tail_bytes, "its directory");
    for (std::size_t at = tail.size() < end_bytes ? 0 : tail.size() - end_bytes + 1; at-- > 0;) {
        if (little_endian(tail, at, 4) == end_record) {
            return parse_end(file, tail, at, tail_offset + at);
        }
    }
    file.fail("it ends before its directory, so the download is not complete");
}

// Replaces the values that did not fit 32 bits by those of the zip64 extra field.
void apply_zip64(FileBytes const& file, Bytes const& directory, std::size_t extra, std::size_t extra_bytes,
                 std::uint64_t& unpacked, std::uint64_t& packed, std::uint64_t& offset) {
    auto end = extra + extra_bytes;
    while (extra + 4 <= end) {
        auto id = little_endian(directory, extra, 2);
        auto bytes = little_endian(directory, extra + 2, 2);
        extra += 4;
        if (bytes > end - extra) {
            file.fail("its directory is damaged");
        }
        if (id == 1) {
            auto at = extra;
            for (auto* value : {&unpacked, &packed, &offset}) {
                if (*value == 0xffffffffU) {
                    if (at + 8 > extra + bytes) {
                        file.fail("its directory is damaged");
                    }
                    *value = little_endian(directory, at, 8);
                    at += 8;
                }
            }
        }
        extra += bytes;
    }
}

// Where the data of an entry begins: the local header repeats name and extra field with lengths of its own.
ZipEntry locate(FileBytes& file, std::string const& name, std::uint64_t header, std::uint64_t bytes) {
    auto local = file.read(header, local_bytes, "the entry '" + name + "'");
    if (little_endian(local, 0, 4) != local_header) {
        file.fail("the entry '" + name + "' is not where the directory says");
    }
    auto data = header + local_bytes + little_endian(local, 26, 2) + little_endian(local, 28, 2);
    if (data > file.size() || bytes > file.size() - data) {
        file.fail("it ends before the entry '" + name + "' does");
    }
    return {data, bytes};
}

} // namespace

bool looks_like_zip(FileBytes& file) {
    return file.size() >= end_bytes && little_endian(file.read(0, 4, "its header"), 0, 4) == local_header;
}

std::map<std::string, ZipEntry> read_zip_directory(FileBytes& file) {
    auto place = find_directory(file);
    if (place.bytes > max_directory) {
        file.fail("its directory is larger than any model needs");
    }
    auto directory = file.read(place.offset, place.bytes, "its directory");
    std::map<std::string, ZipEntry> entries;
    std::size_t at = 0;
    for (std::uint64_t i = 0; i < place.entries; ++i) {
        if (at + central_bytes > directory.size() || little_endian(directory, at, 4) != central_header) {
            file.fail("its directory is damaged");
        }
        auto flags = little_endian(directory, at + 8, 2);
        auto method = little_endian(directory, at + 10, 2);
        auto packed = little_endian(directory, at + 20, 4);
        auto unpacked = little_endian(directory, at + 24, 4);
        auto name_bytes = static_cast<std::size_t>(little_endian(directory, at + 28, 2));
        auto extra_bytes = static_cast<std::size_t>(little_endian(directory, at + 30, 2));
        auto comment_bytes = static_cast<std::size_t>(little_endian(directory, at + 32, 2));
        auto header = little_endian(directory, at + 42, 4);
        auto name_at = at + central_bytes;
        if (name_bytes + extra_bytes + comment_bytes > directory.size() - name_at) {
            file.fail("its directory is damaged");
        }
        std::string name(directory.begin() + static_cast<std::ptrdiff_t>(name_at),
                         directory.begin() + static_cast<std::ptrdiff_t>(name_at + name_bytes));
        apply_zip64(file, directory, name_at + name_bytes, extra_bytes, unpacked, packed, header);
        if ((flags & 1U) != 0 || method != 0 || packed != unpacked) {
            file.fail("the entry '" + name + "' is compressed or encrypted, which PyTorch never does");
        }
        entries[name] = locate(file, name, header, packed);
        at = name_at + name_bytes + extra_bytes + comment_bytes;
    }
    return entries;
}

} // namespace echollama::convert
