#include "nn/cpu/layers.h"

#include "nn/cpu/attention.h"
#include "nn/cpu/byte_lines.h"
#include "nn/cpu/depth_head.h"
#include "nn/cpu/node.h"
#include "nn/cpu/resize.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace echollama::nn {
namespace {

std::int64_t out_size(std::int64_t size, int before, int after, Convolution const& shape) {
    return (size + before + after - shape.kernel) / shape.stride + 1;
}

float const* floats(ggml_tensor const* tensor) {
    return static_cast<float const*>(tensor->data);
}

PoolShape pool_shape(Convolution const& window, std::int64_t channels, std::int64_t width, std::int64_t height,
                     std::int64_t batch) {
    auto const& p = window.padding;
    return {window,
            channels,
            width,
            height,
            batch,
            out_size(width, p.left, p.right, window),
            out_size(height, p.top, p.bottom, window)};
}

} // namespace

CpuLayers::CpuLayers(Backend const& backend) {
    if (!backend.is_cpu()) {
        throw std::logic_error("CpuLayers needs the CPU");
    }
    scratch_.resize(static_cast<std::size_t>(backend.threads));
}

// Called while a graph is built, never while one runs.
void CpuLayers::need_scratch(std::size_t bytes) {
    if (bytes > scratch_bytes_) {
        for (auto& memory : scratch_) {
            memory = aligned_memory(bytes);
        }
        scratch_bytes_ = bytes;
    }
}

LayerWeight CpuLayers::packed(ggml_tensor* weight, ggml_tensor* bias, Convolution const& shape, std::int64_t width,
                              std::int64_t height) {
    LayerWeight found;
    if (int const square = winograd_square(weight, shape, width, height); square > 0) {
        std::pair const key(weight, square);
        auto known = winograd_.find(key);
        if (known == winograd_.end()) {
            known = winograd_.emplace(key, pack_winograd(square, weight, bias)).first;
        }
        found.squares = &known->second;
    } else {
        auto known = matrices_.find(weight);
        if (known == matrices_.end()) {
            int const lines = lines_of(panel_type(weight->type), shape);
            known = matrices_.emplace(weight, pack(weight, bias, lines)).first;
        }
        found.plain = &known->second;
    }
    return found;
}

CpuLayers::Job const* CpuLayers::job(Job const& wanted) {
    for (auto const& known : jobs_) {
        if (known->weight == wanted.weight && known->relu == wanted.relu && known->relu_before == wanted.relu_before &&
            known->align_corners == wanted.align_corners && known->rounded == wanted.rounded &&
            known->gelu == wanted.gelu && known->heads == wanted.heads && known->block == wanted.block &&
            known->convolution == wanted.convolution && known->pool == wanted.pool) {
            return known.get();
        }
    }
    jobs_.push_back(std::make_unique<Job>(wanted));
    return jobs_.back().get();
}

ggml_tensor* CpuLayers::conv2d(ggml_context* ctx, ggml_tensor* weight, ggml_tensor* bias, ggml_tensor* x,
                               Convolution const& shape, After const& after) {
    auto const& p = shape.padding;
    auto width = out_size(x->ne[1], p.left, p.right, shape), height = out_size(x->ne[2], p.top, p.bottom, shape);
    LayerWeight packed_weight = packed(weight, bias, shape, width, height);
    need_scratch(convolve_scratch(packed_weight, x->ne[1]));
    ggml_tensor* add = after.add;
    if (after.gelu && (add || !packed_weight.plain || packed_weight.plain->lines > 0)) {
        throw std::logic_error("GELU only follows 1x1 convolutions");
    }
    auto const* task =
        job({packed_weight, shape, {}, after.relu, 0, {}, this, after.relu_before, false, false, after.gelu});
    bool bf16 = after.rounded && (!add || add->type == GGML_TYPE_BF16) &&
                can_give_bf16(packed_weight, {shape, x->ne[0], x->ne[1], x->ne[2], x->ne[3], width, height, after.relu,
                                              x->type == GGML_TYPE_BF16, true, after.relu_before, after.gelu});
    if (add && !bf16 && add->type != GGML_TYPE_F32) {
        add = ggml_cast(ctx, add, GGML_TYPE_F32);
    }
    ggml_tensor* args[] = {contiguous(ctx, x), add};
    return ggml_custom_4d(ctx, bf16 ? GGML_TYPE_BF16 : GGML_TYPE_F32, weight->ne[1], width, height, x->ne[3], args,
                          add ? 2 : 1, run_conv, GGML_N_TASKS_MAX, const_cast<Job*>(task));
}

