// A run's files as the Python world reads them: the adapter by PEFT, the events by TensorBoard. ECHOLLAMA_PYTHON names
// an interpreter that has torch, transformers, peft and tensorboard; without them these tests are skipped.
#include "rows/parquet.h"
#include "support/run_shell.h"
#include "tiny_run.h"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <sstream>

namespace echollama::test {
namespace {

using namespace train;

std::string reader_command(std::string const& arguments) {
    char const* python = std::getenv("ECHOLLAMA_PYTHON");
    return std::string(python ? python : "python3") + " " ECHOLLAMA_PYTHON_READERS " " + arguments;
}

std::string joined(std::vector<std::int32_t> const& ids) {
    std::string text;
    for (auto id : ids) {
        text += (text.empty() ? "" : ",") + std::to_string(id);
    }
    return text;
}

TEST(PythonReaders, PeftLoadsTheAdapterAndFindsTheSameProbabilities) {
    if (run_shell(reader_command("check torch transformers peft")).code != 0) {
        GTEST_SKIP() << "needs Python with torch, transformers and peft; name it in ECHOLLAMA_PYTHON";
    }
    TinyRun tiny;
    auto const result = run_training(Task::preferences, tiny.config(), {});
    std::vector<std::int32_t> const prompt = {507, 3, 200, 17, 45}, answer = {100, 7, 300};
    auto const weights = load_llama(tiny.folder / "model");
    Lora lora(tiny.config().lora, weights, 99);
    lora.read(result.adapter / "adapter_model.safetensors");
    Workers workers(1);
    Network network(weights, lora, workers, {.positions = 64});
    Batch batch;
    std::span<std::int32_t const> const answers[] = {answer};
    add_answers(batch, prompt, answers);
    auto const read = run_shell(reader_command("peft " + (tiny.folder / "model").string() + " " +
                                               result.adapter.string() + " " + joined(prompt) + " " + joined(answer)));
    ASSERT_EQ(read.code, 0) << read.err;
    EXPECT_NEAR(std::stod(read.out), network.score(batch)[0].log_prob, 1e-4);
    EXPECT_GT(std::abs(network.score_without_adapter(batch)[0].log_prob - std::stod(read.out)), 1e-2);
}

TEST(PythonReaders, PyarrowReadsTheRows) {
    if (auto const why = rows::why_no_parquet(); !why.empty()) {
        GTEST_SKIP() << why;
    }
    if (run_shell(reader_command("check pyarrow")).code != 0) {
        GTEST_SKIP() << "needs Python with pyarrow; name it in ECHOLLAMA_PYTHON";
    }
    TinyRun tiny;
    rows::write_parquet(tiny.folder / "pairs.jsonl", tiny.folder / "pairs.parquet");
    auto const read = run_shell(reader_command("parquet " + (tiny.folder / "pairs.parquet").string()));
    ASSERT_EQ(read.code, 0) << read.err;
    std::istringstream theirs(read.out);
    std::ifstream ours(tiny.folder / "pairs.jsonl");
    int rows = 0;
    for (std::string line, other; std::getline(ours, line); ++rows) {
        ASSERT_TRUE(std::getline(theirs, other)) << read.out;
        EXPECT_EQ(nlohmann::json::parse(other), nlohmann::json::parse(line));
    }
    EXPECT_EQ(rows, 32);
}

TEST(PythonReaders, TensorBoardReadsTheEvents) {
    if (run_shell(reader_command("check tensorboard")).code != 0) {
        GTEST_SKIP() << "needs Python with tensorboard; name it in ECHOLLAMA_PYTHON";
    }
    TinyRun tiny;
    tiny.run_settings += "max_steps = 5\n";
    run_training(Task::preferences, tiny.config(), {});
    auto const run = tiny.folder / "run";
    auto const read =
        run_shell(reader_command("events " + (run / "events.out.tfevents.echollama").string() + " train/loss"));
    ASSERT_EQ(read.code, 0) << read.err;
    std::istringstream events(read.out);
    std::ifstream log(run / "log.jsonl");
    int lines = 0;
    for (std::string line; std::getline(log, line); ++lines) {
        std::int64_t step = 0;
        double loss = 0;
        ASSERT_TRUE(events >> step >> loss) << read.out;
        EXPECT_EQ(step, lines + 1);
        EXPECT_NEAR(loss, nlohmann::json::parse(line)["loss"].get<double>(), 1e-6);
    }
    EXPECT_EQ(lines, 5);
}

} // namespace
} // namespace echollama::test
