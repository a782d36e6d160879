// A file's bytes where the system keeps them anyway, without a copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace echollama {

// Read-only. The file must not become shorter while it is mapped; files of models never do, they are replaced whole.
class MappedFile {
  public:
    // All of it, fetched at once; read where the file system cannot map it. Throws Error when it cannot be read.
    explicit MappedFile(std::filesystem::path const& path);
    ~MappedFile();
    MappedFile(MappedFile const&) = delete;
    MappedFile& operator=(MappedFile const&) = delete;

    std::span<std::byte const> bytes() const { return bytes_; }

  private:
    std::span<std::byte const> bytes_;
    std::vector<std::uint8_t> read_; // where it is not mapped
};

} // namespace echollama
