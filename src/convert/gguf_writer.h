// Writes a GGUF model file: values and tensors are collected, then the whole file appears at once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace echollama::convert {

enum class WeightType { f32, f16, bf16, q8_0 };

// "f32", "f16", "bf16" or "q8_0"; throws UsageError otherwise.
WeightType parse_weight_type(std::string const& name);

class GgufWriter {
  public:
    // `architecture` becomes general.architecture.
    explicit GgufWriter(std::string const& architecture);
    ~GgufWriter();
    GgufWriter(GgufWriter const&) = delete;
    GgufWriter& operator=(GgufWriter const&) = delete;

    void set(std::string const& key, std::uint32_t value);
    void set(std::string const& key, float value);
    void set(std::string const& key, bool value);
    void set(std::string const& key, std::string const& value);
    void set(std::string const& key, std::vector<std::int32_t> const& values);
    void set(std::string const& key, std::vector<float> const& values);
    void set(std::string const& key, std::vector<std::string> const& values);

    // Adds a tensor; shape in ggml order (fastest dimension first); values.size() == product of shape. q8_0 falls back
    // to f16 where the fastest dimension is not a multiple of 32.
    void add(std::string const& name, std::vector<std::int64_t> const& shape, std::span<float const> values,
             WeightType type);

    // Writes beside `path` and renames. Throws Error when the disk refuses.
    void write(std::filesystem::path const& path);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace echollama::convert