void CpuLayers::run_conv(ggml_tensor* dst, int part, int parts, void* data) {
    auto const& task = *static_cast<Job const*>(data);
    ggml_tensor const* x = dst->src[0];
    ProductShape shape{task.convolution,
                       x->ne[0],
                       x->ne[1],
                       x->ne[2],
                       x->ne[3],
                       dst->ne[1],
                       dst->ne[2],
                       task.relu,
                       x->type == GGML_TYPE_BF16,
                       dst->type == GGML_TYPE_BF16,
                       task.relu_before,
                       task.gelu};
    convolve(task.weight, shape, x->data, dst->src[1] ? dst->src[1]->data : nullptr, dst->data,
             task.owner->scratch_.at(static_cast<std::size_t>(part)).get(), part, parts);
}

ggml_tensor* CpuLayers::bottleneck(ggml_context* ctx, LayerTensors conv1, LayerTensors conv2, LayerTensors conv3,
                                   LayerTensors shortcut, ggml_tensor* x, int stride) {
    Bottleneck block{packed(conv1.weight, conv1.bias, {}),
                     packed(conv2.weight, conv2.bias, {3, stride, all_sides(1)}),
                     packed(conv3.weight, conv3.bias, {}),
                     shortcut.weight ? packed(shortcut.weight, shortcut.bias, {1, stride, {}}) : LayerWeight{},
                     conv1.weight->ne[1],
                     conv2.weight->ne[1],
                     conv3.weight->ne[1],
                     stride,
                     x->ne[0],
                     x->ne[1],
                     x->ne[2],
                     x->ne[3],
                     x->type == GGML_TYPE_BF16};
    choose_types(block);
    bool same_type = shortcut.weight || block.bf16_input == block.bf16_output;
    if (!same_type || !ggml_is_contiguous(x) || !bottleneck_fits(block)) {
        return nullptr;
    }
    need_scratch(bottleneck_scratch(block));
    ggml_tensor* args[] = {x};
    return ggml_custom_4d(ctx, block.bf16_output ? GGML_TYPE_BF16 : GGML_TYPE_F32, block.outputs, block.out_width(),
                          block.out_height(), block.batch, args, 1, run_bottleneck, GGML_N_TASKS_MAX,
                          const_cast<Job*>(job({{}, {}, {}, false, 0, block, this})));
}

void CpuLayers::run_bottleneck(ggml_tensor* dst, int part, int parts, void* data) {
    auto const& task = *static_cast<Job const*>(data);
    nn::bottleneck(task.block, dst->src[0]->data, dst->data,
                   task.owner->scratch_.at(static_cast<std::size_t>(part)).get(), part, parts);
}

