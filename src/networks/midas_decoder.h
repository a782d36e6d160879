// What DPT and MiDaS v2.1 small have in common: maps of four sizes are fused from coarse to fine into a depth map
// (github isl-org/MiDaS midas/blocks.py FeatureFusionBlock_custom, dpt_depth.py, midas_net_custom.py).
#pragma once

#include "networks/net.h"
#include "nn/graph.h"

#include <array>

namespace echollama {

// features from fine to coarse, 1/4 to 1/32 of the picture → relative inverse depth [1, w, h, n], never negative.
// `head_corners`: whether the head's upsampling keeps the corners (DPT) or not (MiDaS small); the fusion always does.
ggml_tensor* midas_decoder(Net const& net, nn::Graph::Builder& builder, std::array<ggml_tensor*, 4> const& features,
                           bool head_corners);

} // namespace echollama
