#include "nn/layers.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace echollama::nn {
namespace {

ggml_tensor* scale_and_shift(ggml_context* ctx, ggml_tensor* weight, ggml_tensor* bias, ggml_tensor* x) {
    x = weight ? ggml_mul(ctx, x, weight) : x;
    return bias ? ggml_add(ctx, x, bias) : x;
}

// A view whose elements overlap in memory. ggml's own view functions refuse more elements than there are in x, though
// its copies read such a view correctly, so the shape is set afterwards.
ggml_tensor* overlapping_view(ggml_context* ctx, ggml_tensor* x, std::array<std::int64_t, 4> const& ne,
                              std::array<std::size_t, 4> const& nb, std::size_t offset) {
    ggml_tensor* view = ggml_view_1d(ctx, x, 1, offset);
    std::copy(ne.begin(), ne.end(), view->ne);
    std::copy(nb.begin(), nb.end(), view->nb);
    return view;
}

// Patches of picture `index` of a padded batch: rows of `kernel` neighbouring pixels, copied once.
ggml_tensor* patches_of_one(ggml_context* ctx, ggml_tensor* x, Convolution const& shape, std::int64_t index) {
    std::int64_t k = shape.kernel;
    auto stride = static_cast<std::size_t>(shape.stride);
    std::int64_t width = (x->ne[1] - k) / shape.stride + 1;
    std::int64_t height = (x->ne[2] - k) / shape.stride + 1;
    ggml_tensor* overlapping = overlapping_view(ctx, x, {x->ne[0] * k, k, width, height},
                                                {x->nb[0], x->nb[2], stride * x->nb[1], stride * x->nb[2]},
                                                static_cast<std::size_t>(index) * x->nb[3]);
    return ggml_reshape_3d(ctx, ggml_cont(ctx, overlapping), x->ne[0] * k * k, width, height);
}

// [d, t, n] → [d / heads, t, heads, n], a view
ggml_tensor* split_heads(ggml_context* ctx, ggml_tensor* x, int heads) {
    return ggml_permute(ctx, ggml_reshape_4d(ctx, x, x->ne[0] / heads, heads, x->ne[1], x->ne[2]), 0, 2, 1, 3);
}

} // namespace

Padding all_sides(int pixels) {
    return {pixels, pixels, pixels, pixels};
}

Padding same_padding(std::int64_t width, std::int64_t height, int kernel, int stride) {
    auto total = [&](std::int64_t n) {
        return static_cast<int>(std::max<std::int64_t>(((n + stride - 1) / stride - 1) * stride + kernel - n, 0));
    };
    int x = total(width);
    int y = total(height);
    return {x / 2, x - x / 2, y / 2, y - y / 2};
}

ggml_tensor* linear(ggml_context* ctx, ggml_tensor* weight, ggml_tensor* bias, ggml_tensor* x) {
    if (!ggml_is_contiguous(x) || ggml_n_dims(weight) > 2) {
        return scale_and_shift(ctx, nullptr, bias, ggml_mul_mat(ctx, weight, x));
    }
    // One matrix: ggml would make a product, with all its threads meeting, for every row of the picture.
    ggml_tensor* y = ggml_mul_mat(ctx, weight, ggml_reshape_2d(ctx, x, x->ne[0], ggml_nrows(x)));
    y = scale_and_shift(ctx, nullptr, bias, y);
    return ggml_reshape_4d(ctx, y, y->ne[0], x->ne[1], x->ne[2], x->ne[3]);
}

ggml_tensor* pad(ggml_context* ctx, ggml_tensor* x, Padding const& p) {
    if (p.left == 0 && p.right == 0 && p.top == 0 && p.bottom == 0) {
        return x;
    }
    return ggml_pad_ext(ctx, x, 0, 0, p.left, p.right, p.top, p.bottom, 0, 0);
}

ggml_tensor* patches(ggml_context* ctx, ggml_tensor* x, Convolution const& shape) {
    x = pad(ctx, x, shape.padding);
    x = ggml_is_contiguous(x) ? x : ggml_cont(ctx, x);
    ggml_tensor* all = patches_of_one(ctx, x, shape, 0);
    for (std::int64_t i = 1; i < x->ne[3]; ++i) {
        all = ggml_concat(ctx, all, patches_of_one(ctx, x, shape, i), 3);
    }
    return all;
}

ggml_tensor* conv2d(ggml_context* ctx, ggml_tensor* weight, ggml_tensor* bias, ggml_tensor* x,
                    Convolution const& shape) {
    bool plain = shape.kernel == 1 && shape.stride == 1;
    return linear(ctx, weight, bias, plain ? pad(ctx, x, shape.padding) : patches(ctx, x, shape));
}

ggml_tensor* layer_norm(ggml_context* ctx, ggml_tensor* weight, ggml_tensor* bias, ggml_tensor* x, float eps) {
    return scale_and_shift(ctx, weight, bias, ggml_norm(ctx, x, eps));
}

