// LoRA dropout as PEFT defines it, B A dropout(x): what is left out, that it is on while learning alone, and that runs
// with it go on exactly.
#include "base/counter_rng.h"
#include "tiny_run.h"

#include <nlohmann/json.hpp>

#include <numeric>

namespace echollama::test {
namespace {

namespace fs = std::filesystem;
using namespace train;

TEST(Dropout, LeavesOutItsShareAndScalesTheRest) {
    constexpr std::int64_t rows = 200, columns = 500;
    std::vector<float> const ones(rows * columns, 2.0F);
    for (float share : {0.0F, 0.1F, 0.5F, 0.9F}) {
        std::vector<std::vector<float>> results;
        for (int threads : {1, 3}) {
            Workers workers(threads);
            auto& y = results.emplace_back(ones.size());
            drop_out(workers, rows, columns, share, 7, ones.data(), y.data());
        }
        EXPECT_EQ(results[0], results[1]);
        auto in_place = ones;
        Workers workers(2);
        drop_out(workers, rows, columns, share, 7, in_place.data(), in_place.data());
        EXPECT_EQ(in_place, results[0]);
        double left_out = 0, sum = 0;
        for (float value : results[0]) {
            left_out += value == 0 ? 1 : 0;
            sum += static_cast<double>(value);
            EXPECT_TRUE(value == 0 || std::abs(value - 2 / (1 - share)) < 1e-5F) << value;
        }
        auto const count = static_cast<double>(ones.size());
        auto const p = static_cast<double>(share), deviation = std::sqrt(p * (1 - p) / count);
        EXPECT_NEAR(left_out / count, p, 5 * deviation + 1e-12);
        EXPECT_NEAR(sum / count, 2, 2 / (1 - p) * 5 * deviation + 1e-5) << "the expectation is the input";
        drop_out(workers, rows, columns, share, 8, ones.data(), in_place.data());
        EXPECT_EQ(in_place == results[0], share == 0) << "another stream leaves out others";
    }
}

// A network whose adapter has an effect, and two answers.
struct Adapted {
    TempDir folder;
    LlamaWeights weights;
    Lora lora;
    Workers workers{2};
    Network network;
    Batch batch;

    explicit Adapted(double dropout, float size = 0.05F, bool checkpointing = false)
        : weights((write_tiny_model(folder / "model"), load_llama(folder / "model"))),
          lora({.rank = 4, .alpha = 8, .dropout = dropout}, weights, 5),
          network(weights, lora, workers, {.positions = 64, .checkpointing = checkpointing}) {
        for (auto& parameter : lora.parameters()) {
            if (parameter.name.find("lora_B") != std::string::npos) {
                parameter.values = values_from_name("dropout." + parameter.name, parameter.values.size(), size, 0);
            }
        }
        std::vector<std::int32_t> const prompt = {1, 20, 300, 4}, good = {50, 6, 7}, bad = {80, 90};
        std::span<std::int32_t const> const answers[] = {good, bad};
        add_answers(batch, prompt, answers);
    }