ggml_tensor* CpuLayers::attention(ggml_context* ctx, ggml_tensor* q, ggml_tensor* k, ggml_tensor* v, int heads,
                                  ggml_tensor* mask, ggml_type weights, bool rounded_result) {
    bool const rounded = rounds_pictures(panel_type(weights)) && can_round_attention(q->ne[0] / heads);
    need_scratch(
        attention_scratch({q->ne[0], heads, q->ne[1], k->ne[1], q->ne[2], q->ne[0], q->ne[0], q->ne[0], rounded}));
    ggml_tensor* args[] = {q, k, v, mask};
    auto const type = rounded && rounded_result ? GGML_TYPE_BF16 : GGML_TYPE_F32;
    return ggml_custom_4d(ctx, type, q->ne[0], q->ne[1], q->ne[2], 1, args, mask ? 4 : 3, run_attention,
                          GGML_N_TASKS_MAX,
                          const_cast<Job*>(job({{}, {}, {}, false, heads, {}, this, false, false, rounded})));
}

void CpuLayers::run_attention(ggml_tensor* dst, int part, int parts, void* data) {
    auto const& task = *static_cast<Job const*>(data);
    ggml_tensor const *q = dst->src[0], *k = dst->src[1], *v = dst->src[2], *mask = dst->src[3];
    auto const stride = [](ggml_tensor const* x) { return static_cast<std::int64_t>(x->nb[1] / sizeof(float)); };
    AttentionShape shape{q->ne[0],  task.heads, q->ne[1],  k->ne[1],     q->ne[2],
                         stride(q), stride(k),  stride(v), task.rounded, dst->type == GGML_TYPE_BF16};
    nn::attention(shape, floats(q), floats(k), floats(v), mask ? floats(mask) : nullptr, dst->data,
                  task.owner->scratch_.at(static_cast<std::size_t>(part)).get(), part, parts);
}

ggml_tensor* CpuLayers::max_pool(ggml_context* ctx, ggml_tensor* x, Convolution const& shape) {
    PoolShape pool = pool_shape(shape, x->ne[0], x->ne[1], x->ne[2], x->ne[3]);
    ggml_tensor* args[] = {contiguous(ctx, x)};
    return ggml_custom_4d(ctx, GGML_TYPE_F32, pool.channels, pool.out_width, pool.out_height, pool.batch, args, 1,
                          run_max_pool, GGML_N_TASKS_MAX, const_cast<Job*>(job({{}, {}, shape, false, 0, {}, this})));
}

void CpuLayers::run_max_pool(ggml_tensor* dst, int part, int parts, void* data) {
    auto const& task = *static_cast<Job const*>(data);
    ggml_tensor const* x = dst->src[0];
    nn::max_pool(pool_shape(task.pool, x->ne[0], x->ne[1], x->ne[2], x->ne[3]), floats(x),
                 static_cast<float*>(dst->data), part, parts);
}

namespace {

PooledConvolution pooled(LayerWeight const& weight, ggml_tensor const* x, Convolution const& shape,
                         Convolution const& pool) {
    auto const& p = shape.padding;
    ProductShape convolution{shape,
                             x->ne[0],
                             x->ne[1],
                             x->ne[2],
                             x->ne[3],
                             out_size(x->ne[1], p.left, p.right, shape),
                             out_size(x->ne[2], p.top, p.bottom, shape),
                             true};
    auto const outputs = weight.plain->outputs; // NOLINT(clang-analyzer-core.NullDereference): it was packed
    return {weight, convolution, pool_shape(pool, outputs, convolution.out_width, convolution.out_height, x->ne[3])};
}

} // namespace

ggml_tensor* CpuLayers::pooled_conv2d(ggml_context* ctx, LayerTensors layer, ggml_tensor* x, Convolution const& shape,
                                      Convolution const& pool) {
    LayerWeight weight = packed(layer.weight, layer.bias, shape);
    if (weight.squares || !ggml_is_contiguous(x) || x->type != GGML_TYPE_F32) {
        return max_pool(ctx, conv2d(ctx, layer.weight, layer.bias, x, shape, {.relu = true}), pool);
    }
    PooledConvolution whole = pooled(weight, x, shape, pool);
    need_scratch(pooled_convolution_scratch(whole));
    ggml_tensor* args[] = {x};
    return ggml_custom_4d(ctx, GGML_TYPE_F32, whole.pool.channels, whole.pool.out_width, whole.pool.out_height,
                          whole.pool.batch, args, 1, run_pooled_conv, GGML_N_TASKS_MAX,
                          const_cast<Job*>(job({weight, shape, pool, true, 0, {}, this})));
}

