#include "train/kernels/attention.h"

#include "nn/cpu/exponential.h"
#include "train/kernels/gemm.h"
#include "train/kernels/vectors.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace echollama::train {
namespace {

using nn::tile::lanes;
using nn::tile::Reg;
using std::int64_t;

constexpr int64_t queries_at_once = 8 * nn::tile::rows;

// What one thread needs for one piece and one key and value head.
struct Scratch {
    std::vector<float> keys, values, scores, slopes, key_slopes, value_slopes, sums;
    Packed keys_across, keys_down, values_across, values_down, queries, outputs;
};

Scratch& scratch() {
    thread_local Scratch own;
    return own;
}

float* room_for(std::vector<float>& memory, int64_t count) {
    if (static_cast<int64_t>(memory.size()) < count) {
        memory.resize(static_cast<std::size_t>(count));
    }
    return memory.data();
}

// Numbers of one head in rows of several.
struct HeadRows {
    int64_t row_step, head, offset;
    std::size_t bytes() const { return static_cast<std::size_t>(head) * sizeof(float); }

    template <typename Number>
    Number* at(Number* rows, int64_t row) const {
        return rows + row * row_step + offset;
    }
    // The rows that a piece sees, the prefix first.
    void gather(Piece const& piece, float const* rows, float* out) const {
        for (int64_t i = 0; i < piece.prefix_count; ++i, out += head) {
            std::memcpy(out, at(rows, piece.prefix + i), bytes());
        }
        for (int64_t i = 0; i < piece.count; ++i, out += head) {
            std::memcpy(out, at(rows, piece.begin + i), bytes());
        }
    }
    void scatter_add(Piece const& piece, float const* from, float* rows) const {
        auto one = [&](int64_t row) {
            float* to = at(rows, row);
            for (int64_t i = 0; i < head; ++i) {
                to[i] += from[i];
            }
            from += head;
        };
        for (int64_t i = 0; i < piece.prefix_count; ++i) {
            one(piece.prefix + i);
        }
        for (int64_t i = 0; i < piece.count; ++i) {
            one(piece.begin + i);
        }
    }
};

// Queries [first, first + count) of a piece, which see `keys` keys at most.
struct QueryBlock {
    int64_t first, count, keys;
    QueryBlock(Piece const& piece, int64_t from)
        : first(from), count(std::min(queries_at_once, piece.count - from)), keys(piece.prefix_count + from + count) {}
    int64_t seen(Piece const& piece, int64_t i) const { return piece.prefix_count + first + i + 1; }
};

// One row of scaled scores to probabilities, those of unseen keys to zero; returns the logarithm of the denominator.
float softmax_row(float* scores, int64_t seen, int64_t keys, float factor) {
    Reg high = nn::tile::splat(-std::numeric_limits<float>::infinity());
    std::fill(scores + seen, scores + keys, -std::numeric_limits<float>::infinity());
    int64_t i = 0;
    for (; i + lanes <= keys; i += lanes) {
        high = nn::tile::greater(high, nn::tile::load(scores + i));
    }
    float peak = nn::tile::largest(high);
    for (; i < keys; ++i) {
        peak = std::max(peak, scores[i]);
    }
    Reg sum{};
    for (i = 0; i < seen; i += lanes) {
        Reg const e = nn::exponential((load_some(scores + i, seen - i) - peak) * factor);
        store_some(scores + i, e, seen - i);
        sum += load_some(scores + i, seen - i);
    }
    float const total = nn::tile::total(sum), inverse = 1 / total;
    std::fill(scores + seen, scores + keys, 0.0F);
    for (i = 0; i < seen; ++i) {
        scores[i] *= inverse;
    }
    return peak * factor + std::log(total);
}

// The probabilities again, from the logarithm of their denominator.
void probabilities_row(float* scores, int64_t seen, int64_t keys, float factor, float log_sum) {
    for (int64_t i = 0; i < seen; i += lanes) {
        Reg const x = load_some(scores + i, seen - i) * factor - log_sum;
        store_some(scores + i, nn::exponential(x < Reg{} ? x : Reg{}), seen - i);
    }
    std::fill(scores + seen, scores + keys, 0.0F);
}

struct Heads {
    AttentionShape const& shape;
    int64_t kv_head;
    float factor = 1 / std::sqrt(static_cast<float>(shape.head));

