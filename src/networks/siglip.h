// The SigLIP picture encoder (so400m, patch 14, 378 px) as Moondream2 uses it: github.com/vikhyat/moondream,
// moondream/vision_encoder.py at c1ccd26. A pre-norm transformer over patches, without class token and pooling.
#pragma once

#include "networks/net.h"
#include "nn/graph.h"

namespace echollama {

struct SigLipParams {
    int size = 0;  // pixels of a side of the square picture
    int patch = 0; // pixels of a side of a patch
    int blocks = 0, heads = 0;
    float norm_eps = 0; // 1e-5 in Moondream's own code, 1e-6 in SigLIP's

    int grid() const { return size / patch; } // patches along a side
};

// Reads siglip.* and refuses impossible values.
SigLipParams read_siglip_params(nn::Weights const& weights);

// picture [3, size, size, n], values in [-1, 1] → features after the last norm [d, grid * grid, n].
// Taps: hidden.0 (patches with positions), hidden.1 … after each block.
ggml_tensor* siglip(Net const& net, nn::Graph::Builder& b, SigLipParams const& params, ggml_tensor* picture);

// fc2(gelu(fc1 x)), plus `add` where it is given, with the tanh form of GELU; name.fc1, name.fc2.
ggml_tensor* gelu_mlp(Net const& net, std::string const& name, ggml_tensor* x, ggml_tensor* add = nullptr);

} // namespace echollama
