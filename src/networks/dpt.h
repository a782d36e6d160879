// DPT's way from tokens back to pictures: "Vision Transformers for Dense Prediction" (Ranftl et al. 2021; github
// isl-org/DPT dpt/vit.py), for the hybrid backbone.
#pragma once

#include "networks/vit_hybrid.h"

namespace echollama {

// Four maps from fine to coarse, 1/4 to 1/32 of the picture: [256 | 512 | d | d, …, …, n].
std::array<ggml_tensor*, 4> dpt_features(Net const& net, nn::Graph::Builder& builder, VitHybridParams const& params,
                                         ggml_tensor* x);

} // namespace echollama
