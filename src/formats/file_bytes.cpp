#include "formats/file_bytes.h"

#include "base/error.h"

namespace echollama::convert {

FileBytes::FileBytes(std::filesystem::path const& path) : path_(path) {
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed)) {
        throw Error("The path " + path.string() + " is a folder; name the model file inside it.");
    }
    size_ = std::filesystem::file_size(path, failed);
    stream_.open(path, std::ios::binary);
    if (failed || !stream_) {
        throw Error("The file " + path.string() + " cannot be opened (" +
                    (failed ? failed.message() : std::string("no permission")) + "); check the path.");
    }
}

std::vector<std::uint8_t> FileBytes::read(std::uint64_t offset, std::uint64_t count, std::string const& what) {
    if (offset > size_ || count > size_ - offset) {
        fail("it ends before " + what + " does");
    }
    std::vector<std::uint8_t> bytes(count);
    stream_.clear();
    stream_.seekg(static_cast<std::streamoff>(offset));
    if (!stream_.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(count))) {
        fail("the disk refused to deliver " + what);
    }
    return bytes;
}

void FileBytes::fail(std::string const& reason) const {
    throw Error("The file " + name() + " cannot be read: " + reason + ". Download it again.");
}

std::uint64_t little_endian(std::vector<std::uint8_t> const& bytes, std::size_t at, int width) {
    std::uint64_t value = 0;
    for (int i = 0; i < width; ++i) {
        value |= static_cast<std::uint64_t>(bytes.at(at + static_cast<std::size_t>(i))) << (8 * i);
    }
    return value;
}

} // namespace echollama::convert
