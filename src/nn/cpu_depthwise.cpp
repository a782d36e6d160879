#include "nn/cpu_depthwise.h"

#include "nn/cpu_node.h"
#include "nn/cpu_tile.h"
#include "nn/layers.h"

#include <algorithm>
#include <vector>

namespace echollama::nn {
namespace {

using std::int64_t;
using tile::lanes, tile::load, tile::Reg, tile::store;

// Some channels at a time: then the lines of the picture that one output line needs stay in the first cache. They are
// copied there once, clamped and with the padding around them, and read kernel² times.
constexpr int block = 2 * lanes;

struct Depthwise {
    std::int16_t stride, left, top;
};

Reg relu6(Reg v) {
    Reg const six = tile::splat(6.0F);
    v = v > Reg{} ? v : Reg{};
    return v < six ? v : six;
}

struct Work {
    float const* x = nullptr; // first channel of the first pixel
    float* y = nullptr;
    int64_t channels = 0;            // of the picture: from pixel to pixel
    int count = 0;                   // of them taken, at most `block`
    int64_t w = 0, h = 0, width = 0; // of the picture, and of the result
    int64_t left = 0, top = 0;       // padding
    float* lines = nullptr;          // [k][padded width][block]
    int64_t line = 0;                // floats of one of them
    float const* weights = nullptr;  // [k k][block]
    float const* bias = nullptr;     // [block]
};

// Line `row` of the picture into its place; outside there are zeros.
void fetch(Work const& work, int64_t row, float* to) {
    std::fill(to, to + work.line, 0.0F);
    if (row < 0 || row >= work.h) {
        return;
    }
    float const* from = work.x + row * work.w * work.channels;
    float* out = to + work.left * block;
    for (int64_t column = 0; column < work.w; ++column, from += work.channels, out += block) {
        if (work.count == block) {
            store(out, relu6(load(from)));
            store(out + lanes, relu6(load(from + lanes)));
        } else {
            for (int i = 0; i < work.count; ++i) {
                out[i] = std::clamp(from[i], 0.0F, 6.0F);
            }
        }
    }
}

// One line of the result from k lines; `half` of the block's channels.
template <int K>
void convolve(Work const& work, float const* const* lines, int stride, int half, float* y) {
    Reg weight[K * K];
    for (int i = 0; i < K * K; ++i) {
        weight[i] = load(work.weights + i * block + half * lanes);
    }
    Reg bias = load(work.bias + half * lanes);
    int rest = std::min(work.count - half * lanes, lanes);
    for (int64_t ox = 0; ox < work.width; ++ox, y += work.channels) {
        Reg sum = bias;
#pragma GCC unroll 7
        for (int ky = 0; ky < K; ++ky) {
            float const* at = lines[ky] + ox * stride * block + half * lanes;
#pragma GCC unroll 7
            for (int kx = 0; kx < K; ++kx) {
                sum += load(at + kx * block) * weight[ky * K + kx];
            }
        }
        sum = relu6(sum);
        if (rest == lanes) {
            store(y, sum);
        } else {
            for (int i = 0; i < rest; ++i) {
                y[i] = sum[i];
            }
        }
    }
}

// Lines [first, last) of the result.
template <int K>
void some_lines(Work const& work, int stride, int64_t first, int64_t last) {
    int64_t have = first * stride - work.top; // lines before this one are fetched or not needed
    for (int64_t oy = first; oy < last; ++oy) {
        int64_t begin = oy * stride - work.top;
        for (have = std::max(have, begin); have < begin + K; ++have) {
            fetch(work, have, work.lines + (have + K) % K * work.line);
        }
        float const* lines[K];
        for (int ky = 0; ky < K; ++ky) {
            lines[ky] = work.lines + (begin + ky + K) % K * work.line;
        }
        for (int half = 0; half * lanes < work.count; ++half) {
            convolve<K>(work, lines, stride, half, work.y + oy * work.width * work.channels + half * lanes);
        }
    }
}

// [c, k, k] → [k k][block] for channels [first, first + count), the others zero
void gather_weights(float const* kernel, int64_t c, int64_t first, int count, int taps, float* out) {
    std::fill(out, out + taps * block, 0.0F);
    for (int tap = 0; tap < taps; ++tap) {
        std::copy_n(kernel + tap * c + first, count, out + tap * block);
    }
}

template <int K>
void run(ggml_tensor* dst, int part, int parts, void*) {
    auto const shape = params_of<Depthwise>(dst);
    ggml_tensor const *x = dst->src[0], *kernel = dst->src[1], *bias = dst->src[2];
    int64_t c = x->ne[0], blocks = (c + block - 1) / block, height = dst->ne[2];
    int64_t pieces = std::min<int64_t>(height, (8 * parts + blocks - 1) / blocks); // of a picture's lines
    Work work;
    work.channels = c;
    work.w = x->ne[1];
    work.h = x->ne[2];
    work.width = dst->ne[1];
    work.left = shape.left;
    work.top = shape.top;
    work.line = (std::max(work.w + shape.left, (work.width - 1) * shape.stride + K)) * block;
    std::vector<float> lines(static_cast<std::size_t>(K * work.line)), weights(std::size_t{K} * K * block),
        start(block);
    work.lines = lines.data();
    work.weights = weights.data();
    work.bias = start.data();
    Share share(blocks * pieces * x->ne[3], part, parts);
    for (int64_t i = share.begin; i < share.end; ++i) {
        int64_t piece = i % pieces, first = i / pieces % blocks * block, n = i / (pieces * blocks);
        work.count = static_cast<int>(std::min<int64_t>(block, c - first));
        gather_weights(floats_of(kernel), c, first, work.count, K * K, weights.data());
        gather_weights(floats_of(bias), c, first, work.count, 1, start.data());
        work.x = floats_of(x) + n * work.w * work.h * c + first;
        work.y = static_cast<float*>(dst->data) + n * work.width * height * c + first;
        some_lines<K>(work, shape.stride, height * piece / pieces, height * (piece + 1) / pieces);
    }
}

} // namespace

ggml_tensor* cpu_depthwise_relu6(ggml_context* ctx, ggml_tensor* kernel, ggml_tensor* bias, ggml_tensor* x,
                                 int stride) {
    auto k = static_cast<int>(kernel->ne[1]);
    auto padding = same_padding(x->ne[1], x->ne[2], k, stride);
    ggml_tensor* args[] = {ggml_is_contiguous(x) ? x : ggml_cont(ctx, x), kernel, bias};
    ggml_tensor* y = ggml_custom_4d(ctx, GGML_TYPE_F32, x->ne[0], (x->ne[1] + stride - 1) / stride,
                                    (x->ne[2] + stride - 1) / stride, x->ne[3], args, 3,
                                    k == 3   ? run<3>
                                    : k == 5 ? run<5>
                                             : run<7>,
                                    GGML_N_TASKS_MAX, nullptr);
    return ggml_format_name(
        with_params(y, Depthwise{static_cast<std::int16_t>(stride), static_cast<std::int16_t>(padding.left),
                                 static_cast<std::int16_t>(padding.top)}),
        "DEPTHWISE %dx%d/%d", k, k, stride);
}

} // namespace echollama::nn
