// The tensors and hyper-parameters of one GGUF file.
#pragma once

#include "nn/backend.h"

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

struct ggml_tensor;

namespace echollama::nn {

// Opened once, read-only afterwards. Every look-up names the file, the key or tensor, what was expected and what was
// found when it does not match, so that a wrong file fails when it is opened and not in the middle of a run.
class Weights {
  public:
    // A processor uses the file's numbers where they lie (MappedFile), another device gets them into its memory.
    // `architecture` must equal general.architecture. Throws Error
    // when the file is missing, truncated, inconsistent (nn/gguf_head.h), not GGUF, or of another architecture.
    Weights(std::filesystem::path const& path, std::string const& architecture, Backend const& backend);
    ~Weights();
    Weights(Weights&&) noexcept;
    Weights& operator=(Weights&&) noexcept;

    // A tensor with exactly this shape, ggml order: fastest dimension first, missing dimensions are 1. A matrix may be
    // stored as F32, F16, BF16 or Q8_0; a vector (one dimension: biases, norms) must be F32.
    ggml_tensor* tensor(std::string const& name, std::initializer_list<std::int64_t> shape) const;
    // The same, stored as F32 whatever its shape (depthwise kernels, position codes that are added).
    ggml_tensor* floats(std::string const& name, std::initializer_list<std::int64_t> shape) const;
    bool has(std::string const& name) const;
    // Length of dimension `axis` (0 fastest) of a tensor that must exist.
    std::int64_t dimension(std::string const& name, int axis) const;

    // Throws Error when the file holds a tensor that nobody has asked for: it is misnamed, or of another network.
    void expect_all_used() const;

    std::uint32_t u32(std::string const& key) const;
    float f32(std::string const& key) const;
    std::string text(std::string const& key) const;
    std::vector<std::int32_t> i32_array(std::string const& key) const;
    std::vector<float> f32_array(std::string const& key) const;
    std::vector<std::string> text_array(std::string const& key) const;

    std::string const& file() const;
    std::size_t bytes() const; // memory held by the tensors

  private:
    struct Contents;
    std::unique_ptr<Contents> contents_;
};

} // namespace echollama::nn