    int64_t shared() const { return shape.heads / shape.kv_heads; } // query heads of one key and value head
    HeadRows keys() const { return {shape.kv_heads * shape.head, shape.head, kv_head * shape.head}; }
    int64_t query_head(int64_t i) const { return kv_head * shared() + i; }
    HeadRows queries(int64_t i) const { return {shape.heads * shape.head, shape.head, query_head(i) * shape.head}; }
};

void forward_piece(Heads const& heads, Piece const& piece, float const* q, float const* k, float const* v, float* y,
                   float* log_sums) {
    auto& s = scratch();
    int64_t const all = piece.prefix_count + piece.count, head = heads.shape.head;
    float* keys = room_for(s.keys, all * head);
    float* values = room_for(s.values, all * head);
    heads.keys().gather(piece, k, keys);
    heads.keys().gather(piece, v, values);
    pack(View{keys, head}.transposed(), head, all, s.keys_across);
    pack(View{values, head}, all, head, s.values_down);
    float* scores = room_for(s.scores, queries_at_once * all);
    for (int64_t i = 0; i < heads.shared(); ++i) {
        auto const rows = heads.queries(i);
        for (int64_t from = 0; from < piece.count; from += queries_at_once) {
            QueryBlock const block(piece, from);
            int64_t const row = piece.begin + from;
            View const queries{rows.at(q, row), rows.row_step};
            multiply({block.count, block.keys, head}, queries, s.keys_across, scores, all, false);
            for (int64_t j = 0; j < block.count; ++j) {
                log_sums[(row + j) * heads.shape.heads + heads.query_head(i)] =
                    softmax_row(scores + j * all, block.seen(piece, j), block.keys, heads.factor);
            }
            multiply({block.count, head, block.keys}, {scores, all}, s.values_down, rows.at(y, row), rows.row_step,
                     false);
        }
    }
}

// Slopes of the scores, in place of those of the probabilities: dS = P (dP - sum(P dP)) / sqrt(head), where the sum is
// that of y dy.
void score_slopes(float const* probabilities, float* slopes, int64_t seen, int64_t keys, float sum, float factor) {
    for (int64_t i = 0; i < seen; ++i) {
        slopes[i] = probabilities[i] * (slopes[i] - sum) * factor;
    }
    std::fill(slopes + seen, slopes + keys, 0.0F);
}

// What belongs to a batch on its way back.
struct Backward {
    float const *q, *k, *v, *y, *log_sums, *dy;
    float *dq, *dk, *dv;
};

void backward_block(Heads const& heads, int64_t i, Piece const& piece, QueryBlock const& block, Backward const& b,
                    Scratch& s) {
    auto const rows = heads.queries(i);
    int64_t const row = piece.begin + block.first, head = heads.shape.head, all = s.keys_across.n;
    View const queries{rows.at(b.q, row), rows.row_step}, outputs{rows.at(b.dy, row), rows.row_step};
    float* scores = s.scores.data();
    float* slopes = s.slopes.data();
    multiply({block.count, block.keys, head}, queries, s.keys_across, scores, all, false);
    multiply({block.count, block.keys, head}, outputs, s.values_across, slopes, all, false);
    for (int64_t j = 0; j < block.count; ++j) {
        int64_t const seen = block.seen(piece, j);
        probabilities_row(scores + j * all, seen, block.keys, heads.factor,
                          b.log_sums[(row + j) * heads.shape.heads + heads.query_head(i)]);
        float const sum = dot(rows.at(b.y, row + j), rows.at(b.dy, row + j), head);
        score_slopes(scores + j * all, slopes + j * all, seen, block.keys, sum, heads.factor);
    }
    multiply({block.count, head, block.keys}, {slopes, all}, s.keys_down, rows.at(b.dq, row), rows.row_step, false);
    pack(outputs, block.count, head, s.outputs);
    multiply({block.keys, head, block.count}, View{scores, all}.transposed(), s.outputs, s.value_slopes.data(), head,
             true);
    pack(queries, block.count, head, s.queries);
    multiply({block.keys, head, block.count}, View{slopes, all}.transposed(), s.queries, s.key_slopes.data(), head,
             true);
}

void backward_piece(Heads const& heads, Piece const& piece, Backward const& b) {
    auto& s = scratch();
    int64_t const all = piece.prefix_count + piece.count, head = heads.shape.head;
    float* keys = room_for(s.keys, all * head);
    float* values = room_for(s.values, all * head);
    heads.keys().gather(piece, b.k, keys);
    heads.keys().gather(piece, b.v, values);
    pack(View{keys, head}.transposed(), head, all, s.keys_across);
    pack(View{keys, head}, all, head, s.keys_down);
    pack(View{values, head}.transposed(), head, all, s.values_across);
    room_for(s.scores, queries_at_once * all);
    room_for(s.slopes, queries_at_once * all);
    std::fill_n(room_for(s.key_slopes, all * head), all * head, 0.0F);
    std::fill_n(room_for(s.value_slopes, all * head), all * head, 0.0F);
    for (int64_t i = 0; i < heads.shared(); ++i) {
        for (int64_t from = 0; from < piece.count; from += queries_at_once) {
            backward_block(heads, i, piece, QueryBlock(piece, from), b, s);
        }
    }
    heads.keys().scatter_add(piece, s.key_slopes.data(), b.dk);
    heads.keys().scatter_add(piece, s.value_slopes.data(), b.dv);
}

// The groups' first and last rows, to clear what is added to.
void clear_rows(PieceGroup const& group, HeadRows const& rows, float* numbers) {
    for (auto const& piece : group) {
        for (int64_t i = 0; i < piece.count; ++i) {
            std::memset(rows.at(numbers, piece.begin + i), 0, rows.bytes());
        }
    }
}

// Calls work(group, heads) for each group and key and value head.
void each_head(Workers& workers, AttentionShape const& shape, std::span<PieceGroup const> groups, auto const& work) {
    workers.each(static_cast<int64_t>(groups.size()) * shape.kv_heads, [&](int64_t item) {
        work(groups[static_cast<std::size_t>(item / shape.kv_heads)], Heads{shape, item % shape.kv_heads});
    });
}

} // namespace

void causal_attention(Workers& workers, AttentionShape const& shape, std::span<PieceGroup const> groups, float const* q,
                      float const* k, float const* v, float* y, float* log_sums) {
    each_head(workers, shape, groups, [&](PieceGroup const& group, Heads const& heads) {
        for (auto const& piece : group) {
            forward_piece(heads, piece, q, k, v, y, log_sums);
        }
    });
}

void causal_attention_backward(Workers& workers, AttentionShape const& shape, std::span<PieceGroup const> groups,
                               float const* q, float const* k, float const* v, float const* y, float const* log_sums,
                               float const* dy, float* dq, float* dk, float* dv) {
    each_head(workers, shape, groups, [&](PieceGroup const& group, Heads const& heads) {
        clear_rows(group, heads.keys(), dk);
        clear_rows(group, heads.keys(), dv);
        for (auto const& piece : group) {
            backward_piece(heads, piece, {q, k, v, y, log_sums, dy, dq, dk, dv});
        }
    });
}

} // namespace echollama::train
