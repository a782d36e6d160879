// The backbone of the EfficientNet-Lite networks (Tan and Le 2019; gen-efficientnet-pytorch tf_efficientnet_lite*):
// inverted residuals with ReLU6, TensorFlow's "same" padding, folded batch norms. MiDaS v2.1 small has Lite3's.
#pragma once

#include "networks/net.h"
#include "nn/graph.h"

#include <array>
#include <string>
#include <vector>

namespace echollama {

struct EfficientNetBlock {
    int stride = 1;
    bool residual = false;
};

// Read from the GGUF of MiDaS.
struct EfficientNetParams {
    std::vector<EfficientNetBlock> blocks;
    std::vector<int> layers; // of each block, 1..4: which of the four maps it works for
};

// The values PREFIX.block.stride and PREFIX.block.residual. Throws Error when they are impossible.
std::vector<EfficientNetBlock> read_efficientnet_blocks(nn::Weights const& weights, std::string const& prefix);

// The layer "stem" of x [3, w, h, n] → [c, w/2, h/2, n]; its ReLU6 is applied by the first block.
ggml_tensor* efficientnet_stem(Net const& net, ggml_tensor* x);

// Block `index`; only the first does not expand. No activation after it.
ggml_tensor* efficientnet_block(Net const& net, std::size_t index, EfficientNetBlock const& block, ggml_tensor* x);

// Throws Error when the values are impossible.
EfficientNetParams read_efficientnet(nn::Weights const& weights);

// x [3, w, h, n], sides multiples of 32 → four maps from fine to coarse, 1/4 to 1/32 of the picture.
std::array<ggml_tensor*, 4> efficientnet_features(Net const& net, nn::Graph::Builder& builder,
                                                  EfficientNetParams const& params, ggml_tensor* x);

} // namespace echollama
