// The hybrid vision transformer under DPT: a BiT ResNet stem, then ViT-B/16 (Dosovitskiy et al. 2021; timm
// models/vision_transformer_hybrid.py and resnetv2.py with preact=False).
#pragma once

#include "networks/net.h"
#include "nn/graph.h"

#include <array>
#include <vector>

namespace echollama {

// Read from the GGUF.
struct VitHybridParams {
    std::vector<int> stages; // bottlenecks of each stage of the stem
    int groups = 0;          // of the group norms
    float group_norm_eps = 0, norm_eps = 0;
    int layers = 0, heads = 0;
    std::array<int, 2> taps{}; // blocks whose tokens the depth decoder takes
};

// Throws Error when the values are impossible.
VitHybridParams read_vit_hybrid(nn::Weights const& weights);

struct VitHybridFeatures {
    ggml_tensor* stage0 = nullptr;        // [256, w/4, h/4, n]
    ggml_tensor* stage1 = nullptr;        // [512, w/8, h/8, n]
    std::array<ggml_tensor*, 2> tokens{}; // [d, 1 + w/16 h/16, n], the class token first, no final norm
    std::int64_t width = 0, height = 0;   // of the grid of tokens
};

// x [3, w, h, n], sides multiples of 32.
VitHybridFeatures vit_hybrid(Net const& net, nn::Graph::Builder& builder, VitHybridParams const& params,
                             ggml_tensor* x);

} // namespace echollama
