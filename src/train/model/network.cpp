#include "train/model/network.h"

#include "base/counter_rng.h"

#include <algorithm>
#include <cstring>

namespace echollama::train {
namespace {

using std::int64_t;
using Numbers = std::vector<float>;

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

} // namespace

void add_answers(Batch& batch, std::span<std::int32_t const> prompt,
                 std::span<std::span<std::int32_t const> const> answers) {
    auto append = [&](std::span<std::int32_t const> ids, std::size_t position) {
        for (auto id : ids) {
            batch.ids.push_back(id);
            batch.positions.push_back(static_cast<std::int32_t>(position++));
        }
    };
    int64_t const first = batch.rows(), length = static_cast<int64_t>(prompt.size());
    append(prompt, 0);
    PieceGroup group{{first, length, 0, 0}};
    for (auto const& answer : answers) {
        int64_t const begin = batch.rows(), rows = static_cast<int64_t>(answer.size()) - 1;
        append(answer.first(answer.size() - 1), prompt.size());
        if (rows > 0) {
            group.push_back({begin, rows, first, length});
        }
        for (int64_t i = 0; i <= rows; ++i) { // the first token is predicted by the end of the prompt
            int64_t const row = i == 0 ? first + length - 1 : begin + i - 1;
            batch.targets.push_back({row, answer[static_cast<std::size_t>(i)], batch.answers});
        }
        ++batch.answers;
    }
    batch.groups.push_back(std::move(group));
}

struct Network::State {
    LlamaWeights const& weights;
    Lora& lora;
    Workers& workers;
    NetworkOptions options;
    Rotation rotation;
    bool adapted = true;   // the adapter is on
    bool dropping = false; // and some of its inputs are left out
    std::uint64_t stream = 0;
    std::vector<Tape> tapes;
    Numbers x;             // the residual stream, on the way back its gradient
    Numbers normed, mixed; // of one layer, made again on the way back
    Numbers d_normed, d_mixed, d_q, d_k, d_v, d_attended, low, transposed;
    Numbers thinned;                // what dropout leaves of an input, on the way back of its slopes
    Numbers outputs, output_slopes; // rows that predict, before the last norm; slopes of their log-probabilities

    State(LlamaWeights const& w, Lora& l, Workers& threads, NetworkOptions const& o)
        : weights(w), lora(l), workers(threads), options(o),
          rotation(w.shape.head, w.shape.rope_theta, w.rope_divisors,
                   w.shape.scaling.kind == convert::LlamaRopeScaling::Kind::linear ? w.shape.scaling.factor : 1,
                   o.positions) {}

    int64_t width() const { return weights.shape.width; }
    AttentionShape attention_shape() const { return {weights.shape.heads, weights.shape.kv_heads, weights.shape.head}; }

