// The layers that vision networks share. Pictures are channel-last, ggml shape [channels, width, height, batch]
// (fastest dimension first): a 1x1 convolution and a linear layer are then the same matrix product, and a token
// sequence [channels, tokens, batch] is a reshape away. Activations are F32; weights may be F32, F16, BF16 or Q8_0;
// biases, norms and depthwise kernels are F32. Depthwise "same" convolution and other channel-last pieces are in
// nn/channel_last.h.
#pragma once

#include <ggml.h>

#include <cstdint>

namespace echollama::nn {

// Zeros around a picture, in pixels.
struct Padding {
    int left = 0, right = 0, top = 0, bottom = 0;
    bool operator==(Padding const&) const = default;
};

// The same number of pixels on every side, as PyTorch's padding argument.
Padding all_sides(int pixels);

// TensorFlow's "same": total = max((ceil(n / stride) - 1) stride + kernel - n, 0) per axis, the smaller half first.
Padding same_padding(std::int64_t width, std::int64_t height, int kernel, int stride);

// Product with a matrix: weight [in, out], x [in, …] → [out, …]; bias [out] or nullptr.
ggml_tensor* linear(ggml_context* ctx, ggml_tensor* weight, ggml_tensor* bias, ggml_tensor* x);

// Convolution with a square kernel. x [in, w, h, n] → [out, ow, oh, n], ow = (w + left + right - kernel) / stride + 1.
// weight [in * kernel * kernel, out]; within a row channels vary fastest, then columns, then rows: PyTorch's
// [out, in, ky, kx] stored as [out, ky, kx, in]. bias [out] or nullptr. kernel and stride >= 1.
struct Convolution {
    int kernel = 1;
    int stride = 1;
    Padding padding;
    bool operator==(Convolution const&) const = default;
};
ggml_tensor* conv2d(ggml_context* ctx, ggml_tensor* weight, ggml_tensor* bias, ggml_tensor* x,
                    Convolution const& shape);

// The patches that conv2d multiplies: x [c, w, h, n] → [c * kernel * kernel, ow, oh, n].
ggml_tensor* patches(ggml_context* ctx, ggml_tensor* x, Convolution const& shape);

// Zeros around each picture; returns x itself when there is nothing to add.
ggml_tensor* pad(ggml_context* ctx, ggml_tensor* x, Padding const& padding);

// (x - mean) / sqrt(variance + eps) * weight + bias over the channels of each token; weight, bias [c].
ggml_tensor* layer_norm(ggml_context* ctx, ggml_tensor* weight, ggml_tensor* bias, ggml_tensor* x, float eps);

// The same over all pixels of a group of neighbouring channels. x [c, w, h, n], c divisible by groups.
ggml_tensor* group_norm(ggml_context* ctx, ggml_tensor* weight, ggml_tensor* bias, ggml_tensor* x, int groups,
                        float eps);

// Softmax(q k^T / sqrt(head dimension) + mask) v for each head, heads side by side in the channels.
// q [d, tq, n], k and v [d, tk, n] → [d, tq, n]. mask [tk, tq, 1, n] F32 (-inf hides a key) or nullptr. With `flash`
// scores are never stored (less memory; K and V are rounded to F16, so parity tests keep it off); mask must be F16
// then.
ggml_tensor* attention(ggml_context* ctx, ggml_tensor* q, ggml_tensor* k, ggml_tensor* v, int heads,
                       ggml_tensor* mask = nullptr, bool flash = false);

// Largest value of each window. x [c, w, h, n] → [c, ow, oh, n]. Padding counts as zero when it differs between the
// sides (so x must not be negative then), and is ignored when it is the same on all sides.
ggml_tensor* max_pool(ggml_context* ctx, ggml_tensor* x, Convolution const& shape);

// What a layer does to each number of its result. hard_swish: x relu6(x + 3) slope; a sixth is its published slope.
// leaky_relu: x, where it is negative slope * x; 0 <= slope < 1.
struct Activation {
    enum class Kind : std::uint8_t { none, relu, relu6, hard_swish, leaky_relu };
    Kind kind = Kind::none;
    float slope = 0; // of hard_swish and leaky_relu
};
ggml_tensor* activate(ggml_context* ctx, Activation const& activation, ggml_tensor* x);

// Resizing of x [c, w, h, n] to [c, width, height, n] as PyTorch's interpolate does: with align_corners the corner
// pixels' centres stay, without it the picture's edges stay. Bicubic uses a = -0.75.
enum class Interpolation { nearest, bilinear, bicubic };
ggml_tensor* resize(ggml_context* ctx, ggml_tensor* x, std::int64_t width, std::int64_t height, Interpolation how,
                    bool align_corners);

// Two dimensions swapped: channel-last [c, w, h, n] ↔ ggml's own order [w, h, c, n], both contiguous.
ggml_tensor* to_planes(ggml_context* ctx, ggml_tensor* x);
ggml_tensor* from_planes(ggml_context* ctx, ggml_tensor* planes);

} // namespace echollama::nn
