// Reads .safetensors checkpoints: 8 bytes header length, a JSON header, raw little-endian data.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace echollama::convert {

struct SafetensorsEntry {
    std::string dtype;                // F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL
    std::vector<std::int64_t> shape;  // slowest dimension first
    std::uint64_t begin = 0, end = 0; // bytes within the file
};

// Opened once; every offset is checked against the file's size. Throws Error naming the file and the reason.
class Safetensors {
  public:
    explicit Safetensors(std::filesystem::path const& path);

    std::map<std::string, SafetensorsEntry> const& tensors() const { return tensors_; }
    std::map<std::string, std::string> const& metadata() const { return metadata_; }
    bool has(std::string const& name) const { return tensors_.count(name) > 0; }

    // All elements in file order, converted from F64, F32, F16, BF16, or whole numbers.
    std::vector<float> floats(std::string const& name) const;
    // Whole-number tensors (I64, I32, I16, I8, U8, BOOL).
    std::vector<std::int64_t> integers(std::string const& name) const;

  private:
    SafetensorsEntry const& entry(std::string const& name) const;
    std::vector<char> bytes(SafetensorsEntry const& entry) const;
    [[noreturn]] void fail(std::string const& reason) const;

    std::filesystem::path path_;
    std::map<std::string, SafetensorsEntry> tensors_;
    std::map<std::string, std::string> metadata_;
};

} // namespace echollama::convert
