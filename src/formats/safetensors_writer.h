// Writes the safetensors format (formats/safetensors.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace echollama::convert {

// One tensor: bytes that stay where they are until it is written, or a function that makes them then, so that not all
// need fit into memory at once.
struct SafetensorsOutput {
    std::string name;
    std::string dtype;               // "F32", "BF16", "U8", …
    std::vector<std::int64_t> shape; // slowest dimension first
    std::span<std::uint8_t const> bytes = {};
    std::function<std::vector<std::uint8_t>()> make = {};
    std::uint64_t made_bytes = 0; // how many that will be

    std::uint64_t size() const { return make ? made_bytes : bytes.size(); }
};

// float32 numbers.
SafetensorsOutput float_tensor(std::string name, std::vector<std::int64_t> shape, std::span<float const> values);
SafetensorsOutput byte_tensor(std::string name, std::vector<std::int64_t> shape, std::span<std::uint8_t const> values);

// The file appears complete or not at all. `what` as for OutputFile. Throws Error.
void write_safetensors(std::filesystem::path const& path, std::vector<SafetensorsOutput> const& tensors,
                       std::map<std::string, std::string> const& metadata, std::string const& what);

} // namespace echollama::convert