void CpuLayers::run_pooled_conv(ggml_tensor* dst, int part, int parts, void* data) {
    auto const& task = *static_cast<Job const*>(data);
    pooled_convolution(pooled(task.weight, dst->src[0], task.convolution, task.pool), dst->src[0]->data,
                       static_cast<float*>(dst->data), task.owner->scratch_.at(static_cast<std::size_t>(part)).get(),
                       part, parts);
}

ggml_tensor* CpuLayers::depthwise(ggml_context* ctx, LayerTensors expand, LayerTensors depthwise, ggml_tensor* x,
                                  int stride, DepthwiseActivations const& activations, ggml_type next) {
    PackedMatrix const* matrix = expand.weight ? packed(expand.weight, expand.bias, {}).plain : nullptr;
    if (matrix && Chunks(matrix->type, matrix->inputs).count > 1) { // sums of several chunks pass through memory
        x = conv2d(ctx, expand.weight, expand.bias, x, {}, {});
        matrix = nullptr;
    }
    return cpu_depthwise(ctx, matrix, depthwise.weight, depthwise.bias, x, stride, activations,
                         rounds_pictures(panel_type(next)));
}

namespace {

DepthHead head_of(LayerWeight const& conv, ggml_tensor const* x, std::int64_t middle, bool align_corners) {
    return {conv, x->ne[0], x->ne[1], x->ne[2], x->ne[3], middle, x->type == GGML_TYPE_BF16, align_corners};
}

} // namespace

ggml_tensor* CpuLayers::depth_head(ggml_context* ctx, LayerTensors conv, LayerTensors last, ggml_tensor* x,
                                   bool align_corners) {
    if (x->type == GGML_TYPE_BF16 && !resizes_bf16(x->ne[0])) {
        x = ggml_cast(ctx, x, GGML_TYPE_F32);
    }
    x = contiguous(ctx, x);
    LayerWeight weight = packed(conv.weight, conv.bias, {3, 1, all_sides(1)}, 2 * x->ne[1], 2 * x->ne[2]);
    need_scratch(depth_head_scratch(head_of(weight, x, conv.weight->ne[1], align_corners)));
    ggml_tensor* args[] = {x, last.weight, last.bias};
    auto const* task = job({weight, {}, {}, true, 0, {}, this, false, align_corners});
    return ggml_custom_4d(ctx, GGML_TYPE_F32, 1, 2 * x->ne[1], 2 * x->ne[2], x->ne[3], args, last.bias ? 3 : 2,
                          run_depth_head, GGML_N_TASKS_MAX, const_cast<Job*>(task));
}

void CpuLayers::run_depth_head(ggml_tensor* dst, int part, int parts, void* data) {
    auto const& task = *static_cast<Job const*>(data);
    ggml_tensor const *x = dst->src[0], *last = dst->src[1], *bias = dst->src[2];
    std::vector<float> weights(static_cast<std::size_t>(last->ne[0]));
    row_as_floats(last, 0, weights);
    nn::depth_head(head_of(task.weight, x, last->ne[0], task.align_corners), weights, bias ? floats(bias)[0] : 0,
                   x->data, static_cast<float*>(dst->data),
                   task.owner->scratch_.at(static_cast<std::size_t>(part)).get(), part, parts);
}

std::size_t CpuLayers::bytes() const {
    std::size_t sum = scratch_.size() * scratch_bytes_;
    for (auto const& [tensor, matrix] : matrices_) {
        sum += matrix.bytes;
    }
    for (auto const& [tensor, matrix] : winograd_) {
        sum += matrix.bytes();
    }
    return sum;
}

} // namespace echollama::nn
