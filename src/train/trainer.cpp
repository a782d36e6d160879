#include "train/trainer.h"

#include "base/counter_rng.h"
#include "base/error.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace echollama::train {
namespace {

using std::int64_t;

constexpr std::uint64_t dropout_salt = fnv1a64("dropout");

int64_t text_tokens(Row const& row) {
    auto const answers = row.chosen.size() + row.rejected.size();
    return static_cast<int64_t>(row.prompt.size() * (row.rejected.empty() ? 1 : 2) + answers);
}

// The sums of measure() become means: over pairs, and the loss of answers over their tokens.
void take_means(Measures& total, std::size_t rows) {
    auto const count = static_cast<double>(rows);
    for (double* value :
         {&total.chosen_reward, &total.rejected_reward, &total.margin, &total.accuracy, &total.chosen_log_prob,
          &total.rejected_log_prob, &total.chosen_logit, &total.rejected_logit}) {
        *value /= count;
    }
}

// Fisher and Yates, from numbers that depend on the seed and the epoch alone.
std::vector<std::size_t> order_of(std::size_t count, std::uint64_t seed, int64_t epoch) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), 0);
    auto const stream = splitmix64(seed, static_cast<std::uint64_t>(epoch));
    for (std::size_t i = count; i > 1; --i) {
        std::swap(order[i - 1], order[splitmix64(stream, i) % i]);
    }
    return order;
}

} // namespace

Trainer::Trainer(TrainConfig const& config, Task task, Lora& lora, Network& network, TrainingData data, Ranks* ranks)
    : config_(config), task_(task), lora_(lora), network_(network), data_(std::move(data)), schedule_(config.schedule),
      optimiser_(config.optimiser, lora.parameters()), ranks_(ranks) {
    schedule_.steps = config.run.steps;
    if (schedule_.steps == 0) {
        schedule_.steps =
            static_cast<int64_t>(std::ceil(config.run.epochs * static_cast<double>(steps_per_epoch()) - 1e-9));
    }
}

int64_t Trainer::steps_per_epoch() const {
    return (static_cast<int64_t>(data_.rows.size()) + batch_rows() - 1) / batch_rows();
}

std::vector<std::size_t> Trainer::rows_of(int64_t step) const {
    auto const epoch = step / steps_per_epoch();
    std::vector<std::size_t> order(data_.rows.size());
    std::iota(order.begin(), order.end(), 0);
    if (config_.data.shuffles) {
        order = order_of(data_.rows.size(), config_.run.seed, epoch);
    }
    auto const first = static_cast<std::size_t>(step % steps_per_epoch() * batch_rows());
    auto const end = std::min(order.size(), first + static_cast<std::size_t>(batch_rows()));
    return {order.begin() + static_cast<std::ptrdiff_t>(first), order.begin() + static_cast<std::ptrdiff_t>(end)};
}

// Adds to the sums, and appends the slopes of the summed loss by each answer's log-probability.
void Trainer::measure(std::span<Row const* const> rows, std::span<ReferenceScore const> reference,
                      std::vector<AnswerSum> const& sums, Measures& total, std::vector<double>& slopes) const {
    auto sum = sums.begin();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        total.tokens += text_tokens(*rows[i]);
        auto const& chosen = *sum++;
        total.chosen_log_prob += chosen.log_prob;
        total.chosen_logit += chosen.mean_logit;
        if (task_ == Task::answers) {
            total.loss -= chosen.log_prob;
            slopes.push_back(-1);
            continue;
        }
        auto const& rejected = *sum++;
        ReferenceScore const ours = reference.empty() ? ReferenceScore{} : reference[i];
        auto const pair = preference_loss(config_.loss, {chosen.log_prob, ours.chosen, chosen.tokens},
                                          {rejected.log_prob, ours.rejected, rejected.tokens});
        total.loss += pair.loss;
        total.chosen_reward += pair.chosen_reward;
        total.rejected_reward += pair.rejected_reward;
        total.margin += pair.margin();
        total.accuracy += pair.margin() > 0 ? 1 : 0;
        total.rejected_log_prob += rejected.log_prob;
        total.rejected_logit += rejected.mean_logit;
        slopes.push_back(pair.chosen_slope);
        slopes.push_back(pair.rejected_slope);
    }
}

namespace {

// Rows of one micro-batch, with their references.
struct MicroBatch {
    std::vector<Row const*> rows;
    std::vector<ReferenceScore> reference;

    MicroBatch(TrainingData const& data, std::span<std::size_t const> places) {
        for (auto place : places) {
            rows.push_back(&data.rows[place]);
            if (!data.reference.empty()) {
                reference.push_back(data.reference[place]);
            }
        }
    }
};

// What the loss is a mean over: pairs, or tokens of answers.
double weight_of(TrainingData const& data, std::span<std::size_t const> places, Task task) {
    if (task == Task::preferences) {
        return static_cast<double>(places.size());
    }
    double tokens = 0;
    for (auto place : places) {
        tokens += static_cast<double>(data.rows[place].chosen.size());
    }
    return tokens;
}

void check_stop(std::stop_token const& stop) {
    if (stop.stop_requested()) {
        throw Cancelled();
    }
}

} // namespace

