#include "nn/cpu/depthwise.h"

#include "nn/cpu/activate.h"
#include "nn/cpu/matrix_unit.h"
#include "nn/cpu/node.h"
#include "nn/cpu/product.h"
#include "nn/cpu/rows.h"
#include "nn/cpu/tiles.h"

#include <algorithm>
#include <memory>
#include <vector>

namespace echollama::nn {
namespace {

using std::int64_t;
using tile::lanes, tile::load, tile::Reg, tile::store;

// Some channels at a time, as many as a panel has outputs: then the lines that one line of the result needs stay in the
// first cache. They are made once, activated and with the padding around them, and read kernel² times.
constexpr int block = tile::width;
constexpr int64_t least_lines = 16; // of the result for each thread; with fewer, threads share channels instead

struct Depthwise {
    PackedMatrix const* expand;
    DepthwiseActivations activations;
    std::int16_t stride, left, top;
};

// Lines [first, last) of a picture as a product reads its rows.
struct Rows {
    int64_t picture = -1, first = 0, last = 0;
    float const* data = nullptr;
    int64_t stride = 0; // floats from pixel to pixel
    std::unique_ptr<float[]> gathered;
    std::vector<tile::WholeRow> whole;
};

void make_rows(Rows& rows, PackedMatrix const& expand, ggml_tensor const* x, int64_t picture, int64_t first,
               int64_t last) {
    if (rows.picture == picture && rows.first == first && rows.last == last) {
        return;
    }
    rows.picture = picture;
    rows.first = first;
    rows.last = last;
    int64_t c = x->ne[0], count = (last - first) * x->ne[1];
    bool bf16 = x->type == GGML_TYPE_BF16;
    auto const* from = static_cast<char const*>(x->data) + static_cast<std::size_t>(picture) * x->nb[3] +
                       static_cast<std::size_t>(first) * x->nb[2];
    rows.stride = Chunks(expand.type, c).units;
    if (reads_in_place(expand.type, c, bf16)) {
        rows.data = reinterpret_cast<float const*>(from);
        return;
    }
    rows.gathered = std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(count * rows.stride));
    rows.whole.resize(static_cast<std::size_t>(is_whole(expand.type) ? count : 0));
    std::vector<float> wide(static_cast<std::size_t>(c));
    for (int64_t i = 0; i < count; ++i, from += x->nb[1]) {
        float* row = rows.gathered.get() + i * rows.stride;
        if (is_whole(expand.type)) {
            put(PanelType::f32, wide.data(), 0, from, bf16, c, false);
            rows.whole[static_cast<std::size_t>(i)] = put_whole(expand.type, row, wide.data(), c);
        } else {
            put_zeros(expand.type, row, c - c % 2, c % 2); // of the last pair of BF16
            put(expand.type, row, 0, from, bf16, c, false);
        }
    }
    rows.data = rows.gathered.get();
}

// Some channels of some lines of one picture.
struct Work {
    PackedMatrix const* expand = nullptr;
    Rows rows;
    float const* x = nullptr; // without expansion: first channel of the picture's first pixel
    int64_t first = 0;        // channel
    int count = 0;            // of channels, at most `block`
    void* y = nullptr;        // first channel of the result's first pixel
    bool bf16 = false;        // y
    int64_t channels = 0;     // from pixel to pixel, of x and of y
    int64_t w = 0, h = 0, width = 0;
    int64_t left = 0, top = 0;      // padding
    float* lines = nullptr;         // [k][padded width][block]
    int64_t line = 0;               // floats of one of them
    float const* weights = nullptr; // [k k][block]
    float const* bias = nullptr;    // [block]
    DepthwiseActivations activations;
};

void copy_line(Work const& work, int64_t row, float* out) {
    float const* from = work.x + row * work.w * work.channels;
    for (int64_t column = 0; column < work.w; ++column, from += work.channels, out += block) {
        std::copy_n(from, work.count, out); // what lies behind them meets weights of zero
    }
}

void expand_line(Work const& work, int64_t row, float* out) {
    auto const& matrix = *work.expand;
    Chunks const chunks(matrix.type, matrix.inputs);
    tile::Task task;
    task.a_stride = work.rows.stride;
    task.panel = panel(matrix, chunks, work.first, 0);
    task.units = static_cast<int>(chunks.units);
    task.c_stride = block;
    task.start = floats(matrix.bias) + work.first;
    auto const before = work.activations.before;
    bool const six = before.kind == Activation::Kind::relu6; // done while the sums are in registers
    task.relu = six || before.kind == Activation::Kind::relu;
    task.ceiling = six ? 6 : task.ceiling;
    bool whole = is_whole(matrix.type);
    task.scales = whole ? floats(matrix.scales) + work.first : nullptr;
    task.corrections = whole ? floats(matrix.corrections) + work.first : nullptr;
    int64_t tiles = (work.w + tile::rows - 1) / tile::rows, above = (row - work.rows.first) * work.w;
    for (int64_t i = 0; i < tiles; ++i) { // equally large
        int64_t begin = work.w * i / tiles, end = work.w * (i + 1) / tiles;
        task.a = work.rows.data + (above + begin) * work.rows.stride;
        task.whole = whole ? work.rows.whole.data() + above + begin : nullptr;
        task.c = out + begin * block;
        run_tile(matrix.type, static_cast<int>(end - begin), task, tile::width);
    }
    if (!task.relu) {
        activate_line(before, out, work.w * block);
    }
}

// Line `row` of what is convolved into its place, whose padding at the sides stays zero; outside there are zeros.
void fetch(Work const& work, int64_t row, float* to) {
    float* out = to + work.left * block;
    if (row < 0 || row >= work.h) {
        std::fill_n(out, work.w * block, 0.0F);
    } else if (work.expand) {
        expand_line(work, row, out);
    } else {
        copy_line(work, row, out);
        activate_line(work.activations.before, out, work.w * block);
    }
}

// `Pixels` neighbours of the result: their sums go on side by side, so that none waits for itself.
template <int K, int Pixels>
void convolve(Work const& work, Reg const* weight, Reg bias, float const* const* lines, int64_t offset, int step,
              int half, int64_t pixel) {
    Reg sum[Pixels];
    for (auto& s : sum) {
        s = bias;
    }
#pragma GCC unroll 7
    for (int ky = 0; ky < K; ++ky) {
        float const* at = lines[ky] + offset;
#pragma GCC unroll 7
        for (int kx = 0; kx < K; ++kx) {
#pragma GCC unroll 4
            for (int p = 0; p < Pixels; ++p) {
                sum[p] += load(at + kx * block + p * step) * weight[ky * K + kx];
            }
        }
    }
    int rest = std::min(work.count - half * lanes, lanes);
    for (int p = 0; p < Pixels; ++p) {
        int64_t to = (pixel + p) * work.channels + half * lanes;
        sum[p] = activated(work.activations.after, sum[p]);
        if (rest == lanes) {
            store(work.y, to, sum[p], work.bf16);
            continue;
        }
        for (int i = 0; i < rest; ++i) {
            static_cast<float*>(work.y)[to + i] = sum[p][i];
        }
    }
}

// One line of the result from k lines; `half` of the block's channels.
template <int K>
void convolve_line(Work const& work, float const* const* lines, int stride, int half, int64_t oy) {
    Reg weight[K * K];
    for (int i = 0; i < K * K; ++i) {
        weight[i] = load(work.weights + i * block + half * lanes);
    }
    Reg bias = load(work.bias + half * lanes);
    int step = stride * block;
    constexpr int together = 4;
    int64_t ox = 0;
    for (; ox + together <= work.width; ox += together) {
        convolve<K, together>(work, weight, bias, lines, ox * step + half * lanes, step, half, oy * work.width + ox);
    }
    for (; ox < work.width; ++ox) {
        convolve<K, 1>(work, weight, bias, lines, ox * step + half * lanes, step, half, oy * work.width + ox);
    }
}

// Lines [first, last) of the result.
template <int K>
void some_lines(Work const& work, int stride, int64_t first, int64_t last) {
    int64_t have = first * stride - work.top; // lines before this one are made or not needed
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
            convolve_line<K>(work, lines, stride, half, oy);
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
    MatrixUnit const unit;
    auto const shape = params_of<Depthwise>(dst);
    ggml_tensor const *x = dst->src[0], *kernel = dst->src[1], *bias = dst->src[2]; // nullptr: none
    int64_t c = dst->ne[0], blocks = (c + block - 1) / block, height = dst->ne[2];
    int64_t pieces = std::clamp<int64_t>(height / least_lines, 1, parts); // of a picture's lines
    Work work;
    work.expand = shape.expand;
    work.activations = shape.activations;
    work.bf16 = dst->type == GGML_TYPE_BF16;
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
        int64_t piece = i / blocks % pieces, n = i / (pieces * blocks);
        int64_t from = height * piece / pieces, to = height * (piece + 1) / pieces;
        work.first = i % blocks * block;
        work.count = static_cast<int>(std::min<int64_t>(block, c - work.first));
        gather_weights(floats_of(kernel), c, work.first, work.count, K * K, weights.data());
        if (bias) {
            gather_weights(floats_of(bias), c, work.first, work.count, 1, start.data());
        }
        if (work.expand) {
            make_rows(work.rows, *work.expand, x, n, std::max<int64_t>(from * shape.stride - work.top, 0),
                      std::min((to - 1) * shape.stride - work.top + K, work.h));
        } else {
            work.x = floats_of(x) + n * work.w * work.h * c + work.first;
        }
        work.y = static_cast<char*>(dst->data) + static_cast<std::size_t>(n) * dst->nb[3] +
                 static_cast<std::size_t>(work.first) * dst->nb[0];
        some_lines<K>(work, shape.stride, from, to);
    }
}

} // namespace

