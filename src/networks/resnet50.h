// ResNet-50 v1.5 with folded batch norms (He et al. 2015; torchvision models/resnet.py): bottlenecks whose 3x3
// convolution carries the stride.
#pragma once

#include "networks/net.h"
#include "nn/graph.h"

#include <span>

namespace echollama {

// x [3, w, h, n] → [2048, ceil(w/32), ceil(h/32), n]. `blocks`: bottlenecks of each stage (3, 4, 6, 3). Taps stem,
// layer1, ….
ggml_tensor* resnet50(Net const& net, nn::Graph::Builder& builder, std::span<int const> blocks, ggml_tensor* x);

// Side of the feature map for a picture's side.
int resnet50_feature_size(int pixels, std::size_t stages);

} // namespace echollama
