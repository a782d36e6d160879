// A file's bytes where the system keeps them anyway, without a copy.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace echollama {

// Read-only. The file must not become shorter while it is mapped; files of models never do, they are replaced whole.
class MappedFile {
  public:
    // All of it, fetched at once. Throws Error when it cannot be read.
    explicit MappedFile(std::filesystem::path const& path);
    ~MappedFile();
    MappedFile(MappedFile const&) = delete;
    MappedFile& operator=(MappedFile const&) = delete;

    std::span<std::byte const> bytes() const { return bytes_; }

  private:
    std::span<std::byte const> bytes_;
};

} // namespace echollama
