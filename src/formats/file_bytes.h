// Reading parts of a large file with every length checked.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace echollama::convert {

class FileBytes {
  public:
    // Throws Error when the file cannot be opened.
    explicit FileBytes(std::filesystem::path const& path);

    std::uint64_t size() const { return size_; }
    std::string name() const { return path_.string(); }

    // Exactly `count` bytes from `offset`; throws Error ("… ends before <what>") when they are not all in the file.
    std::vector<std::uint8_t> read(std::uint64_t offset, std::uint64_t count, std::string const& what);

    // Throws Error: "The file NAME cannot be read: REASON. Download it again."
    [[noreturn]] void fail(std::string const& reason) const;

  private:
    std::filesystem::path path_;
    std::ifstream stream_;
    std::uint64_t size_ = 0;
};

// Little-endian number of 1..8 bytes at `at`, which must be inside.
std::uint64_t little_endian(std::vector<std::uint8_t> const& bytes, std::size_t at, int width);

} // namespace echollama::convert
