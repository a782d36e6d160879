#include "train/model/network.h"

#include "base/error.h"
#include "train/kernels/layers.h"
#include "train/model/blocks.h"

#include <algorithm>
#include <cstring>

namespace echollama::train {

using std::int64_t;

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
    Workers& workers;
    std::unique_ptr<Blocks> blocks;
    Numbers x; // the residual stream, on the way back its gradient
    Numbers normed, d_normed;
    Numbers outputs, output_slopes; // rows that predict, before the last norm; slopes of their log-probabilities

    int64_t width() const { return weights.shape.width; }

    void embed(Batch const& batch);
    std::vector<AnswerSum> score_targets(Batch const& batch, bool wants_slopes);
    void output_backward(Batch const& batch, std::span<double const> slopes);
    std::vector<AnswerSum> run(Batch const& batch, Pass const& pass) {
        embed(batch);
        blocks->forward(batch, x, pass);
        return score_targets(batch, pass.keep);
    }
};

void Network::State::embed(Batch const& batch) {
    x.resize(static_cast<std::size_t>(batch.rows() * width()));
    float* to = x.data();
    workers.each(batch.rows(), [&](int64_t row) {
        read_block(weights.embedding, batch.ids[static_cast<std::size_t>(row)], 1, 0, width(), to + row * width(), 0);
    });
}

std::vector<AnswerSum> Network::State::score_targets(Batch const& batch, bool wants_slopes) {
    auto const count = static_cast<int64_t>(batch.targets.size());
    outputs.resize(static_cast<std::size_t>(count * width()));
    normed.resize(outputs.size());
    std::vector<std::int32_t> tokens;
    for (auto const& target : batch.targets) {
        std::memcpy(outputs.data() + static_cast<int64_t>(tokens.size()) * width(), x.data() + target.row * width(),
                    static_cast<std::size_t>(width()) * sizeof(float));
        tokens.push_back(target.token);
    }
    rms_norm(workers, count, outputs.data(), weights.norm, weights.shape.norm_eps, normed.data());
    std::vector<TokenScores> scores(tokens.size());
    output_slopes.resize(wants_slopes ? outputs.size() : 0);
    blocks->score(normed.data(), tokens, scores.data(), wants_slopes ? output_slopes.data() : nullptr);
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

namespace {

std::unique_ptr<Blocks> make_blocks(LlamaWeights const& weights, Lora& lora, Workers& workers,
                                    NetworkOptions const& options) {
    if (options.device != nn::cpu_device) {
        return make_device_blocks(weights, lora, workers.threads(), options);
    }
    if (options.precision != Precision::f32) {
        throw Error("This processor trains in float32; leave precision out, or name a device.");
    }
    return make_cpu_blocks(weights, lora, workers, options);
}

} // namespace

Network::Network(LlamaWeights const& weights, Lora& lora, Workers& workers, NetworkOptions const& options)
    : state_(new State{weights, workers, make_blocks(weights, lora, workers, options), {}, {}, {}, {}, {}}) {}

Network::~Network() = default;

std::vector<AnswerSum> Network::score_without_adapter(Batch const& batch) {
    return state_->run(batch, {.adapted = false});
}

std::vector<AnswerSum> Network::score(Batch const& batch) {
    return state_->run(batch, {});
}

std::vector<AnswerSum> Network::forward(Batch const& batch, std::uint64_t stream) {
    return state_->run(batch, {.keep = true, .stream = stream});
}

void Network::backward(Batch const& batch, std::span<double const> slopes) {
    state_->output_backward(batch, slopes);
    state_->blocks->backward(batch, state_->x);
}

} // namespace echollama::train
