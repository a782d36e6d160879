// A network built once for one input size and run many times.
#pragma once

#include "base/error.h"
#include "nn/backend.h"

#include <ggml.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama::nn {

// Enough nodes for a network of so many blocks (residual blocks, transformer layers) beside its ends; a block with all
// its norms, shortcut and taps takes about 80.
inline std::size_t nodes_for(std::size_t blocks) {
    return 1024 + 128 * blocks;
}

// Far above what any network of this program needs for one picture of its own size; a file that needs more is damaged.
inline constexpr std::size_t most_bytes_at_own_size = std::size_t{2} << 30;

// A graph needs more memory than there is or than it may take.
class GraphTooLarge : public Error {
  public:
    using Error::Error;
};

// Use: make the graph, build it in the constructor's callback (inputs, layers, outputs), then set(), compute(), read().
// Shapes are in ggml order, fastest dimension first. Not thread-safe.
class Graph {
  public:
    // Collects what the callback builds.
    class Builder {
      public:
        ggml_context* ctx = nullptr;

        // An F32 (or other) input that set() fills.
        ggml_tensor* input(std::string const& name, std::vector<std::int64_t> const& shape,
                           ggml_type type = GGML_TYPE_F32);
        // A result that read() returns. Its memory is kept until the next compute().
        void output(std::string const& name, ggml_tensor* tensor);
        // A named intermediate, kept only when taps were asked for (parity tests). Returns the tensor.
        ggml_tensor* tap(std::string const& name, ggml_tensor* tensor);
        bool with_taps() const { return taps; }

      private:
        friend class Graph;
        ggml_cgraph* graph = nullptr;
        bool taps = false;
    };

    // Throws Error when the device cannot compute a layer, GraphTooLarge when the intermediates need more than
    // max_bytes (0: half of the device's memory) or the device has not so much. More nodes than max_nodes end the
    // program: where a file decides how many layers there are, it must be computed from their count (nodes_for).
    Graph(Backend const& backend, std::size_t max_nodes, std::function<void(Builder&)> const& build,
          bool with_taps = false, std::size_t max_bytes = 0);
    ~Graph();
    Graph(Graph&&) noexcept;
    Graph& operator=(Graph&&) noexcept;

    // Copies values into an input; the count must match exactly.
    void set(std::string const& name, std::span<float const> values);
    void set(std::string const& name, std::span<std::int32_t const> values);

    // Runs all nodes. Throws Cancelled when stop is requested before or during the run (checked between nodes).
    void compute(std::stop_token stop = {});

    // All elements of an output or tap in memory order (fastest dimension first), made contiguous.
    std::vector<float> read(std::string const& name) const;
    std::vector<std::int64_t> shape(std::string const& name) const;

    // Runs every node alone once more and sums the times by operator and shapes, slowest first. Starting each node has
    // its own cost, so the sum is more than a whole run.
    struct OperatorTime {
        std::string what; // "MUL_MAT f16 256x64 x 256x4000"
        int count = 0;
        double ms = 0;
    };
    std::vector<OperatorTime> profile() const;

    // What the device is started for: nodes that compute, not those that only look at numbers in another shape.
    int operations() const;

    // Bytes of intermediate memory.
    std::size_t bytes() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace echollama::nn
