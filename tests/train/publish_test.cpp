// What is published of a run: listed, made ready, and sent to an imitation of the hub.
#include "support/receiving_hub.h"
#include "support/run_shell.h"
#include "tiny_run.h"

#include <nlohmann/json.hpp>

namespace echollama::test {
namespace {

namespace fs = std::filesystem;
using namespace train;

struct Publish : testing::Test {
    Publish() {
        tiny.run_settings = "micro_batch_size = 4\nmax_steps = 3\n";
        write_pairs(tiny.folder / "eval.jsonl", 4);
        tiny.evaluates = "eval = \"eval.jsonl\"\n";
        run_training(Task::preferences, tiny.config(), {});
        std::ofstream(data) << R"({"prompt":"p","chosen":"c d","rejected":"r","teacher":"somebody"})"
                            << "\n";
    }
    Result publish(std::string const& arguments, std::string const& environment = "") {
        return run_shell(environment + " " + (built_program().parent_path() / "echollama-train").string() +
                         " publish " + run.string() + " " + arguments);
    }

    TinyRun tiny;
    fs::path run = tiny.folder / "run", data = tiny.folder / "rows.jsonl";
};

void expect_parts(std::string const& text, std::vector<std::string> const& parts) {
    for (auto const& part : parts) {
        EXPECT_NE(text.find(part), std::string::npos) << part << " is not in: " << text;
    }
}

TEST_F(Publish, ADryRunListsAndWritesNothing) {
    auto const said = publish("--base me/base --to me/adapter --data " + data.string() + " --data-to me/rows --dry-run",
                              "HF_ENDPOINT=http://127.0.0.1:1");
    EXPECT_EQ(said.code, 0) << said.err;
    expect_parts(said.out, {"http://127.0.0.1:1/me/adapter", "http://127.0.0.1:1/datasets/me/rows", "README.md",
                            "adapter_model.safetensors", "adapter.gguf", "train.jsonl"});
    EXPECT_FALSE(fs::exists(run / "publish"));
    expect_parts(publish("--base me/base --dry-run").out, {"no repository is named"});
}

TEST_F(Publish, WithoutRepositoriesItIsMadeReadyAlone) {
    ASSERT_EQ(run_shell((built_program().parent_path() / "echollama-train").string() + " report " + run.string()).code,
              0);
    auto const said = publish("--base me/base --licence apache-2.0 --data " + data.string());
    ASSERT_EQ(said.code, 0) << said.err;
    auto const card = read_text(run / "publish" / "model" / "README.md");
    std::vector<nlohmann::json> log;
    std::istringstream lines(read_text(run / "log.jsonl"));
    for (std::string line; std::getline(lines, line);) {
        log.push_back(nlohmann::json::parse(line));
    }
    char loss[32];
    std::snprintf(loss, sizeof(loss), "%.4f", log.at(log.size() - 2)["loss"].get<double>());
    char held_out[32];
    std::snprintf(held_out, sizeof(held_out), "%.4f", log.back()["eval_loss"].get<double>());
    expect_parts(card, {"base_model: me/base", "license: apache-2.0", "3 steps over 32 rows", "| beta | 0.1 |",
                        "| learning_rate | 0.01 |", "0.6931", loss, held_out, "figure-5.png", "PeftModel"});
    EXPECT_EQ(card.find(tiny.folder.path().string()), std::string::npos) << "this computer's paths";
    auto const config = nlohmann::json::parse(read_text(run / "publish" / "model" / "adapter_config.json"));
    EXPECT_EQ(config["base_model_name_or_path"], "me/base");
    EXPECT_EQ(read_text(run / "publish" / "model" / "adapter.gguf"), read_text(run / "adapter.gguf"));
    EXPECT_TRUE(fs::exists(run / "publish" / "model" / "figure-5.png"));
    expect_parts(read_text(run / "publish" / "dataset" / "README.md"), {"1 row.", "somebody", "Before publishing"});
    EXPECT_EQ(read_text(run / "publish" / "dataset" / "train.jsonl"), read_text(data));
}

TEST_F(Publish, WhatHasARepositoryIsSent) {
    ReceivingHub hub;
    std::ofstream(data.string() + ".card.md") << "completed by hand";
    auto const said = publish("--base me/base --to me/adapter --data-to me/rows --data " + data.string(),
                              "HF_ENDPOINT=" + hub.endpoint() + " HF_TOKEN=" + ReceivingHub::token);
    ASSERT_EQ(said.code, 0) << said.err;
    expect_parts(said.out, {"Published: " + hub.endpoint() + "/me/adapter"});
    EXPECT_EQ(hub.repositories["models/me/adapter"]["adapter_model.safetensors"],
              read_text(run / "adapter" / "adapter_model.safetensors"));
    EXPECT_EQ(hub.repositories["datasets/me/rows"]["README.md"], "completed by hand");
    expect_parts(hub.repositories["models/me/adapter"]["README.md"], {"datasets:\n- me/rows"});
}

TEST_F(Publish, FailuresAreOneSentence) {
    for (auto const& [arguments, code, told] :
         {std::tuple{std::string(""), 2, "--base"},
          {"--base a/b/c", 1, "a/b/c"},
          {"--base me/base --to ../x", 1, "../x"},
          {"--base me/base --data-to me/rows", 2, "--data"},
          {"--base me/base --to me/adapter", 1, "HF_TOKEN"},
          {"--base me/base --data " + tiny.folder.path().string() + "/none.jsonl", 1, "none.jsonl"}}) {
        auto const said = publish(arguments, "HF_TOKEN= HF_TOKEN_PATH=/nowhere");
        EXPECT_EQ(said.code, code) << arguments << said.err;
        expect_parts(said.err, {told});
        EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
    }
    fs::remove(run / "adapter.gguf");
    auto const unfinished = publish("--base me/base");
    EXPECT_EQ(unfinished.code, 1);
    expect_parts(unfinished.err, {"no adapter.gguf", "--resume"});
}

} // namespace
} // namespace echollama::test
