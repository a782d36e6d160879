// Causal attention of several pieces of text in one batch, forwards and backwards, where pieces may share what comes
// before them: the two answers of a preference pair follow one prompt, whose rows are computed once.
#pragma once

#include "train/kernels/workers.h"

#include <cstdint>
#include <span>
#include <vector>

namespace echollama::train {

// Rows [begin, begin + count) of the batch. Row i sees rows [prefix, prefix + prefix_count) and the piece's own up to
// i.
struct Piece {
    std::int64_t begin = 0, count = 0;
    std::int64_t prefix = 0, prefix_count = 0;
};
// Pieces that see nothing of other groups.
using PieceGroup = std::vector<Piece>;

struct AttentionShape {
    std::int64_t heads = 0, kv_heads = 0, head = 0; // query head h uses key and value head h / (heads / kv_heads)
};

// y = softmax(q k^T / sqrt(head)) v. q, y [rows, heads * head], k, v [rows, kv_heads * head]; log_sums [rows, heads]:
// the logarithm of each softmax's denominator, for the way back.
void causal_attention(Workers& workers, AttentionShape const& shape, std::span<PieceGroup const> groups, float const* q,
                      float const* k, float const* v, float* y, float* log_sums);

// dq, dk and dv (overwritten) from dy. The scores are computed again instead of being kept (Dao et al.,
// FlashAttention, arXiv 2205.14135, section 3.1).
void causal_attention_backward(Workers& workers, AttentionShape const& shape, std::span<PieceGroup const> groups,
                               float const* q, float const* k, float const* v, float const* y, float const* log_sums,
                               float const* dy, float* dq, float* dk, float* dv);

} // namespace echollama::train
