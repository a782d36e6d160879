// Layers on channel-last pictures: ggml shape [channels, width, height], so that a 1x1 convolution is one matrix
// product.
#pragma once

#include <ggml.h>

namespace echollama::nn {

// Depthwise convolution with TensorFlow's "same" padding: total = max((ceil(n/s) - 1) s + k - n, 0), the smaller half
// first. kernel [c, k, k], x [c, w, h, n] → [c, ceil(w/s), ceil(h/s), n]
ggml_tensor* depthwise_same(ggml_context* ctx, ggml_tensor* kernel, ggml_tensor* x, int stride);

// Square patches with "same" padding, ready for a matrix product: x [c, w, h] → [c k k, ceil(w/s), ceil(h/s)], within a
// patch channels fastest, then columns, then rows.
ggml_tensor* patches_same(ggml_context* ctx, ggml_tensor* x, int kernel, int stride);

// Channels of two pictures of the same size side by side, then ReLU when asked: a [c, w, h, n], b [d, w, h, n] → [c +
// d, w, h, n]
ggml_tensor* join_channels(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b, bool relu);

// Mean over width and height: [c, w, h] → [c, 1, 1]
ggml_tensor* channel_means(ggml_context* ctx, ggml_tensor* x);

// Twice the width and height, bilinear as TensorFlow 1 does without align_corners and half_pixel_centers: out[2i] =
// in[i], out[2i+1] = the mean of in[i] and in[i+1], the last one repeated. [c, w, h] → [c, 2w, 2h]
ggml_tensor* upsample2_asymmetric(ggml_context* ctx, ggml_tensor* x);

} // namespace echollama::nn
