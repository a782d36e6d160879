// What happens between the layers of nn/cpu/sequence_layer.h in networks over time, as nodes of a ggml graph. Tensors
// are F32, rows of channels (channel fastest); results do not depend on the number of threads. The numbers that a node
// is given by reference must outlive the graph.
#pragma once

#include <ggml.h>

#include <vector>

namespace echollama::nn::sequence {

// Layer norm over the channels (a multiple of 16) of each row, eps 1e-5.
struct Norm {
    std::vector<float> weight, bias;
};
// GELU is x (1 + erf(x / sqrt 2)) / 2, of the norm's result; then + add [channels, rows] (nullptr: nothing).
enum class NormActivation { none, gelu };
ggml_tensor* norm(ggml_context* ctx, Norm const& norm, ggml_tensor* x, NormActivation activation,
                  ggml_tensor* add = nullptr);

// tanh of the first half of the channels times sigmoid of the second: [2 c, rows] → [c, rows], c a multiple of 16.
ggml_tensor* gate(ggml_context* ctx, ggml_tensor* x);

// Self-attention that knows how far apart two rows are, as far as `reach` (Shaw et al. 2018, arXiv 1803.02155, as
// VITS' attentions.py has it): with q already in rows, score(i, j) = q_i · (k_j + key[j - i]) / sqrt(d), softmax over
// j, then the sum of (v_j + value[j - i]); key and value are zero beyond the reach.
struct RelativeAttention {
    int heads = 1, reach = 0;
    std::vector<float> key, value; // [2 reach + 1][d], the same for all heads; d: channels of a head, a multiple of 16
};
// qkv [3 heads d, rows]: q, k and v beside each other → [heads d, rows]
ggml_tensor* attention(ggml_context* ctx, RelativeAttention const& attention, ggml_tensor* qkv);

} // namespace echollama::nn::sequence
