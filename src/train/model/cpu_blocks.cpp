// The blocks on this processor, with the kernels of train/kernels; sums have one order whatever the number of threads.
#include "base/counter_rng.h"
#include "train/kernels/attention.h"
#include "train/kernels/layers.h"
#include "train/kernels/output_layer.h"
#include "train/model/blocks.h"

#include <algorithm>

namespace echollama::train {
namespace {

using std::int64_t;

// What the way back needs of one layer.
struct Tape {
    Numbers x;        // its input
    Numbers q, k, v;  // turned
    Numbers attended; // before the output projection
    Numbers log_sums;
    Numbers middle; // after the first residual sum
    Numbers gate, up;
    std::array<Numbers, projection_count> low; // factor A x of each adapted projection
};

float* room(Numbers& numbers, int64_t count) {
    numbers.resize(static_cast<std::size_t>(count));
    return numbers.data();
}

class CpuBlocks final : public Blocks {
  public:
    CpuBlocks(LlamaWeights const& w, Lora& l, Workers& threads, NetworkOptions const& o)
        : weights_(w), lora_(l), workers_(threads), checkpointing_(o.checkpointing),
          rotation_(w.shape.head, w.shape.rope_theta, w.rope_divisors,
                    w.shape.scaling.kind == convert::LlamaRopeScaling::Kind::linear ? w.shape.scaling.factor : 1,
                    o.positions) {}

    void forward(Batch const& batch, Numbers& x, Pass const& pass) override;
    void backward(Batch const& batch, Numbers& x) override;
    void score(float const* normed, std::span<std::int32_t const> tokens, TokenScores* scores, float* slopes) override {
        score_tokens(workers_, normed, tokens, weights_.output_matrix(), scores, slopes);
    }

  private:
    AttentionShape attention_shape() const {
        return {weights_.shape.heads, weights_.shape.kv_heads, weights_.shape.head};
    }
    float const* thin(int64_t layer, Projection projection, int64_t rows, int64_t columns, float const* in);
    void linear(int64_t layer, Projection projection, int64_t rows, float const* in, float* out, bool add, Tape& tape);
    void linear_backward(int64_t layer, Projection projection, int64_t rows, float const* in, float const* slopes,
                         float* in_slopes, bool add, Tape& tape);
    void attend(int64_t layer, Batch const& batch, Tape& tape);
    void feed_forward(int64_t layer, int64_t rows, Tape& tape, Numbers* x);
    void feed_forward_backward(int64_t layer, int64_t rows, Tape& tape, Numbers& x);
    void attend_backward(int64_t layer, Batch const& batch, Tape& tape, Numbers& x);

