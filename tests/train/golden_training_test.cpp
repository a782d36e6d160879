// DPO with LoRA against the original Python implementation (shared/golden/training/README.md), in float32.
#include "golden_training.h"

#include <map>

namespace echollama::test {
namespace {

using namespace train;
using Line = std::map<std::string, std::string>;

double number(Line const& line, std::string const& key) {
    return std::stod(line.at(key));
}

// The network with one of the starting adapters.
struct Tiny {
    TempDir folder;
    LlamaWeights weights;
    Lora lora;
    Workers workers;
    Network network;

    explicit Tiny(std::string const& start, int threads = 1, bool checkpointing = false)
        : weights((write_tiny_llama(folder.path()), load_llama(folder.path()))), lora(golden_lora(start), weights, 0),
          workers(threads), network(weights, lora, workers, {.positions = 128, .checkpointing = checkpointing}) {
        set_start(lora, start);
    }
};

std::vector<Row const*> pointers(std::vector<Row> const& rows) {
    std::vector<Row const*> all;
    for (auto const& row : rows) {
        all.push_back(&row);
    }
    return all;
}

TEST(GoldenTraining, LogProbabilitiesLossAndRewardsOfEveryPair) {
    SKIP_WITHOUT(golden("training/step0.tsv"));
    auto const pairs = golden_pairs();
    for (std::string start : {"zero", "warm"}) {
        Tiny tiny(start + "-all");
        auto const batch = batch_of(pointers(pairs));
        auto const policy = tiny.network.score(batch), reference = tiny.network.score_without_adapter(batch);
        for (auto const& line : read_table(golden("training/step0.tsv"))) {
            if (line.at("start") != start) {
                continue;
            }
            auto const i = 2 * std::stoul(line.at("pair"));
            SCOPED_TRACE(start + " " + line.at("pair"));
            EXPECT_EQ(policy[i].tokens, std::stoll(line.at("chosen_len")));
            EXPECT_NEAR(policy[i].log_prob, number(line, "logp_chosen"), 1e-3);
            EXPECT_NEAR(policy[i + 1].log_prob, number(line, "logp_rejected"), 1e-3);
            EXPECT_NEAR(reference[i].log_prob, number(line, "ref_logp_chosen"), 1e-3);
            EXPECT_NEAR(reference[i + 1].log_prob, number(line, "ref_logp_rejected"), 1e-3);
            PreferenceOptions options;
            AnswerScore const chosen{policy[i].log_prob, reference[i].log_prob, policy[i].tokens};
            AnswerScore const rejected{policy[i + 1].log_prob, reference[i + 1].log_prob, policy[i + 1].tokens};
            auto const loss = preference_loss(options, chosen, rejected);
            EXPECT_NEAR(loss.chosen_reward, number(line, "reward_chosen"), 1e-4);
            EXPECT_NEAR(loss.rejected_reward, number(line, "reward_rejected"), 1e-4);
            EXPECT_NEAR(loss.margin(), number(line, "margin"), 1e-4);
            EXPECT_NEAR(loss.loss, number(line, "loss"), 1e-5);
            options.label_smoothing = 0.1;
            EXPECT_NEAR(preference_loss(options, chosen, rejected).loss, number(line, "loss_ls0.1"), 1e-5);
        }
    }
}

TEST(GoldenTraining, MeanLogits) {
    SKIP_WITHOUT(golden("training/step0-batch.tsv"));
    auto const pairs = golden_pairs();
    Tiny tiny("warm-all");
    auto const sums = tiny.network.score(batch_of(pointers(pairs)));
    double logits[2] = {}, tokens[2] = {};
    for (std::size_t i = 0; i < sums.size(); ++i) {
        logits[i % 2] += sums[i].mean_logit * static_cast<double>(sums[i].tokens);
        tokens[i % 2] += static_cast<double>(sums[i].tokens);
    }
    for (auto const& line : read_table(golden("training/step0-batch.tsv"))) {
        if (line.at("start") == "warm" && line.at("quantity") == "logits/chosen") {
            EXPECT_NEAR(logits[0] / tokens[0], number(line, "value"), 1e-6);
        } else if (line.at("start") == "warm" && line.at("quantity") == "logits/rejected") {
            EXPECT_NEAR(logits[1] / tokens[1], number(line, "value"), 1e-6);
        }
    }
}

// Every gradient of the mean loss over the eight pairs; `file` leaves out those that are exactly zero.
void check_gradients(Tiny& tiny, std::string const& file, double smoothing) {
    auto const pairs = golden_pairs();
    auto const batch = batch_of(pointers(pairs));
    auto const reference = tiny.network.score_without_adapter(batch), policy = tiny.network.forward(batch);
    std::vector<double> slopes;
    for (std::size_t i = 0; i < policy.size(); i += 2) {
        auto const loss = preference_loss({.label_smoothing = smoothing},
                                          {policy[i].log_prob, reference[i].log_prob, policy[i].tokens},
                                          {policy[i + 1].log_prob, reference[i + 1].log_prob, policy[i + 1].tokens});
        slopes.push_back(loss.chosen_slope / 8);
        slopes.push_back(loss.rejected_slope / 8);
    }
    tiny.lora.clear_gradients();
    tiny.network.backward(batch, slopes);
    convert::Safetensors const expected(golden("training/" + file));
    std::size_t compared = 0;
    for (auto const& parameter : tiny.lora.parameters()) {
        SCOPED_TRACE(file + " " + parameter.name);
        if (expected.has(parameter.name)) {
            EXPECT_LT(relative_l2(parameter.gradient, expected.floats(parameter.name)), 5e-5);
            ++compared;
        } else {
            for (float g : parameter.gradient) {
                ASSERT_EQ(g, 0);
            }
        }
    }
    EXPECT_EQ(compared, expected.tensors().size());
}

TEST(GoldenTraining, EveryGradient) {
    SKIP_WITHOUT(golden("training/grads-qv.safetensors"));
    struct Case {
        char const *start, *file;
        double smoothing;
    };
    for (auto const& [start, file, smoothing] : {Case{"zero-qv", "grads-qv.safetensors", 0},
                                                 {"zero-all", "grads-all.safetensors", 0},
                                                 {"warm-all", "grads-warm.safetensors", 0},
                                                 {"warm-all", "grads-warm-ls0.1.safetensors", 0.1}}) {
        for (bool checkpointing : {false, true}) {
            Tiny tiny(start, checkpointing ? 2 : 1, checkpointing);
            check_gradients(tiny, file, smoothing);
        }
    }
}

// "warm-cosine-wd0.01-ls0.1" → what it stands for.
struct NamedRun {
    std::string start;
    TrainConfig config;