    double learnt(std::uint64_t stream) {
        auto const sums = network.forward(batch, stream);
        return sums[0].log_prob - 0.5 * sums[1].log_prob;
    }
    double plain() {
        auto const sums = network.score(batch);
        return sums[0].log_prob - 0.5 * sums[1].log_prob;
    }
};

TEST(Dropout, IsOnWhileLearningAlone) {
    Adapted with(0.3), without(0);
    double const plain = without.plain();
    EXPECT_EQ(with.plain(), plain);
    EXPECT_NE(with.learnt(1), plain);
    EXPECT_NE(with.learnt(1), with.learnt(2));
    EXPECT_EQ(with.learnt(1), with.learnt(1));
    EXPECT_EQ(with.plain(), plain) << "it stays on after learning";
    EXPECT_EQ(with.network.score_without_adapter(with.batch)[0].log_prob,
              without.network.score_without_adapter(without.batch)[0].log_prob);
    EXPECT_EQ(without.learnt(1), without.learnt(2));
}

// Of an adapter so small that the network is linear in what it adds, the mean effect is the one without dropout.
TEST(Dropout, KeepsTheExpectedEffectOfTheAdapter) {
    Adapted with(0.5, 1e-3F), without(0, 1e-3F), none(0, 0);
    double const base = none.plain(), effect = without.plain() - base;
    ASSERT_GT(std::abs(effect), 1e-4);
    double sum = 0, squares = 0;
    constexpr int draws = 3000;
    for (int i = 0; i < draws; ++i) {
        double const one = with.learnt(static_cast<std::uint64_t>(i)) - base;
        sum += one;
        squares += one * one;
    }
    double const mean = sum / draws, deviation = std::sqrt((squares / draws - mean * mean) / draws);
    EXPECT_LT(deviation, 0.1 * std::abs(effect)) << "too few draws to tell";
    EXPECT_NEAR(mean, effect, 4 * deviation + 0.02 * std::abs(effect));
}

// The slope along each parameter's gradient, by differences with the same elements left out.
TEST(Dropout, GradientsAreThoseOfWhatWasLeftIn) {
    for (bool checkpointing : {false, true}) {
        Adapted net(0.4, 0.2F, checkpointing);
        constexpr std::uint64_t stream = 11;
        net.lora.clear_gradients();
        net.learnt(stream);
        net.network.backward(net.batch, std::vector<double>{1, -0.5});
        for (auto& parameter : net.lora.parameters()) {
            double norm = 0;
            for (float g : parameter.gradient) {
                norm += static_cast<double>(g) * static_cast<double>(g);
            }
            norm = std::sqrt(norm);
            ASSERT_GT(norm, 1e-3) << parameter.name;
            auto const values = parameter.values;
            auto const at = [&](double distance) {
                for (std::size_t i = 0; i < values.size(); ++i) {
                    parameter.values[i] =
                        values[i] + static_cast<float>(distance * static_cast<double>(parameter.gradient[i]) / norm);
                }
                return net.learnt(stream);
            };
            constexpr double small = 2e-3;
            double const slope = (at(small) - at(-small)) / (2 * small);
            parameter.values = values;
            EXPECT_NEAR(slope / norm, 1, 0.03) << parameter.name;
        }
    }
}

std::string log_without_clock(fs::path const& run) {
    std::ifstream file(run / "log.jsonl");
    std::string text;
    for (std::string line; std::getline(file, line);) {
        auto json = nlohmann::json::parse(line);
        json.erase("tokens_per_second");
        json.erase("time");
        text += json.dump() + "\n";
    }
    return text;
}

TEST(Dropout, RunsGoOnExactlyAndBeginWithoutEffect) {
    TinyRun tiny;
    auto const without = run_training(Task::preferences, tiny.config("without"), {});
    tiny.settings += "dropout = 0.2\n";
    run_training(Task::preferences, tiny.config("whole"), {.threads = 2});
    auto const whole = log_without_clock(tiny.folder / "whole");
    EXPECT_NE(whole, log_without_clock(tiny.folder / "without"));
    auto const first = nlohmann::json::parse(whole.substr(0, whole.find('\n')));
    EXPECT_NEAR(first["loss"].get<double>(), 0.6931, 1e-4) << "B is zero";
    std::stop_source stop;
    RunHooks hooks{.stop = stop.get_token(), .threads = 1};
    hooks.step = [&](StepReport const& report, std::int64_t, double, double) {
        if (report.step == 6) {
            stop.request_stop();
        }
    };
    run_training(Task::preferences, tiny.config("parts"), hooks);
    auto const rest = run_training(Task::preferences, tiny.config("parts"), {.resume = true, .threads = 3});
    EXPECT_EQ(log_without_clock(tiny.folder / "parts"), whole);
    std::ifstream config(rest.adapter / "adapter_config.json");
    EXPECT_EQ(nlohmann::json::parse(config)["lora_dropout"], 0.2);
    tiny.settings += "\n";
    auto other = tiny.config("parts");
    other.lora.dropout = 0.1;
    EXPECT_NE(refusal([&] { run_training(Task::preferences, other, {.resume = true}); }).find("other settings"),
              std::string::npos);
}

} // namespace
} // namespace echollama::test
