// Writes a GGUF model file: values and descriptions of tensors are collected, numbers are fetched while the file is
// written, and the finished file appears at once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

struct gguf_context;

namespace echollama::convert {

enum class WeightType { f32, f16, bf16, q8_0 };

// "f32", "f16", "bf16" or "q8_0"; throws UsageError otherwise.
WeightType parse_weight_type(std::string const& name);

// The type's number for general.file_type, as llama.cpp counts them.
std::uint32_t file_type_of(WeightType type);

// Rows [first, first + count) of a tensor, the fastest dimension fastest; a row has shape[0] numbers. Called while the
// file is written, in order, a block at a time.
using RowSource = std::function<std::vector<float>(std::int64_t first, std::int64_t count)>;

struct WriteOptions {
    std::function<void(double done)> progress = {}; // share of the numbers written, 0..1, rising
    std::stop_token stop = {};                      // ends with Cancelled; nothing is left behind
};

class GgufWriter {
  public:
    // `architecture` becomes general.architecture.
    explicit GgufWriter(std::string const& architecture);
    ~GgufWriter();
    GgufWriter(GgufWriter const&) = delete;
    GgufWriter& operator=(GgufWriter const&) = delete;

    // Every value of another file's header.
    void set_all(gguf_context const& header);
    void set(std::string const& key, std::uint32_t value);
    void set(std::string const& key, float value);
    void set(std::string const& key, bool value);
    void set(std::string const& key, std::string const& value);
    void set(std::string const& key, char const* value) { set(key, std::string(value)); }
    void set(std::string const& key, std::vector<std::int32_t> const& values);
    void set(std::string const& key, std::vector<float> const& values);
    void set(std::string const& key, std::vector<std::string> const& values);

    // Adds a tensor; shape in ggml order (fastest dimension first); values.size() == product of shape. q8_0 falls back
    // to f16 where the fastest dimension is not a multiple of 32.
    void add(std::string const& name, std::vector<std::int64_t> const& shape, std::span<float const> values,
             WeightType type);
    // The same for numbers that are fetched when they are written: large models need not fit into memory.
    void add(std::string const& name, std::vector<std::int64_t> const& shape, RowSource source, WeightType type);

    // Writes beside `path` and renames. Throws Error when the disk refuses, Cancelled when stop is requested, and what
    // a source throws; the old file, if any, is then still there.
    void write(std::filesystem::path const& path, WriteOptions const& options = {});

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace echollama::convert
