// Attention on the CPU: scores of a few queries at a time stay in the cache, nothing of size queries x keys is stored.
#pragma once

#include <cstddef>
#include <cstdint>

namespace echollama::nn {

// Softmax(q k^T / sqrt(d / heads) + mask) v; all F32, channels fastest, heads side by side in the channels.
struct AttentionShape {
    std::int64_t d = 0, heads = 1, queries = 0, keys = 0, batch = 1;
    std::int64_t q_stride = 0, k_stride = 0, v_stride = 0; // floats from one token to the next
    bool rounded = false;                                  // both products take BF16; only where can_round_attention()
    bool bf16_output = false;                              // only with `rounded`
};

// Whether the processor multiplies BF16, and heads of such a size can be divided into pairs that fit a row.
bool can_round_attention(std::int64_t head);

// Bytes of scratch memory for each thread.
std::size_t attention_scratch(AttentionShape const& shape);

// Part `part` of `parts` of y [d, queries, batch]. mask: [keys, queries, batch], or nullptr.
void attention(AttentionShape const& shape, float const* q, float const* k, float const* v, float const* mask, void* y,
               void* scratch, int part, int parts);

} // namespace echollama::nn
