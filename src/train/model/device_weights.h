// A model's frozen weights and its adapter in the memory of a device.
#pragma once

#include "nn/backend.h"
#include "train/model/network.h"

#include <ggml-cpp.h>

#include <array>
#include <cstdint>
#include <vector>

namespace echollama::train {

// Matrices are [columns, rows] as ggml counts; a [columns, rank], b [rank, rows], null where nothing is adapted.
struct DeviceLinear {
    ggml_tensor *w = nullptr, *a = nullptr, *b = nullptr;
};

struct DeviceLayer {
    ggml_tensor *attention_norm = nullptr, *ffn_norm = nullptr;
    std::array<DeviceLinear, projection_count> linear;

    DeviceLinear const& of(Projection projection) const { return linear[static_cast<std::size_t>(projection)]; }
};

class DeviceWeights {
  public:
    // Weights of any stored type become those of `precision`. Throws Error when they need more than `most` bytes (0:
    // any number) or than the device gives.
    DeviceWeights(LlamaWeights const& weights, Lora& lora, nn::Backend const& backend, Precision precision,
                  std::uint64_t most);

    void set_adapter(Lora& lora) const;
    std::size_t bytes() const;

    std::vector<DeviceLayer> layers;
    ggml_tensor* output = nullptr;        // [width, vocabulary]
    ggml_tensor* rope_divisors = nullptr; // null: none

  private:
    ggml_context_ptr context_;
    ggml_backend_buffer_ptr buffer_;
};

} // namespace echollama::train
