// A network in an ONNX file, run on the CPU.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

namespace echollama::onnx {

enum class Element { float32, int32, int64, other };

// What the file says of an input or output.
struct Port {
    std::string name;
    Element element = Element::other;
    std::vector<std::int64_t> shape; // -1: any size
};

// Values for an input, row-major; as many as the shape's product. They must outlive the run.
struct Input {
    std::string name;
    std::vector<std::int64_t> shape;
    std::variant<std::span<float const>, std::span<std::int32_t const>, std::span<std::int64_t const>> values;
};

struct Output {
    std::vector<std::int64_t> shape;
    std::span<float const> values;     // row-major; as many as the shape's product
    std::shared_ptr<void const> owner; // of the values
};

// How much the runtime works on a network when it is opened: that pays only where it makes the runs faster.
enum class Optimise { nothing, everything };

// Not thread-safe. Everything throws Error: the file is missing or no network that the runtime can run, inputs do not
// fit, an output is not of float32.
class Session {
  public:
    // `threads` work on one run.
    Session(std::filesystem::path const& file, int threads, Optimise optimise = Optimise::everything);

    std::vector<Port> const& inputs() const { return inputs_; }
    std::vector<Port> const& outputs() const { return outputs_; }
    // An entry of the file's metadata.
    std::optional<std::string> metadata(std::string const& key) const;

    // All outputs in the file's order; none when stop was requested.
    std::vector<Output> run(std::vector<Input> const& inputs, std::stop_token stop = {}) const;

  private:
    std::filesystem::path file_;
    std::shared_ptr<void> session_;
    std::vector<Port> inputs_, outputs_;
};

} // namespace echollama::onnx
