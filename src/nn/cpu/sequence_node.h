// Layers of nn/cpu/sequence_layer.h as nodes of a ggml graph.
#pragma once

#include "nn/cpu/sequence_layer.h"

#include <ggml.h>

#include <cstdint>

namespace echollama::nn::sequence {

struct NodeInputs {
    ggml_tensor* x = nullptr;                            // [channels, steps]
    ggml_tensor* scratch = nullptr;                      // [Layer::scratch() of the layer that needs most, threads]
    ggml_tensor *added = nullptr, *also_added = nullptr; // of the output's shape
    ggml_tensor* noise = nullptr;                        // [output steps], of Finish::noise
};

// The layer must outlive the graph.
ggml_tensor* node(ggml_context* ctx, Layer const& layer, NodeInputs const& inputs);

} // namespace echollama::nn::sequence