    explicit NamedRun(std::string const& name) {
        auto const head = name.substr(0, name.find('-'));
        start = head == "qv" ? "zero-qv" : head == "all" ? "zero-all" : "warm-all";
        config.rate = head == "qv" ? 5e-3 : 5e-4;
        config.schedule.kind = name.find("linear") != std::string::npos ? ScheduleKind::linear : ScheduleKind::cosine;
        config.schedule.warm_up = 2;
        config.optimiser.weight_decay = std::stod(name.substr(name.find("wd") + 2));
        config.loss.label_smoothing = name.ends_with("ls0.1") ? 0.1 : 0;
        config.lora = golden_lora(start);
        config.data.shuffles = false;
        config.run.micro_batch = 4;
        config.run.accumulation = 2;
        config.run.steps = 10;
    }
};

void compare_step(Line const& line, StepReport const& report) {
    SCOPED_TRACE("step " + line.at("step"));
    EXPECT_DOUBLE_EQ(report.rate, number(line, "lr"));
    EXPECT_NEAR(report.loss, number(line, "loss"), 1e-5);
    EXPECT_NEAR(report.gradient_norm / number(line, "grad_norm"), 1, 1e-4);
    EXPECT_NEAR(report.chosen_reward, number(line, "rewards_chosen"), 1e-4);
    EXPECT_NEAR(report.rejected_reward, number(line, "rewards_rejected"), 1e-4);
    EXPECT_NEAR(report.margin, number(line, "rewards_margins"), 1e-4);
    EXPECT_NEAR(report.chosen_log_prob, number(line, "logps_chosen"), 2e-4);
    EXPECT_NEAR(report.rejected_log_prob, number(line, "logps_rejected"), 2e-4);
    if (std::stoi(line.at("step")) > 1) { // before, all rewards are 0 or float32 noise
        EXPECT_EQ(report.accuracy, number(line, "rewards_accuracies"));
    }
}

void check_run(std::string const& name, std::vector<Line> const& lines) {
    NamedRun const named(name);
    Tiny tiny(named.start);
    TrainingData data{golden_pairs(), {}};
    for (auto const& row : data.rows) {
        Row const* one = &row;
        auto const sums = tiny.network.score_without_adapter(batch_of({&one, 1}));
        data.reference.push_back({sums[0].log_prob, sums[1].log_prob});
    }
    Trainer trainer(named.config, Task::preferences, tiny.lora, tiny.network, data);
    for (auto const& line : lines) {
        if (line.at("run") == name && line.at("step") != "end") {
            compare_step(line, trainer.step({}));
        }
    }
    ASSERT_TRUE(trainer.finished());
    convert::Safetensors const final(golden("training/final-" + name + ".safetensors"));
    double error = 0, norm = 0;
    for (auto const& parameter : tiny.lora.parameters()) {
        auto const expected = final.floats(parameter.name);
        auto const part = relative_l2(parameter.values, expected);
        EXPECT_LT(part, 5e-4) << parameter.name;
        double size = 0;
        for (float value : expected) {
            size += static_cast<double>(value) * static_cast<double>(value);
        }
        error += part * part * size;
        norm += size;
    }
    EXPECT_LT(std::sqrt(error / norm), 1e-4); // of all weights as one vector
}

TEST(GoldenTraining, NineRunsOfTenSteps) {
    SKIP_WITHOUT(golden("training/runs.tsv"));
    auto const lines = read_table(golden("training/runs.tsv"));
    std::map<std::string, int> runs;
    for (auto const& line : lines) {
        ++runs[line.at("run")];
    }
    ASSERT_EQ(runs.size(), 9U);
    for (auto const& [name, count] : runs) {
        SCOPED_TRACE(name);
        check_run(name, lines);
    }
}

} // namespace
} // namespace echollama::test