ggml_tensor* cpu_depthwise(ggml_context* ctx, PackedMatrix const* expand, ggml_tensor* kernel, ggml_tensor* bias,
                           ggml_tensor* x, int stride, DepthwiseActivations const& activations, bool bf16_output) {
    auto k = static_cast<int>(kernel->ne[1]);
    auto padding = same_padding(x->ne[1], x->ne[2], k, stride);
    ggml_tensor* args[] = {contiguous(ctx, x), kernel, bias};
    bool bf16 = bf16_output && kernel->ne[0] % lanes == 0; // only whole vectors are stored as BF16
    ggml_tensor* y =
        ggml_custom_4d(ctx, bf16 ? GGML_TYPE_BF16 : GGML_TYPE_F32, kernel->ne[0], (x->ne[1] + stride - 1) / stride,
                       (x->ne[2] + stride - 1) / stride, x->ne[3], args, bias ? 3 : 2,
                       k == 3   ? run<3>
                       : k == 5 ? run<5>
                                : run<7>,
                       GGML_N_TASKS_MAX, nullptr);
    return ggml_format_name(
        with_params(y, Depthwise{expand, activations, static_cast<std::int16_t>(stride),
                                 static_cast<std::int16_t>(padding.left), static_cast<std::int16_t>(padding.top)}),
        "%sDEPTHWISE %dx%d/%d", expand ? "EXPAND " : "", k, k, stride);
}

} // namespace echollama::nn