    LlamaWeights const& weights_;
    Lora& lora_;
    Workers& workers_;
    bool checkpointing_;
    Rotation rotation_;
    Pass pass_ = {};
    bool dropping_ = false; // some of the adapter's inputs are left out
    std::vector<Tape> tapes_;
    Numbers normed_, mixed_; // of one layer, made again on the way back
    Numbers d_normed_, d_mixed_, d_q_, d_k_, d_v_, d_attended_, low_, transposed_;
    Numbers thinned_; // what dropout leaves of an input, on the way back of its slopes
};

// What A sees of its input, and what the input sees of A's slopes: all of it, or what dropout leaves.
float const* CpuBlocks::thin(int64_t layer, Projection projection, int64_t rows, int64_t columns, float const* in) {
    if (!dropping_) {
        return in;
    }
    auto const place = static_cast<std::uint64_t>(layer) * projection_count + static_cast<std::uint64_t>(projection);
    drop_out(workers_, rows, columns, static_cast<float>(lora_.options().dropout), splitmix64(pass_.stream, place), in,
             room(thinned_, rows * columns));
    return thinned_.data();
}

// out = W in (+ what is there) + factor B (A in). Without `out` only factor A in, which the way back needs.
void CpuBlocks::linear(int64_t layer, Projection projection, int64_t rows, float const* in, float* out, bool add,
                       Tape& tape) {
    auto const& w = weights_.layers[static_cast<std::size_t>(layer)].of(projection);
    if (out) {
        multiply(workers_, {rows, w.rows, w.columns}, {in, w.columns}, {w, true}, out, w.rows, add);
    }
    if (!pass_.adapted || !lora_.adapts(projection)) {
        return;
    }
    int64_t const rank = lora_.options().rank;
    auto& part = tape.low[static_cast<std::size_t>(projection)];
    room(part, rows * rank);
    View const a{lora_.a(layer, projection).values.data(), w.columns},
        b{lora_.b(layer, projection).values.data(), rank};
    auto const* seen = thin(layer, projection, rows, w.columns, in);
    multiply(workers_, {rows, rank, w.columns}, {seen, w.columns}, a.transposed(), part.data(), rank);
    scale(part, lora_.factor());
    if (out) {
        multiply(workers_, {rows, w.rows, rank}, {part.data(), rank}, b.transposed(), out, w.rows, true);
    }
}

// Slopes of A, B and, where wanted, of `in` (added to what is there or not), from those of the output.
void CpuBlocks::linear_backward(int64_t layer, Projection projection, int64_t rows, float const* in,
                                float const* slopes, float* in_slopes, bool add, Tape& tape) {
    auto const& w = weights_.layers[static_cast<std::size_t>(layer)].of(projection);
    if (in_slopes) {
        multiply(workers_, {rows, w.columns, w.rows}, {slopes, w.rows}, {w, false}, in_slopes, w.columns, add);
    }
    if (!lora_.adapts(projection)) {
        return;
    }
    int64_t const rank = lora_.options().rank;
    auto &a = lora_.a(layer, projection), &b = lora_.b(layer, projection);
    View const down{a.values.data(), w.columns}, up{b.values.data(), rank};
    multiply(workers_, {rows, rank, w.rows}, {slopes, w.rows}, up, room(low_, rows * rank), rank);
    scale(low_, lora_.factor());
    View const part{tape.low[static_cast<std::size_t>(projection)].data(), rank}, part_slopes{low_.data(), rank};
    auto const* seen = thin(layer, projection, rows, w.columns, in);
    multiply(workers_, {rank, w.columns, rows}, part_slopes.transposed(), View{seen, w.columns}, a.gradient.data(),
             w.columns, true);
    multiply(workers_, {rank, w.rows, rows}, part.transposed(), View{slopes, w.rows}, room(transposed_, rank * w.rows),
             w.rows);
    for (int64_t row = 0; row < w.rows; ++row) {
        for (int64_t i = 0; i < rank; ++i) {
            b.gradient[static_cast<std::size_t>(row * rank + i)] +=
                transposed_[static_cast<std::size_t>(i * w.rows + row)];
        }
    }
    if (in_slopes && dropping_) {
        multiply(workers_, {rows, w.columns, rank}, part_slopes, down, room(thinned_, rows * w.columns), w.columns);
        thin(layer, projection, rows, w.columns, thinned_.data());
        train::add(workers_, rows * w.columns, thinned_.data(), in_slopes);
    } else if (in_slopes) {
        multiply(workers_, {rows, w.columns, rank}, part_slopes, down, in_slopes, w.columns, true);
    }
}

// x becomes x + W_o attention(norm(x)); the layer's input stays on the tape.
void CpuBlocks::attend(int64_t layer, Batch const& batch, Tape& tape) {
    auto const& s = weights_.shape;
    int64_t const rows = batch.rows(), q_width = s.heads * s.head, kv_width = s.kv_heads * s.head;
    rms_norm(workers_, rows, tape.x.data(), weights_.layers[static_cast<std::size_t>(layer)].attention_norm, s.norm_eps,
             room(normed_, rows * s.width));
    linear(layer, Projection::q, rows, normed_.data(), room(tape.q, rows * q_width), false, tape);
    linear(layer, Projection::k, rows, normed_.data(), room(tape.k, rows * kv_width), false, tape);
    linear(layer, Projection::v, rows, normed_.data(), room(tape.v, rows * kv_width), false, tape);
    rotation_.apply(workers_, batch.positions, s.heads, tape.q.data(), false);
    rotation_.apply(workers_, batch.positions, s.kv_heads, tape.k.data(), false);
    causal_attention(workers_, attention_shape(), batch.groups, tape.q.data(), tape.k.data(), tape.v.data(),
                     room(tape.attended, rows * q_width), room(tape.log_sums, rows * s.heads));
    tape.middle = tape.x;
    linear(layer, Projection::o, rows, tape.attended.data(), tape.middle.data(), true, tape);
}

// x = middle + W_down (silu(W_gate norm(middle)) * W_up norm(middle)); Without x only what the tape holds.
void CpuBlocks::feed_forward(int64_t layer, int64_t rows, Tape& tape, Numbers* x) {
    auto const& s = weights_.shape;
    int64_t const wide = rows * s.feed_forward;
    rms_norm(workers_, rows, tape.middle.data(), weights_.layers[static_cast<std::size_t>(layer)].ffn_norm, s.norm_eps,
             room(normed_, rows * s.width));
    linear(layer, Projection::gate, rows, normed_.data(), room(tape.gate, wide), false, tape);
    linear(layer, Projection::up, rows, normed_.data(), room(tape.up, wide), false, tape);
    swiglu(workers_, wide, tape.gate.data(), tape.up.data(), room(mixed_, wide));
    if (x) {
        *x = tape.middle;
    }
    linear(layer, Projection::down, rows, mixed_.data(), x ? x->data() : nullptr, true, tape);
}

// x is the gradient by the layer's output; it becomes that by `middle`.
void CpuBlocks::feed_forward_backward(int64_t layer, int64_t rows, Tape& tape, Numbers& x) {
    auto const& s = weights_.shape;
    auto const& norm = weights_.layers[static_cast<std::size_t>(layer)].ffn_norm;
    int64_t const wide = rows * s.feed_forward;
    swiglu(workers_, wide, tape.gate.data(), tape.up.data(), room(mixed_, wide));
    linear_backward(layer, Projection::down, rows, mixed_.data(), x.data(), room(d_mixed_, wide), false, tape);
    swiglu_backward(workers_, wide, tape.gate.data(), tape.up.data(), d_mixed_.data(), tape.gate.data(),
                    tape.up.data());
    rms_norm(workers_, rows, tape.middle.data(), norm, s.norm_eps, room(normed_, rows * s.width));
    room(d_normed_, rows * s.width);
    linear_backward(layer, Projection::gate, rows, normed_.data(), tape.gate.data(), d_normed_.data(), false, tape);
    linear_backward(layer, Projection::up, rows, normed_.data(), tape.up.data(), d_normed_.data(), true, tape);
    rms_norm_backward(workers_, rows, tape.middle.data(), norm, s.norm_eps, d_normed_.data(), x.data());
}

// x is the gradient by `middle`; it becomes that by the layer's input, which nobody needs of the first layer.
void CpuBlocks::attend_backward(int64_t layer, Batch const& batch, Tape& tape, Numbers& x) {
    auto const& s = weights_.shape;
    auto const& norm = weights_.layers[static_cast<std::size_t>(layer)].attention_norm;
    int64_t const rows = batch.rows(), q_width = s.heads * s.head, kv_width = s.kv_heads * s.head;
    linear_backward(layer, Projection::o, rows, tape.attended.data(), x.data(), room(d_attended_, rows * q_width),
                    false, tape);
    causal_attention_backward(workers_, attention_shape(), batch.groups, tape.q.data(), tape.k.data(), tape.v.data(),
                              tape.attended.data(), tape.log_sums.data(), d_attended_.data(),
                              room(d_q_, rows * q_width), room(d_k_, rows * kv_width), room(d_v_, rows * kv_width));
    rotation_.apply(workers_, batch.positions, s.heads, d_q_.data(), true);
    rotation_.apply(workers_, batch.positions, s.kv_heads, d_k_.data(), true);
    rms_norm(workers_, rows, tape.x.data(), norm, s.norm_eps, room(normed_, rows * s.width));
    float* slopes = layer == 0 ? nullptr : room(d_normed_, rows * s.width);
    linear_backward(layer, Projection::q, rows, normed_.data(), d_q_.data(), slopes, false, tape);
    linear_backward(layer, Projection::k, rows, normed_.data(), d_k_.data(), slopes, true, tape);
    linear_backward(layer, Projection::v, rows, normed_.data(), d_v_.data(), slopes, true, tape);
    if (slopes) {
        rms_norm_backward(workers_, rows, tape.x.data(), norm, s.norm_eps, slopes, x.data());
    }
}

void CpuBlocks::forward(Batch const& batch, Numbers& x, Pass const& pass) {
    pass_ = pass;
    int64_t const layers = weights_.shape.layers;
    dropping_ = pass_.keep && lora_.options().dropout > 0;                     // and on the way back of it
    auto const needed = pass_.keep ? static_cast<std::size_t>(layers + 1) : 1; // the last one is for what is not kept
    tapes_.resize(std::max(tapes_.size(), needed));
    for (int64_t layer = 0; layer < layers; ++layer) {
        bool const whole = pass_.keep && !checkpointing_;
        auto& tape = whole ? tapes_[static_cast<std::size_t>(layer)] : tapes_.back();
        std::swap(tape.x, x);
        attend(layer, batch, tape);
        feed_forward(layer, batch.rows(), tape, &x);
        if (pass_.keep && checkpointing_) {
            std::swap(tapes_[static_cast<std::size_t>(layer)].x, tape.x);
        }
    }
}

void CpuBlocks::backward(Batch const& batch, Numbers& x) {
    for (int64_t layer = weights_.shape.layers; layer-- > 0;) {
        auto* tape = &tapes_[static_cast<std::size_t>(layer)];
        if (checkpointing_) {
            std::swap(tapes_.back().x, tape->x);
            tape = &tapes_.back();
            attend(layer, batch, *tape);
            feed_forward(layer, batch.rows(), *tape, nullptr);
        }
        feed_forward_backward(layer, batch.rows(), *tape, x);
        attend_backward(layer, batch, *tape, x);
    }
}

} // namespace

std::unique_ptr<Blocks> make_cpu_blocks(LlamaWeights const& weights, Lora& lora, Workers& workers,
                                        NetworkOptions const& options) {
    return std::make_unique<CpuBlocks>(weights, lora, workers, options);
}

} // namespace echollama::train
