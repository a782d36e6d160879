// Convolutions, linear layers and attention as nodes of a ggml graph, computed by the files of this folder. Which way
// a layer takes follows from its weights (docs/performance.md, "DETR", says what each is worth):
//
//   weights          3x3, stride 1, whole panels of channels    everything else
//   F32              nn/cpu/winograd.h, 4x4; small maps 2x2     nn/cpu/product.h, F32
//   F16, BF16        nn/cpu/winograd.h, 2x2                     nn/cpu/product.h, F16 or BF16
//   Q8_0             nn/cpu/product.h, int8                     the same
//
// Where the processor lacks the instructions (nn/cpu/panels.h), reduced weights are widened to F32.
#pragma once

#include "nn/backend.h"
#include "nn/cpu/bottleneck.h"
#include "nn/cpu/convolve.h"
#include "nn/cpu/depthwise.h"
#include "nn/cpu/pool.h"

#include <ggml.h>

#include <cstddef>
#include <map>
#include <memory>
#include <vector>

namespace echollama::nn {

// Owned by a network beside its weights and backend; must outlive the graphs that use it. Weights are packed when they
// are first used and kept. Not thread-safe.
class CpuLayers {
  public:
    // Only for a backend on the CPU.
    explicit CpuLayers(Backend const& backend);

    // What a layer does besides: first the sum with a tensor of the same shape, then ReLU.
    struct After {
        ggml_tensor* add = nullptr;
        bool relu = false;
        bool relu_before = false; // of the input
        bool rounded = false;     // the result may be BF16 where the weights round as coarsely
        bool gelu = false;        // at the end, in its tanh form; only of 1x1 convolutions, without `add`
    };
    // As nn::conv2d.
    ggml_tensor* conv2d(ggml_context* ctx, ggml_tensor* weight, ggml_tensor* bias, ggml_tensor* x,
                        Convolution const& shape, After const& after);

    // A residual block in one step (nn/cpu/bottleneck.h); nullptr: better layer by layer. With weights that round the
    // pictures the result is BF16, which conv2d and this take as input.
    struct LayerTensors {
        ggml_tensor* weight = nullptr;
        ggml_tensor* bias = nullptr;
    };
    ggml_tensor* bottleneck(ggml_context* ctx, LayerTensors conv1, LayerTensors conv2, LayerTensors conv3,
                            LayerTensors shortcut, ggml_tensor* x, int stride);

    // Largest value of each window; outside counts as nothing.
    ggml_tensor* max_pool(ggml_context* ctx, ggml_tensor* x, Convolution const& shape);
    // max_pool(conv2d(x)) with ReLU between them, a few lines at a time.
    ggml_tensor* pooled_conv2d(ggml_context* ctx, LayerTensors layer, ggml_tensor* x, Convolution const& shape,
                               Convolution const& pool);

    // As nn::attention, from q, k, v whose tokens may lie at any distance; mask F32 or nullptr. Both products take BF16
    // where a layer with weights of type `weights` rounds as coarsely; then the result is BF16, too, if `rounded`.
    ggml_tensor* attention(ggml_context* ctx, ggml_tensor* q, ggml_tensor* k, ggml_tensor* v, int heads,
                           ggml_tensor* mask, ggml_type weights, bool rounded = false);

    // A depthwise convolution (nn/cpu/depthwise.h) of conv2d(x) with 1x1 weights `expand` (weight nullptr: of x itself)
    // in one step; BF16 where a layer with weights of type `next` rounds it anyway.
    ggml_tensor* depthwise(ggml_context* ctx, LayerTensors expand, LayerTensors depthwise, ggml_tensor* x, int stride,
                           DepthwiseActivations const& activations, ggml_type next);

    // The end of MiDaS in one step (nn/cpu/depth_head.h).
    ggml_tensor* depth_head(ggml_context* ctx, LayerTensors conv, LayerTensors last, ggml_tensor* x,
                            bool align_corners);

    std::size_t bytes() const;

  private:
    struct Job {
        LayerWeight weight;
        Convolution convolution, pool;
        bool relu = false;
        int heads = 0;
        Bottleneck block;
        CpuLayers* owner = nullptr;
        bool relu_before = false, align_corners = false, rounded = false, gelu = false;
    };
    Job const* job(Job const& wanted);
    // width, height: of the result, where the choice may depend on it
    LayerWeight packed(ggml_tensor* weight, ggml_tensor* bias, Convolution const& shape, std::int64_t width = 1 << 16,
                       std::int64_t height = 1 << 16);
    void need_scratch(std::size_t bytes);
    static void run_conv(ggml_tensor* dst, int part, int parts, void* job);
    static void run_bottleneck(ggml_tensor* dst, int part, int parts, void* job);
    static void run_attention(ggml_tensor* dst, int part, int parts, void* job);
    static void run_pooled_conv(ggml_tensor* dst, int part, int parts, void* job);
    static void run_depth_head(ggml_tensor* dst, int part, int parts, void* job);
    static void run_max_pool(ggml_tensor* dst, int part, int parts, void* job);

    std::map<ggml_tensor const*, PackedMatrix> matrices_;
    std::map<std::pair<ggml_tensor const*, int>, WinogradMatrix> winograd_; // with the side of their squares
    std::vector<std::unique_ptr<Job>> jobs_;                                // one a layer, whatever the picture's size
    std::vector<AlignedMemory> scratch_;                                    // one a thread
    std::size_t scratch_bytes_ = 0;                                         // of each
};

} // namespace echollama::nn
