// The safetensors format: 8 bytes header length, a JSON header, raw little-endian data
// (github.com/huggingface/safetensors, "Format").
#pragma once

#include "formats/checkpoint.h"
#include "formats/file_bytes.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace echollama::convert {

// Headers above this are refused, as the reference implementation does.
inline constexpr std::uint64_t max_safetensors_header = 100'000'000;

// Checks the header's length, every shape and data type, and that the tensors fill the data without overlap or gap and
// end with the file. Throws Error naming the file and the reason.
Checkpoint open_safetensors(std::filesystem::path const& path);

// A plausible header length followed by '{'.
bool looks_like_safetensors(FileBytes& file);

struct SafetensorsEntry {
    std::string dtype;                // F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL
    std::vector<std::int64_t> shape;  // slowest dimension first
    std::uint64_t begin = 0, end = 0; // bytes within the file
};

// The same with whole numbers read exactly. Throws Error as open_safetensors.
class Safetensors {
  public:
    explicit Safetensors(std::filesystem::path const& path);

    std::map<std::string, SafetensorsEntry> const& tensors() const { return tensors_; }
    std::map<std::string, std::string> const& metadata() const { return file_.metadata(); }
    bool has(std::string const& name) const { return file_.has(name); }

    // All elements in file order as float32.
    std::vector<float> floats(std::string const& name) const { return file_.read(name); }
    // Whole-number tensors (I64, I32, I16, I8, U8, BOOL).
    std::vector<std::int64_t> integers(std::string const& name) const;

  private:
    Checkpoint file_;
    std::map<std::string, SafetensorsEntry> tensors_;
};

} // namespace echollama::convert