Measures Trainer::learn(std::vector<std::size_t> const& places, std::stop_token const& stop) {
    Measures total;
    auto const weight = weight_of(data_, places, task_);
    auto const at_once = static_cast<std::size_t>(config_.run.micro_batch);
    lora_.clear_gradients();
    bool const alone = rank_count() == 1;
    for (std::size_t from = 0; from < places.size(); from += at_once) {
        if (alone) {
            check_stop(stop);
        }
        if (!computes_here(from / at_once)) {
            continue;
        }
        auto const count = std::min(at_once, places.size() - from);
        MicroBatch const micro(data_, std::span(places).subspan(from, count));
        auto const batch = batch_of(micro.rows);
        // Told by step and place in it, so that a run that goes on, or has more processes, leaves out the same.
        auto const step_stream = splitmix64(config_.run.seed ^ dropout_salt, static_cast<std::uint64_t>(step_));
        auto const sums = network_.forward(batch, splitmix64(step_stream, from / at_once));
        std::vector<double> slopes;
        measure(micro.rows, micro.reference, sums, total, slopes);
        if (!std::isfinite(total.loss)) {
            throw Error("The loss of step " + std::to_string(step_) + " is not a number, with the rows from " +
                        std::to_string(micro.rows.front()->line) + " on; lower learning_rate or look at these rows.");
        }
        for (double& slope : slopes) {
            slope /= weight;
        }
        network_.backward(batch, slopes);
    }
    add_over_ranks(total, true);
    total.loss /= weight;
    take_means(total, places.size());
    return total;
}

// Every rank takes each so-many-th micro-batch of a step or of an evaluation.
bool Trainer::computes_here(std::size_t micro_batch) const {
    return !ranks_ || static_cast<int>(micro_batch % static_cast<std::size_t>(ranks_->count())) == ranks_->rank();
}

void Trainer::add_over_ranks(Measures& total, bool with_gradients) {
    if (rank_count() == 1) {
        return;
    }
    auto tokens = static_cast<double>(total.tokens);
    double* const members[] = {&total.loss,
                               &total.chosen_reward,
                               &total.rejected_reward,
                               &total.margin,
                               &total.accuracy,
                               &total.chosen_log_prob,
                               &total.rejected_log_prob,
                               &total.chosen_logit,
                               &total.rejected_logit,
                               &tokens};
    std::vector<double> numbers;
    for (double const* member : members) {
        numbers.push_back(*member);
    }
    ranks_->sum(numbers);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        *members[i] = numbers[i];
    }
    total.tokens = static_cast<int64_t>(tokens);
    for (auto& parameter : lora_.parameters()) {
        if (with_gradients) {
            ranks_->sum(parameter.gradient);
        }
    }
}

StepReport Trainer::step(std::stop_token stop) {
    if (rank_count() > 1 && ranks_->any(stop.stop_requested())) {
        throw Cancelled();
    }
    auto const places = rows_of(step_);
    StepReport report;
    static_cast<Measures&>(report) = learn(places, stop);
    report.step = step_;
    report.epoch = static_cast<double>(step_ + 1) / static_cast<double>(steps_per_epoch());
    report.rate = config_.rate * schedule_.factor(step_);
    report.gradient_norm = gradient_norm(lora_.parameters());
    if (!std::isfinite(report.gradient_norm)) {
        throw Error("The gradient of step " + std::to_string(step_) + " is not a number; lower learning_rate.");
    }
    if (config_.run.clip > 0) {
        clip_gradients(lora_.parameters(), report.gradient_norm, config_.run.clip);
    }
    optimiser_.step(lora_.parameters(), report.rate);
    ++step_;
    return report;
}

Measures Trainer::evaluate(TrainingData const& data, std::stop_token stop) {
    Measures total;
    std::vector<std::size_t> places(data.rows.size());
    std::iota(places.begin(), places.end(), 0);
    auto const at_once = static_cast<std::size_t>(config_.run.micro_batch);
    if (rank_count() > 1 && ranks_->any(stop.stop_requested())) {
        throw Cancelled();
    }
    for (std::size_t from = 0; from < places.size(); from += at_once) {
        if (rank_count() == 1) {
            check_stop(stop);
        }
        if (!computes_here(from / at_once)) {
            continue;
        }
        auto const count = std::min(at_once, places.size() - from);
        MicroBatch const micro(data, std::span(places).subspan(from, count));
        std::vector<double> unused;
        measure(micro.rows, micro.reference, network_.score(batch_of(micro.rows)), total, unused);
    }
    add_over_ranks(total, false);
    total.loss /= weight_of(data, places, task_);
    take_means(total, places.size());
    return total;
}

TrainingState Trainer::state() const {
    TrainingState state;
    state.step = step_;
    for (auto const& parameter : lora_.parameters()) {
        state.parameters.push_back(parameter.values);
    }
    state.moments = optimiser_.moments();
    return state;
}

void Trainer::restore(TrainingState state) {
    auto& parameters = lora_.parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        parameters[i].values = std::move(state.parameters.at(i));
    }
    optimiser_.restore(state.step, std::move(state.moments));
    step_ = state.step;
}

} // namespace echollama::train
