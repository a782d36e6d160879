// SNAC's layers as ggml's own operations, for devices that the kernel of nn/cpu/sequence_layer.h does not run on.
#pragma once

#include "networks/snac_layers.h"
#include "nn/backend.h"

#include <ggml.h>

#include <cstddef>
#include <memory>
#include <vector>

namespace echollama::snac {

// The same layers with their constants in the device's memory.
class PlainLayers {
  public:
    // Throws Error when the device has too little memory.
    PlainLayers(std::vector<NamedLayer> const& layers, nn::Backend const& backend);
    ~PlainLayers();

    // Layer `index` of x [channels, steps]; noise [steps] for a noise layer, else null.
    ggml_tensor* apply(ggml_context* ctx, std::size_t index, ggml_tensor* x, ggml_tensor* noise) const;

    // Most nodes that one layer adds to a graph.
    static constexpr std::size_t nodes = 48;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace echollama::snac
