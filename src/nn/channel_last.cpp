#include "nn/channel_last.h"

#include <algorithm>
#include <cstdint>

namespace echollama::nn {
namespace {

struct SamePadding {
    int before = 0, after = 0;
};

SamePadding same_padding(std::int64_t size, int kernel, int stride) {
    std::int64_t out = (size + stride - 1) / stride;
    auto total = static_cast<int>(std::max<std::int64_t>((out - 1) * stride + kernel - size, 0));
    return {total / 2, total - total / 2};
}

// [c, w, h] → the same memory seen as [w, h, c], as ggml's convolutions index it
ggml_tensor* as_whc(ggml_context* ctx, ggml_tensor* x) {
    return ggml_permute(ctx, x, 2, 0, 1, 3);
}

// [w, h, c] with channels fastest in memory → [c, w, h]
ggml_tensor* as_cwh(ggml_context* ctx, ggml_tensor* x) {
    return ggml_permute(ctx, x, 1, 2, 0, 3);
}

// Interleaves along dimension `axis` of size n: a[0] b[0] a[1] b[1] …; both contiguous.
ggml_tensor* interleave(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b, std::int64_t inner, std::int64_t n,
                        std::int64_t outer) {
    ggml_tensor* pair =
        ggml_concat(ctx, ggml_reshape_4d(ctx, a, inner, 1, n, outer), ggml_reshape_4d(ctx, b, inner, 1, n, outer), 1);
    return ggml_reshape_3d(ctx, pair, inner, 2 * n, outer);
}

// Means of neighbours along the middle dimension of [inner, n, outer]; the last element is its own neighbour.
ggml_tensor* neighbour_means(ggml_context* ctx, ggml_tensor* x) {
    auto n = x->ne[1];
    ggml_tensor* rest = ggml_view_3d(ctx, x, x->ne[0], n - 1, x->ne[2], x->nb[1], x->nb[2], x->nb[1]);
    ggml_tensor* last =
        ggml_view_3d(ctx, x, x->ne[0], 1, x->ne[2], x->nb[1], x->nb[2], static_cast<std::size_t>(n - 1) * x->nb[1]);
    return ggml_scale(ctx, ggml_add(ctx, x, ggml_concat(ctx, rest, last, 1)), 0.5F);
}

// Twice the middle dimension of a contiguous [inner, n, outer]
ggml_tensor* upsample2_middle(ggml_context* ctx, ggml_tensor* x) {
    return interleave(ctx, x, neighbour_means(ctx, x), x->ne[0], x->ne[1], x->ne[2]);
}

} // namespace

ggml_tensor* depthwise_same(ggml_context* ctx, ggml_tensor* kernel, ggml_tensor* x, int stride) {
    if (x->ne[3] > 1) { // ggml takes one channel-last picture at a time
        ggml_tensor* all = nullptr;
        for (std::int64_t i = 0; i < x->ne[3]; ++i) {
            ggml_tensor* one = ggml_view_3d(ctx, x, x->ne[0], x->ne[1], x->ne[2], x->nb[1], x->nb[2],
                                            static_cast<std::size_t>(i) * x->nb[3]);
            one = depthwise_same(ctx, kernel, one, stride);
            all = all ? ggml_concat(ctx, all, one, 3) : one;
        }
        return all;
    }
    auto k = static_cast<int>(kernel->ne[1]);
    if (x->ne[1] == 1 && x->ne[2] == 1) { // only the middle of the kernel meets it; ggml mistakes its memory layout
        auto middle = static_cast<std::size_t>(k / 2) * (kernel->nb[1] + kernel->nb[2]);
        return ggml_mul(ctx, x, ggml_view_1d(ctx, kernel, x->ne[0], middle));
    }
    auto pad_x = same_padding(x->ne[1], k, stride);
    auto pad_y = same_padding(x->ne[2], k, stride);
    bool wide = x->ne[1] > 1; // ggml mistakes the memory layout of a single column
    bool symmetric = wide && pad_x.before == pad_x.after && pad_y.before == pad_y.after;
    if (!symmetric) {
        x = ggml_pad_ext(ctx, x, 0, 0, pad_x.before, pad_x.after, pad_y.before, pad_y.after, 0, 0);
        pad_x = pad_y = {};
    }
    // [c, k, k] → [k, k, 1, c], channels still fastest in memory
    ggml_tensor* filters = ggml_permute(ctx, ggml_reshape_4d(ctx, kernel, 1, x->ne[0], k, k), 2, 3, 0, 1);
    ggml_tensor* y =
        ggml_conv_2d_dw_direct(ctx, filters, as_whc(ctx, x), stride, stride, pad_x.before, pad_y.before, 1, 1);
    return as_cwh(ctx, y);
}

ggml_tensor* patches_same(ggml_context* ctx, ggml_tensor* x, int kernel, int stride) {
    auto pad_x = same_padding(x->ne[1], kernel, stride);
    auto pad_y = same_padding(x->ne[2], kernel, stride);
    x = ggml_pad_ext(ctx, x, 0, 0, pad_x.before, pad_x.after, pad_y.before, pad_y.after, 0, 0);
    auto c = x->ne[0];
    auto width = (x->ne[1] - kernel) / stride + 1;
    auto height = (x->ne[2] - kernel) / stride + 1;
    ggml_tensor* patches = nullptr;
    for (int row = 0; row < kernel; ++row) {
        // the pixels of one kernel row lie side by side in memory: [kernel c, width, height]
        ggml_tensor* line = ggml_cont(
            ctx, ggml_view_3d(ctx, x, kernel * c, width, height, static_cast<std::size_t>(stride) * x->nb[1],
                              static_cast<std::size_t>(stride) * x->nb[2], static_cast<std::size_t>(row) * x->nb[2]));
        patches = patches ? ggml_concat(ctx, patches, line, 0) : line;
    }
    return patches;
}

ggml_tensor* join_channels(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b, bool relu) {
    ggml_tensor* both = ggml_concat(ctx, a, b, 0);
    return relu ? ggml_relu(ctx, both) : both;
}

ggml_tensor* channel_means(ggml_context* ctx, ggml_tensor* x) {
    ggml_tensor* flat = ggml_reshape_2d(ctx, x, x->ne[0], x->ne[1] * x->ne[2]);    // [c, w h]
    ggml_tensor* sums = ggml_mean(ctx, ggml_cont(ctx, ggml_transpose(ctx, flat))); // [1, c]
    return ggml_reshape_3d(ctx, sums, x->ne[0], 1, 1);
}

ggml_tensor* upsample2_asymmetric(ggml_context* ctx, ggml_tensor* x) {
    auto c = x->ne[0], w = x->ne[1], h = x->ne[2];
    ggml_tensor* wide = upsample2_middle(ctx, x);                                           // [c, 2w, h]
    ggml_tensor* tall = upsample2_middle(ctx, ggml_reshape_3d(ctx, wide, c * 2 * w, h, 1)); // [2wc, 2h, 1]
    return ggml_reshape_3d(ctx, tall, c, 2 * w, 2 * h);
}

} // namespace echollama::nn
