// A file that lives in memory only, for what takes only paths.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace echollama {

class MemoryFile {
  public:
    // Throws Error when there is no memory for it.
    explicit MemoryFile(std::span<std::uint8_t const> bytes);
    ~MemoryFile();
    MemoryFile(MemoryFile const&) = delete;
    MemoryFile& operator=(MemoryFile const&) = delete;

    // Of this process.
    std::filesystem::path path() const;

  private:
    int descriptor_ = -1;
};

} // namespace echollama
