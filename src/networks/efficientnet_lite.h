// EfficientNet-Lite3 as MiDaS v2.1 small uses it (Tan and Le 2019; gen-efficientnet-pytorch tf_efficientnet_lite3):
// inverted residuals with ReLU6, TensorFlow's "same" padding, folded batch norms.
#pragma once

#include "networks/net.h"
#include "nn/graph.h"

#include <array>
#include <vector>

namespace echollama {

// Read from the GGUF.
struct EfficientNetParams {
    struct Block {
        int stride = 1;
        bool residual = false;
        int layer = 1; // 1..4: which of the four maps it works for
    };
    std::vector<Block> blocks;
};

// Throws Error when the values are impossible.
EfficientNetParams read_efficientnet(nn::Weights const& weights);

// x [3, w, h, n], sides multiples of 32 → four maps from fine to coarse, 1/4 to 1/32 of the picture.
std::array<ggml_tensor*, 4> efficientnet_features(Net const& net, nn::Graph::Builder& builder,
                                                  EfficientNetParams const& params, ggml_tensor* x);

} // namespace echollama