ggml_tensor* group_norm(ggml_context* ctx, ggml_tensor* weight, ggml_tensor* bias, ggml_tensor* x, int groups,
                        float eps) {
    auto c = x->ne[0], pixels = x->ne[1] * x->ne[2], n = x->ne[3];
    ggml_tensor* split = ggml_reshape_4d(ctx, x, c / groups, groups, pixels, n);
    ggml_tensor* together = ggml_cont(ctx, ggml_permute(ctx, split, 0, 2, 1, 3));       // [c/g, wh, g, n]
    ggml_tensor* rows = ggml_reshape_3d(ctx, together, c / groups * pixels, groups, n); // [c/g wh, g, n]
    ggml_tensor* normed = ggml_reshape_4d(ctx, ggml_norm(ctx, rows, eps), c / groups, pixels, groups, n);
    ggml_tensor* back = ggml_cont(ctx, ggml_permute(ctx, normed, 0, 2, 1, 3)); // [c/g, g, wh, n]
    return scale_and_shift(ctx, weight, bias, ggml_reshape_4d(ctx, back, c, x->ne[1], x->ne[2], n));
}

ggml_tensor* attention(ggml_context* ctx, ggml_tensor* q, ggml_tensor* k, ggml_tensor* v, int heads, ggml_tensor* mask,
                       bool flash) {
    auto d = q->ne[0], tokens = q->ne[1], n = q->ne[2];
    float scale = 1.0F / std::sqrt(static_cast<float>(d / heads));
    q = split_heads(ctx, q, heads);
    k = split_heads(ctx, k, heads);
    v = split_heads(ctx, v, heads);
    if (flash) {
        ggml_tensor* mixed =
            ggml_flash_attn_ext(ctx, q, ggml_cast(ctx, k, GGML_TYPE_F16), ggml_cast(ctx, v, GGML_TYPE_F16), mask, scale,
                                0, 0); // [hd, heads, tq, n]
        ggml_prec_set_acc(mixed, GGML_PREC_F32);
        return ggml_reshape_3d(ctx, mixed, d, tokens, n);
    }
    // contiguous operands take ggml's blocked matrix product
    ggml_tensor* scores = ggml_mul_mat(ctx, ggml_cont(ctx, k), ggml_cont(ctx, q)); // [tk, tq, heads, n]
    scores = ggml_soft_max_ext(ctx, scores, mask, scale, 0);
    ggml_tensor* columns = ggml_cont(ctx, ggml_transpose(ctx, v)); // [tk, hd, heads, n]
    ggml_tensor* mixed = ggml_mul_mat(ctx, columns, scores);       // [hd, tq, heads, n]
    mixed = ggml_cont(ctx, ggml_permute(ctx, mixed, 0, 2, 1, 3));  // [hd, heads, tq, n]
    return ggml_reshape_3d(ctx, mixed, d, tokens, n);
}

ggml_tensor* to_planes(ggml_context* ctx, ggml_tensor* x) {
    return ggml_cont(ctx, ggml_permute(ctx, x, 2, 0, 1, 3));
}

ggml_tensor* from_planes(ggml_context* ctx, ggml_tensor* planes) {
    return ggml_cont(ctx, ggml_permute(ctx, planes, 1, 2, 0, 3));
}

ggml_tensor* max_pool(ggml_context* ctx, ggml_tensor* x, Convolution const& shape) {
    auto const& p = shape.padding;
    bool symmetric = p.left == p.right && p.left == p.top && p.left == p.bottom;
    ggml_tensor* planes = to_planes(ctx, symmetric ? x : pad(ctx, x, p));
    auto border = static_cast<float>(symmetric ? p.left : 0);
    return from_planes(ctx, ggml_pool_2d(ctx, planes, GGML_OP_POOL_MAX, shape.kernel, shape.kernel, shape.stride,
                                         shape.stride, border, border));
}

ggml_tensor* activate(ggml_context* ctx, Activation const& activation, ggml_tensor* x) {
    switch (activation.kind) {
    case Activation::Kind::relu:
        return ggml_relu(ctx, x);
    case Activation::Kind::relu6:
        return ggml_clamp(ctx, x, 0, 6);
    case Activation::Kind::hard_swish: // ggml's is x relu6(x + 3) / 6
        return ggml_scale(ctx, ggml_hardswish(ctx, x), 6 * activation.slope);
    case Activation::Kind::leaky_relu:
        return ggml_leaky_relu(ctx, x, activation.slope, false);
    case Activation::Kind::none:
        break;
    }
    return x;
}

ggml_tensor* resize(ggml_context* ctx, ggml_tensor* x, std::int64_t width, std::int64_t height, Interpolation how,
                    bool align_corners) {
    std::uint32_t mode = how == Interpolation::nearest    ? GGML_SCALE_MODE_NEAREST
                         : how == Interpolation::bilinear ? GGML_SCALE_MODE_BILINEAR
                                                          : GGML_SCALE_MODE_BICUBIC;
    if (align_corners) {
        mode |= GGML_SCALE_FLAG_ALIGN_CORNERS;
    }
    ggml_tensor* planes = ggml_permute(ctx, x, 2, 0, 1, 3); // a view: interpolation reads by strides
    return from_planes(ctx, ggml_interpolate(ctx, planes, width, height, x->ne[0], x->ne[3], mode));
}

} // namespace echollama::nn