    float const* thin(int64_t layer, Projection projection, int64_t rows, int64_t columns, float const* in);
    void embed(Batch const& batch);
    void linear(int64_t layer, Projection projection, int64_t rows, float const* in, float* out, bool add, Tape& tape);
    void linear_backward(int64_t layer, Projection projection, int64_t rows, float const* in, float const* slopes,
                         float* in_slopes, bool add, Tape& tape);
    void attend(int64_t layer, Batch const& batch, Tape& tape);
    void feed_forward(int64_t layer, int64_t rows, Tape& tape, bool again);
    void feed_forward_backward(int64_t layer, int64_t rows, Tape& tape);
    void attend_backward(int64_t layer, Batch const& batch, Tape& tape);
    std::vector<AnswerSum> score_targets(Batch const& batch, bool wants_slopes);
    void output_backward(Batch const& batch, std::span<double const> slopes);
    std::vector<AnswerSum> run(Batch const& batch, bool keep);
};

void Network::State::embed(Batch const& batch) {
    float* to = room(x, batch.rows() * width());
    workers.each(batch.rows(), [&](int64_t row) {
        read_block(weights.embedding, batch.ids[static_cast<std::size_t>(row)], 1, 0, width(), to + row * width(), 0);
    });
}

// What A sees of its input, and what the input sees of A's slopes: all of it, or what dropout leaves.
float const* Network::State::thin(int64_t layer, Projection projection, int64_t rows, int64_t columns,
                                  float const* in) {
    if (!dropping) {
        return in;
    }
    auto const place = static_cast<std::uint64_t>(layer) * projection_count + static_cast<std::uint64_t>(projection);
    drop_out(workers, rows, columns, static_cast<float>(lora.options().dropout), splitmix64(stream, place), in,
             room(thinned, rows * columns));
    return thinned.data();
}

// out = W in (+ what is there) + factor B (A in). Without `out` only factor A in, which the way back needs.
void Network::State::linear(int64_t layer, Projection projection, int64_t rows, float const* in, float* out, bool add,
                            Tape& tape) {
    auto const& w = weights.layers[static_cast<std::size_t>(layer)].of(projection);
    if (out) {
        multiply(workers, {rows, w.rows, w.columns}, {in, w.columns}, {w, true}, out, w.rows, add);
    }
    if (!adapted || !lora.adapts(projection)) {
        return;
    }
    int64_t const rank = lora.options().rank;
    auto& part = tape.low[static_cast<std::size_t>(projection)];
    room(part, rows * rank);
    View const a{lora.a(layer, projection).values.data(), w.columns}, b{lora.b(layer, projection).values.data(), rank};
    auto const* seen = thin(layer, projection, rows, w.columns, in);
    multiply(workers, {rows, rank, w.columns}, {seen, w.columns}, a.transposed(), part.data(), rank);
    scale(part, lora.factor());
    if (out) {
        multiply(workers, {rows, w.rows, rank}, {part.data(), rank}, b.transposed(), out, w.rows, true);
    }
}

// Slopes of A, B and, where wanted, of `in` (added to what is there or not), from those of the output.
void Network::State::linear_backward(int64_t layer, Projection projection, int64_t rows, float const* in,
                                     float const* slopes, float* in_slopes, bool add, Tape& tape) {
    auto const& w = weights.layers[static_cast<std::size_t>(layer)].of(projection);
    if (in_slopes) {
        multiply(workers, {rows, w.columns, w.rows}, {slopes, w.rows}, {w, false}, in_slopes, w.columns, add);
    }
    if (!lora.adapts(projection)) {
        return;
    }
    int64_t const rank = lora.options().rank;
    auto &a = lora.a(layer, projection), &b = lora.b(layer, projection);
    View const down{a.values.data(), w.columns}, up{b.values.data(), rank};
    multiply(workers, {rows, rank, w.rows}, {slopes, w.rows}, up, room(low, rows * rank), rank);
    scale(low, lora.factor());
    View const part{tape.low[static_cast<std::size_t>(projection)].data(), rank}, part_slopes{low.data(), rank};
    auto const* seen = thin(layer, projection, rows, w.columns, in);
    multiply(workers, {rank, w.columns, rows}, part_slopes.transposed(), View{seen, w.columns}, a.gradient.data(),
             w.columns, true);
    multiply(workers, {rank, w.rows, rows}, part.transposed(), View{slopes, w.rows}, room(transposed, rank * w.rows),
             w.rows);
    for (int64_t row = 0; row < w.rows; ++row) {
        for (int64_t i = 0; i < rank; ++i) {
            b.gradient[static_cast<std::size_t>(row * rank + i)] +=
                transposed[static_cast<std::size_t>(i * w.rows + row)];
        }
    }
    if (in_slopes && dropping) {
        multiply(workers, {rows, w.columns, rank}, part_slopes, down, room(thinned, rows * w.columns), w.columns);
        thin(layer, projection, rows, w.columns, thinned.data());
        train::add(workers, rows * w.columns, thinned.data(), in_slopes);
    } else if (in_slopes) {
        multiply(workers, {rows, w.columns, rank}, part_slopes, down, in_slopes, w.columns, true);
    }
}

// x becomes x + W_o attention(norm(x)); the layer's input stays on the tape.
void Network::State::attend(int64_t layer, Batch const& batch, Tape& tape) {
    auto const& s = weights.shape;
    int64_t const rows = batch.rows(), q_width = s.heads * s.head, kv_width = s.kv_heads * s.head;
    rms_norm(workers, rows, tape.x.data(), weights.layers[static_cast<std::size_t>(layer)].attention_norm, s.norm_eps,
             room(normed, rows * s.width));
    linear(layer, Projection::q, rows, normed.data(), room(tape.q, rows * q_width), false, tape);
    linear(layer, Projection::k, rows, normed.data(), room(tape.k, rows * kv_width), false, tape);
    linear(layer, Projection::v, rows, normed.data(), room(tape.v, rows * kv_width), false, tape);
    rotation.apply(workers, batch.positions, s.heads, tape.q.data(), false);
    rotation.apply(workers, batch.positions, s.kv_heads, tape.k.data(), false);
    causal_attention(workers, attention_shape(), batch.groups, tape.q.data(), tape.k.data(), tape.v.data(),
                     room(tape.attended, rows * q_width), room(tape.log_sums, rows * s.heads));
    tape.middle = tape.x;
    linear(layer, Projection::o, rows, tape.attended.data(), tape.middle.data(), true, tape);
}

// x = middle + W_down (silu(W_gate norm(middle)) * W_up norm(middle)); `again`: for the tape only, x stays.
void Network::State::feed_forward(int64_t layer, int64_t rows, Tape& tape, bool again) {
    auto const& s = weights.shape;
    int64_t const wide = rows * s.feed_forward;
    rms_norm(workers, rows, tape.middle.data(), weights.layers[static_cast<std::size_t>(layer)].ffn_norm, s.norm_eps,
             room(normed, rows * s.width));
    linear(layer, Projection::gate, rows, normed.data(), room(tape.gate, wide), false, tape);
    linear(layer, Projection::up, rows, normed.data(), room(tape.up, wide), false, tape);
    swiglu(workers, wide, tape.gate.data(), tape.up.data(), room(mixed, wide));
    if (!again) {
        x = tape.middle;
    }
    linear(layer, Projection::down, rows, mixed.data(), again ? nullptr : x.data(), true, tape);
}

// x is the gradient by the layer's output; it becomes that by `middle`.
void Network::State::feed_forward_backward(int64_t layer, int64_t rows, Tape& tape) {
    auto const& s = weights.shape;
    auto const& norm = weights.layers[static_cast<std::size_t>(layer)].ffn_norm;
    int64_t const wide = rows * s.feed_forward;
    swiglu(workers, wide, tape.gate.data(), tape.up.data(), room(mixed, wide));
    linear_backward(layer, Projection::down, rows, mixed.data(), x.data(), room(d_mixed, wide), false, tape);
    swiglu_backward(workers, wide, tape.gate.data(), tape.up.data(), d_mixed.data(), tape.gate.data(), tape.up.data());
    rms_norm(workers, rows, tape.middle.data(), norm, s.norm_eps, room(normed, rows * s.width));
    room(d_normed, rows * s.width);
    linear_backward(layer, Projection::gate, rows, normed.data(), tape.gate.data(), d_normed.data(), false, tape);
    linear_backward(layer, Projection::up, rows, normed.data(), tape.up.data(), d_normed.data(), true, tape);
    rms_norm_backward(workers, rows, tape.middle.data(), norm, s.norm_eps, d_normed.data(), x.data());
}

// x is the gradient by `middle`; it becomes that by the layer's input, which nobody needs of the first layer.
void Network::State::attend_backward(int64_t layer, Batch const& batch, Tape& tape) {
    auto const& s = weights.shape;
    auto const& norm = weights.layers[static_cast<std::size_t>(layer)].attention_norm;
    int64_t const rows = batch.rows(), q_width = s.heads * s.head, kv_width = s.kv_heads * s.head;
    linear_backward(layer, Projection::o, rows, tape.attended.data(), x.data(), room(d_attended, rows * q_width), false,
                    tape);
    causal_attention_backward(workers, attention_shape(), batch.groups, tape.q.data(), tape.k.data(), tape.v.data(),
                              tape.attended.data(), tape.log_sums.data(), d_attended.data(), room(d_q, rows * q_width),
                              room(d_k, rows * kv_width), room(d_v, rows * kv_width));
    rotation.apply(workers, batch.positions, s.heads, d_q.data(), true);
    rotation.apply(workers, batch.positions, s.kv_heads, d_k.data(), true);
    rms_norm(workers, rows, tape.x.data(), norm, s.norm_eps, room(normed, rows * s.width));
    float* slopes = layer == 0 ? nullptr : room(d_normed, rows * s.width);
    linear_backward(layer, Projection::q, rows, normed.data(), d_q.data(), slopes, false, tape);
    linear_backward(layer, Projection::k, rows, normed.data(), d_k.data(), slopes, true, tape);
    linear_backward(layer, Projection::v, rows, normed.data(), d_v.data(), slopes, true, tape);
    if (slopes) {
        rms_norm_backward(workers, rows, tape.x.data(), norm, s.norm_eps, slopes, x.data());
    }
}

std::vector<AnswerSum> Network::State::score_targets(Batch const& batch, bool wants_slopes) {
    auto const count = static_cast<int64_t>(batch.targets.size());
    room(outputs, count * width());
    std::vector<std::int32_t> tokens;
    for (auto const& target : batch.targets) {
        std::memcpy(outputs.data() + static_cast<int64_t>(tokens.size()) * width(), x.data() + target.row * width(),
                    static_cast<std::size_t>(width()) * sizeof(float));
        tokens.push_back(target.token);
    }
    rms_norm(workers, count, outputs.data(), weights.norm, weights.shape.norm_eps, room(normed, count * width()));
    std::vector<TokenScores> scores(tokens.size());
    score_tokens(workers, normed.data(), tokens, weights.output_matrix(), scores.data(),
                 wants_slopes ? room(output_slopes, count * width()) : nullptr);
    std::vector<AnswerSum> sums(static_cast<std::size_t>(batch.answers));
    for (std::size_t i = 0; i < scores.size(); ++i) {
        auto& sum = sums[static_cast<std::size_t>(batch.targets[i].answer)];
        sum.log_prob += static_cast<double>(scores[i].log_prob);
        sum.mean_logit += static_cast<double>(scores[i].mean_logit);
        ++sum.tokens;
    }
    for (auto& sum : sums) {
        sum.mean_logit /= static_cast<double>(std::max<int64_t>(sum.tokens, 1));
    }
    return sums;
}

// x becomes the gradient by the last layer's output.
void Network::State::output_backward(Batch const& batch, std::span<double const> slopes) {
    auto const count = static_cast<int64_t>(batch.targets.size());
    workers.each(count, [&](int64_t i) {
        auto const answer = static_cast<std::size_t>(batch.targets[static_cast<std::size_t>(i)].answer);
        scale({output_slopes.data() + i * width(), static_cast<std::size_t>(width())},
              static_cast<float>(slopes[answer]));
    });
    d_normed.assign(static_cast<std::size_t>(count * width()), 0.0F);
    rms_norm_backward(workers, count, outputs.data(), weights.norm, weights.shape.norm_eps, output_slopes.data(),
                      d_normed.data());
    x.assign(static_cast<std::size_t>(batch.rows() * width()), 0.0F);
    for (int64_t i = 0; i < count; ++i) { // a row may predict the first tokens of two answers
        float* to = x.data() + batch.targets[static_cast<std::size_t>(i)].row * width();
        for (int64_t j = 0; j < width(); ++j) {
            to[j] += d_normed[static_cast<std::size_t>(i * width() + j)];
        }
    }
}

std::vector<AnswerSum> Network::State::run(Batch const& batch, bool keep) {
    int64_t const layers = weights.shape.layers;
    dropping = keep && lora.options().dropout > 0;                       // and on the way back of it
    auto const wanted = keep ? static_cast<std::size_t>(layers + 1) : 1; // the last one is for what is not kept
    tapes.resize(std::max(tapes.size(), wanted));
    embed(batch);
    for (int64_t layer = 0; layer < layers; ++layer) {
        bool const whole = keep && !options.checkpointing;
        auto& tape = whole ? tapes[static_cast<std::size_t>(layer)] : tapes.back();
        std::swap(tape.x, x);
        attend(layer, batch, tape);
        feed_forward(layer, batch.rows(), tape, false);
        if (keep && options.checkpointing) {
            std::swap(tapes[static_cast<std::size_t>(layer)].x, tape.x);
        }
    }
    return score_targets(batch, keep);
}

Network::Network(LlamaWeights const& weights, Lora& lora, Workers& workers, NetworkOptions const& options)
    : state_(std::make_unique<State>(weights, lora, workers, options)) {}

Network::~Network() = default;

std::vector<AnswerSum> Network::score_without_adapter(Batch const& batch) {
    state_->adapted = false;
    auto sums = state_->run(batch, false);
    state_->adapted = true;
    return sums;
}

std::vector<AnswerSum> Network::score(Batch const& batch) {
    return state_->run(batch, false);
}

std::vector<AnswerSum> Network::forward(Batch const& batch, std::uint64_t stream) {
    state_->stream = stream;
    return state_->run(batch, true);
}

void Network::backward(Batch const& batch, std::span<double const> slopes) {
    auto& s = *state_;
    s.output_backward(batch, slopes);
    for (int64_t layer = s.weights.shape.layers; layer-- > 0;) {
        auto* tape = &s.tapes[static_cast<std::size_t>(layer)];
        if (s.options.checkpointing) {
            std::swap(s.tapes.back().x, tape->x);
            tape = &s.tapes.back();
            s.attend(layer, batch, *tape);
            s.feed_forward(layer, batch.rows(), *tape, true);
        }
        s.feed_forward_backward(layer, batch.rows(), *tape);
        s.attend_backward(layer, batch, *tape);
    }
}

} // namespace echollama::train
