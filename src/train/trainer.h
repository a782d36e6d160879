// The steps of a training run, without files and screens.
#pragma once

#include "train/config.h"
#include "train/data.h"
#include "train/model/network.h"
#include "train/ranks.h"
#include "train/reference.h"

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama::train {

// What is told of one step or of one evaluation: means over its pairs, of answers over all of their tokens. Those about
// pairs are 0 where the task has none.
struct Measures {
    double loss = 0;
    double chosen_reward = 0, rejected_reward = 0, margin = 0, accuracy = 0;
    double chosen_log_prob = 0, rejected_log_prob = 0, chosen_logit = 0, rejected_logit = 0;
    std::int64_t tokens = 0; // of the texts, a prompt counted with each of its answers
};

struct StepReport : Measures {
    std::int64_t step = 0; // counted from 0
    double epoch = 0, rate = 0, gradient_norm = 0;
};

struct TrainingData {
    std::vector<Row> rows;
    std::vector<ReferenceScore> reference; // as the rows; empty where the loss does not look at it
};

// Everything that the rest of a run depends on, for going on exactly where it stopped.
struct TrainingState {
    std::int64_t step = 0; // the next one
    std::vector<std::vector<float>> parameters;
    std::vector<Moments> moments;
};

class Trainer {
  public:
    // The adapter, the network and the ranks live as long as the trainer; the network is over this adapter. Without
    // ranks this process is alone.
    Trainer(TrainConfig const& config, Task task, Lora& lora, Network& network, TrainingData data,
            Ranks* ranks = nullptr);

    std::int64_t steps() const { return schedule_.steps; }
    std::size_t rows() const { return data_.rows.size(); }
    std::int64_t next_step() const { return step_; }
    bool finished() const { return step_ >= steps(); }

    // One step of the optimiser: micro-batches, clipping, update. The gradient is that of the mean loss over the step's
    // pairs (of its tokens, where answers are learnt). Throws Error when the loss is not a number, and Cancelled on a
    // stop, which leaves adapter and optimiser as they were; of several processes all stop before the same step.
    StepReport step(std::stop_token stop);

    // The same measures of other data, without learning. Throws Cancelled.
    Measures evaluate(TrainingData const& data, std::stop_token stop);

    TrainingState state() const;
    void restore(TrainingState state);

    // Places of the rows that step `step` learns from, in their order. Each epoch has an order of its own, drawn from
    // the seed; the last step of an epoch may have fewer.
    std::vector<std::size_t> rows_of(std::int64_t step) const;

  private:
    Measures learn(std::vector<std::size_t> const& places, std::stop_token const& stop);
    void measure(std::span<Row const* const> rows, std::span<ReferenceScore const> reference,
                 std::vector<AnswerSum> const& sums, Measures& total, std::vector<double>& slopes) const;
    std::int64_t batch_rows() const { return config_.run.micro_batch * config_.run.accumulation * rank_count(); }
    int rank_count() const { return ranks_ ? ranks_->count() : 1; }
    bool computes_here(std::size_t micro_batch) const;
    void add_over_ranks(Measures& total, bool with_gradients);
    std::int64_t steps_per_epoch() const;

    TrainConfig config_;
    Task task_;
    Lora& lora_;
    Network& network_;
    TrainingData data_;
    Schedule schedule_;
    AdamW optimiser_;
    Ranks* ranks_;
    std::int64_t step_ = 0;
};

} // namespace echollama::train
