// The tensors of any GGUF file, read as float32 a few rows at a time: none has to fit into memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

struct ggml_tensor;
struct gguf_context;

namespace echollama::nn {

class GgufTensors {
  public:
    // Reads the header. Throws Error when the file is missing, truncated or inconsistent (nn/gguf_head.h).
    explicit GgufTensors(std::filesystem::path const& path);
    ~GgufTensors();
    GgufTensors(GgufTensors&&) noexcept;
    GgufTensors& operator=(GgufTensors&&) noexcept;

    std::filesystem::path const& path() const;
    gguf_context const& header() const;
    // A text or a number of the header; empty and `otherwise` when it is absent or of another type.
    std::string text(std::string const& key) const;
    float number(std::string const& key, float otherwise) const;

    std::vector<std::string> const& names() const; // in the file's order
    bool has(std::string const& name) const;
    // ggml order: fastest dimension first, without the ones at its end but of one dimension at least. Throws Error when
    // there is no such tensor.
    std::vector<std::int64_t> shape(std::string const& name) const;
    // Rows [first, first + count), each of shape()[0] numbers; the rows of further dimensions follow one another.
    // Throws Error when they are not there, or of a type that cannot be read.
    std::vector<float> rows(std::string const& name, std::int64_t first, std::int64_t count) const;
    // Type and sizes, without data; null when there is no such tensor.
    ggml_tensor const* description(std::string const& name) const;
    // All of a tensor as it is stored. Throws Error when it is not there.
    std::vector<std::uint8_t> bytes(std::string const& name) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace echollama::nn
