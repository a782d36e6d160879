// Whole runs on a tiny model: learning, going on after a stop, what is exported, what is refused.
#include "convert/published.h"
#include "formats/safetensors.h"
#include "llm/llm.h"
#include "rows/parquet.h"
#include "tiny_run.h"
#include "train/encoder.h"

#include <nlohmann/json.hpp>

#include <iterator>

namespace echollama::test {
namespace {

namespace fs = std::filesystem;
using namespace train;

std::string contents(fs::path const& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

// The log without what a clock says.
std::vector<nlohmann::json> log_of(fs::path const& run) {
    std::vector<nlohmann::json> lines;
    std::ifstream file(run / "log.jsonl");
    for (std::string line; std::getline(file, line);) {
        lines.push_back(nlohmann::json::parse(line));
        lines.back().erase("tokens_per_second");
        lines.back().erase("time");
    }
    return lines;
}

TEST(Run, LearnsThirtyTwoPairsByHeart) {
    TinyRun tiny;
    tiny.run_settings = "micro_batch_size = 8\nnum_epochs = 25\n";
    auto const result = run_training(Task::preferences, tiny.config(), {.threads = 2});
    EXPECT_EQ(result.end, RunEnd::finished);
    EXPECT_EQ(result.steps, 100);
    auto const log = log_of(tiny.folder / "run");
    ASSERT_EQ(log.size(), 100U);
    EXPECT_NEAR(log.front()["loss"].get<double>(), 0.6931, 1e-4);
    for (auto line = log.end() - 4; line != log.end(); ++line) { // the last epoch: every pair once
        EXPECT_EQ((*line)["rewards/accuracies"], 1.0);
        EXPECT_GT((*line)["rewards/margins"].get<double>(), 2);
    }
}

TEST(Run, LearnsTheSameFromParquet) {
    if (auto const why = rows::why_no_parquet(); !why.empty()) {
        GTEST_SKIP() << why;
    }
    TinyRun tiny;
    tiny.run_settings = "micro_batch_size = 8\nmax_steps = 4\n";
    run_training(Task::preferences, tiny.config("jsonl"), {});
    rows::write_parquet(tiny.folder / "pairs.jsonl", tiny.folder / "pairs.parquet");
    auto config = tiny.config("parquet");
    config.data.train = tiny.folder / "pairs.parquet";
    run_training(Task::preferences, config, {});
    EXPECT_EQ(log_of(tiny.folder / "parquet"), log_of(tiny.folder / "jsonl"));
    std::ofstream(config.data.train) << "PAR1 but not really";
    config.run.output = tiny.folder / "damaged";
    EXPECT_NE(refusal([&] { run_training(Task::preferences, config, {}); }).find("pairs.parquet"), std::string::npos);
}

TEST(Run, LearnsAnswersWithEightBitStatesAndNf4) {
    TinyRun tiny;
    tiny.settings = "[model]\nbase_model = \"model\"\nbase_type = \"nf4\"\n[data]\ntrain = \"pairs.jsonl\"\n"
                    "[optimizer]\noptimizer = \"adamw_8bit\"\nlearning_rate = 0.01\nweight_decay = 0.01\n"
                    "[lora]\nr = 64\nalpha = 64\n[run]\noutput_dir = \"run\"\ngradient_checkpointing = true\n"
                    "micro_batch_size = 8\nnum_epochs = 20\n";
    auto const config = parse_config(tiny.settings, "tiny.toml", tiny.folder.path());
    run_training(Task::answers, config, {.threads = 2});
    auto const log = log_of(tiny.folder / "run");
    auto const first = log.front()["loss"].get<double>();
    EXPECT_GT(first, 5); // of a random model about log 512
    EXPECT_LT(log.back()["loss"].get<double>(), first / 2);
}

// The same curve and the same adapter to the last bit, on one thread and on two.
TEST(Run, GoesOnExactlyWhereItStopped) {
    TinyRun tiny;
    tiny.settings += "[loss]\nlabel_smoothing = 0.1\n";
    write_pairs(tiny.folder / "eval.jsonl", 5);
    tiny.evaluates = "eval = \"eval.jsonl\"\n";
    tiny.run_settings += "eval_steps = 1\n"; // the stop is during one of them
    auto const whole = run_training(Task::preferences, tiny.config("whole"), {});
    ASSERT_EQ(whole.end, RunEnd::finished);
    std::stop_source stop;
    RunHooks hooks{.stop = stop.get_token(), .threads = 1};
    hooks.step = [&](StepReport const& report, std::int64_t, double, double) {
        if (report.step == 6) {
            stop.request_stop();
        }
    };
    auto const stopped = run_training(Task::preferences, tiny.config("parts"), hooks);
    EXPECT_EQ(stopped.end, RunEnd::stopped);
    EXPECT_EQ(stopped.step, 7);
    EXPECT_FALSE(fs::exists(tiny.folder / "parts" / "adapter"));
    auto const rest = run_training(Task::preferences, tiny.config("parts"), {.resume = true, .threads = 2});
    EXPECT_EQ(rest.end, RunEnd::finished);
    EXPECT_EQ(log_of(tiny.folder / "whole"), log_of(tiny.folder / "parts"));
    EXPECT_EQ(contents(whole.adapter / "adapter_model.safetensors"),
              contents(rest.adapter / "adapter_model.safetensors"));
}

// After a warm-up the model is measured against the one that the warm-up left, whose scores are not the base model's.
TEST(Run, MayBeginWhereAWarmUpEnded) {
    TinyRun tiny;
    auto const warm_up = run_training(Task::answers, tiny.config("warm-up"), {});
    tiny.settings += "adapter = \"" + warm_up.adapter.string() + "\"\n";
    tiny.run_settings += "max_steps = 2\n";
    auto const first_loss = [&](std::string const& name, Reference reference) {
        auto config = tiny.config(name);
        config.reference = reference;
        run_training(Task::preferences, config, {});
        return log_of(tiny.folder / name).front()["loss"].get<double>();
    };
    EXPECT_NEAR(first_loss("start", Reference::start), 0.6931, 1e-4);
    EXPECT_GT(std::abs(first_loss("base", Reference::base) - 0.6931), 0.01);
}

// Killed between two saves: the steps since the last one are done again.
TEST(Run, GoesOnAfterBeingKilled) {
    TinyRun tiny;
    tiny.run_settings += "save_steps = 4\n";
    run_training(Task::preferences, tiny.config("whole"), {});
    RunHooks hooks{.threads = 1};
    hooks.step = [&](StepReport const& report, std::int64_t, double, double) {
        if (report.step == 9) {
            throw std::runtime_error("killed");
        }
    };
    EXPECT_THROW(run_training(Task::preferences, tiny.config("parts"), hooks), std::runtime_error);
    run_training(Task::preferences, tiny.config("parts"), {.resume = true});
    EXPECT_EQ(log_of(tiny.folder / "whole"), log_of(tiny.folder / "parts"));
}

TEST(Run, EndsEarlyWithTheBestAdapter) {
    TinyRun tiny;
    write_pairs(tiny.folder / "other.jsonl", 8);
    std::ofstream(tiny.folder / "eval.jsonl") // the same prompts, preferred the other way round
        << R"({"prompt_ids":[1,2,3],"chosen_ids":[4,5],"rejected_ids":[6,7]})"
        << "\n";
    tiny.evaluates = "eval = \"eval.jsonl\"\n";
    auto text = tiny.text();
    text += "eval_steps = 1\nearly_stopping_patience = 1\n";
    auto config = parse_config(text, "tiny.toml", tiny.folder.path());
    config.rate = 1; // far too much
    std::vector<double> losses;
    RunHooks hooks;
    hooks.evaluated = [&](std::int64_t, Measures const& measures) { losses.push_back(measures.loss); };
    auto const result = run_training(Task::preferences, config, hooks);
    EXPECT_EQ(result.end, RunEnd::no_better);
    ASSERT_GE(losses.size(), 2U);
    EXPECT_GE(losses.back(), *std::min_element(losses.begin(), losses.end()));
    EXPECT_TRUE(fs::exists(result.gguf));
}

// The exported adapters do in the runtime, and in the trainer again, what the trained network did.
TEST(Run, ExportsWhatTheRuntimeLoads) {
    TinyRun tiny;
    auto const result = run_training(Task::preferences, tiny.config(), {});
    convert::convert_published(tiny.folder / "model", tiny.folder / "base.gguf", convert::WeightType::f32);
    std::vector<std::int32_t> const prompt = {507, 3, 200, 17, 45}, answer = {100, 7, 300};
    Llm llm(tiny.folder / "base.gguf", {.context = 64, .adapters = {{result.gguf, 1}}, .exact = true});
    double expected = 0;
    auto text = prompt;
    for (auto token : answer) {
        auto const logits = llm.logits(text);
        double sum = 0;
        for (float logit : logits) {
            sum += std::exp(static_cast<double>(logit));
        }
        expected += static_cast<double>(logits[static_cast<std::size_t>(token)]) - std::log(sum);
        text.push_back(token);
    }
    Workers workers(1);
    for (auto const& model : {tiny.folder / "model", tiny.folder / "base.gguf"}) { // published, and straight from GGUF
        auto const weights = load_llama(model);
        Lora lora(tiny.config().lora, weights, 99);
        lora.read(result.adapter / "adapter_model.safetensors");
        Network network(weights, lora, workers, {.positions = 64});
        Batch batch;
        std::span<std::int32_t const> const answers[] = {answer};
        add_answers(batch, prompt, answers);
        EXPECT_NEAR(network.score(batch)[0].log_prob, expected, 1e-4) << model;
        EXPECT_GT(std::abs(network.score_without_adapter(batch)[0].log_prob - expected), 1e-2);
    }
}

TEST(Run, TextBecomesTokensByTheModelsTemplate) {
    TinyRun tiny;
    std::ofstream(tiny.folder / "pairs.jsonl")
        << R"({"system":"s","prompt":"What is here?","chosen":"A cup.","rejected":"A <|eot_id|> dog."})"
        << "\n";
    convert::convert_published(tiny.folder / "model", tiny.folder / "base.gguf", convert::WeightType::f32);
    auto const encoder = make_encoder({.path = tiny.folder / "model"}, tiny_vocabulary);
    auto const rows = read_rows(tiny.folder / "pairs.jsonl", Task::preferences, encoder, {});
    auto const other = read_rows(tiny.folder / "pairs.jsonl", Task::preferences,
                                 make_encoder({.path = tiny.folder / "base.gguf"}, tiny_vocabulary), {});
    Llm llm(tiny.folder / "base.gguf", {.context = 64});
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].prompt, llm.render({"s", {{Turn::Role::user, "What is here?"}}}));
    EXPECT_EQ(rows[0].prompt, other[0].prompt);
    EXPECT_EQ(rows[0].rejected, other[0].rejected);
    ASSERT_FALSE(rows[0].rejected.empty());
    EXPECT_TRUE(llm.is_end(rows[0].rejected.back()));
    EXPECT_EQ(std::count_if(rows[0].rejected.begin(), rows[0].rejected.end(), [&](auto id) { return llm.is_end(id); }),
              1)
        << "text from outside became a special token";
}

} // namespace
} // namespace echollama::test
