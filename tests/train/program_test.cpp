// The program as a user runs it: what it says, its exit codes, and Ctrl-C.
#include "convert/snac.h"
#include "support/golden_snac.h"
#include "support/run_shell.h"
#include "tiny_run.h"

#include <nlohmann/json.hpp>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace echollama::test {
namespace {

std::filesystem::path program() {
    return built_program().parent_path() / "echollama-train";
}

struct Started {
    pid_t process = -1;
    std::filesystem::path said;
};

// Standard output and error go to one file.
Started start(TinyRun const& tiny, std::vector<std::string> words) {
    Started started{-1, tiny.folder / "said"};
    words.insert(words.begin(), program().string());
    std::vector<char*> arguments;
    for (auto& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    started.process = fork();
    if (started.process == 0) {
        bool const told = std::freopen(started.said.c_str(), "w", stdout) && dup2(STDOUT_FILENO, STDERR_FILENO) >= 0;
        _exit(told ? execv(arguments[0], arguments.data()) : 99);
    }
    return started;
}

int exit_code(Started const& started) {
    int status = 0;
    waitpid(started.process, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string text_of(std::filesystem::path const& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::string config_file(TinyRun const& tiny) {
    auto const file = tiny.folder / "tiny.toml";
    std::ofstream(file) << tiny.text();
    return file.string();
}

TEST(Program, TellsWrongUsageAndFailuresApart) {
    TinyRun tiny;
    EXPECT_EQ(exit_code(start(tiny, {"dpo"})), 2);
    EXPECT_EQ(exit_code(start(tiny, {"dpo", "--base-model", "m"})), 2);
    EXPECT_NE(text_of(tiny.folder / "said").find("--train is missing"), std::string::npos);
    EXPECT_EQ(exit_code(start(tiny, {"dpo", config_file(tiny), "--learning-rate", "fast"})), 2);
    EXPECT_NE(text_of(tiny.folder / "said").find("'fast'"), std::string::npos);
    EXPECT_EQ(exit_code(start(tiny, {"dpo", (tiny.folder / "none.toml").string()})), 1);
    EXPECT_NE(text_of(tiny.folder / "said").find("none.toml"), std::string::npos);
    EXPECT_EQ(exit_code(start(tiny, {"--version"})), 0);
}

TEST(Program, CtrlCSavesAndSaysHowToGoOn) {
    TinyRun tiny;
    tiny.run_settings = "num_epochs = 200000\n"; // far longer than the test
    auto const config = config_file(tiny);
    auto const started = start(tiny, {"dpo", config, "--threads", "1", "--seed", "5"});
    for (int i = 0; i < 600 && text_of(tiny.folder / "run" / "log.jsonl").empty(); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    kill(started.process, SIGINT);
    EXPECT_EQ(exit_code(started), 130);
    EXPECT_NE(text_of(started.said).find("--seed 5 --resume"), std::string::npos) << text_of(started.said);
    EXPECT_TRUE(std::filesystem::exists(tiny.folder / "run" / "state.safetensors"));
    EXPECT_FALSE(std::filesystem::exists(tiny.folder / "run" / "adapter"));
}

// The paper's recipe (its Tables 3 and 4) on recordings, from sound to adapter: a model with all of Orpheus's tokens,
// but two layers of width 32.
TEST(Program, LearnsAVoiceFromAFolderOfRecordings) {
    SKIP_WITHOUT(golden("snac/weights.tsv"));
    SKIP_WITHOUT(golden("orpheus-tokens/clip-a.wav"));
    TinyRun tiny;
    write_tiny_model(tiny.folder / "orpheus", 156940);
    convert::convert_snac(golden_snac(), tiny.folder / "snac.gguf", convert::WeightType::f32);
    std::filesystem::create_directories(tiny.folder / "recordings");
    std::ofstream metadata(tiny.folder / "recordings" / "metadata.csv");
    metadata << "file_name,text,source\n";
    for (std::string clip : {"a", "b", "c"}) {
        auto const name = "clip-" + clip + ".wav";
        std::filesystem::copy_file(golden("orpheus-tokens/" + name), tiny.folder / "recordings" / name);
        metadata << name << ",He said " << clip << ".,elise\n";
    }
    metadata.close();
    std::ofstream(tiny.folder / "tts.toml")
        << "[model]\nbase_model = \"orpheus\"\nbase_type = \"nf4\"\n[speech]\nrecordings = \"recordings\"\nsnac = "
           "\"snac.gguf\"\n[lora]\nr = 64\nalpha = 64\n[optimizer]\noptimizer = \"adamw_8bit\"\nlearning_rate = 2e-3\n"
           "lr_scheduler = \"linear\"\nwarmup_steps = 1\nweight_decay = 0.01\n[run]\noutput_dir = \"voice\"\n"
           "micro_batch_size = 1\ngradient_accumulation_steps = 3\nmax_steps = 6\nseed = 3407\n"
           "gradient_checkpointing = true\n";
    auto const config = (tiny.folder / "tts.toml").string();
    ASSERT_EQ(exit_code(start(tiny, {"tts", config, "--threads", "2"})), 0) << text_of(tiny.folder / "said");
    EXPECT_NE(text_of(tiny.folder / "said").find("6 of 6 steps"), std::string::npos);
    EXPECT_TRUE(std::filesystem::exists(tiny.folder / "voice" / "adapter.gguf"));
    std::vector<double> losses;
    std::ifstream log(tiny.folder / "voice" / "log.jsonl");
    for (std::string line; std::getline(log, line);) {
        losses.push_back(nlohmann::json::parse(line)["loss"]);
    }
    ASSERT_EQ(losses.size(), 6U);
    EXPECT_NEAR(losses.front(), std::log(156940), 2) << "of a random model";
    EXPECT_LT(losses.back(), losses.front());
    std::size_t rows = 0;
    for (auto const& file : std::filesystem::directory_iterator(tiny.folder / "voice")) {
        rows += file.path().filename().string().starts_with("speech-") ? 1 : 0;
    }
    EXPECT_EQ(rows, 1U) << "the rows are kept";
    std::filesystem::create_directories(tiny.folder / "broken");
    std::ofstream(tiny.folder / "broken" / "noise.wav") << "no sound at all";
    std::ofstream(tiny.folder / "broken" / "metadata.csv") << "file_name,text\nnoise.wav,He said so.\n";
    EXPECT_EQ(exit_code(start(tiny, {"tts", config, "--recordings", (tiny.folder / "broken").string(), "--output-dir",
                                     (tiny.folder / "other").string()})),
              1);
    EXPECT_NE(text_of(tiny.folder / "said").find("noise.wav"), std::string::npos) << text_of(tiny.folder / "said");
    EXPECT_EQ(exit_code(start(tiny, {"sft", config})), 1);
    EXPECT_NE(text_of(tiny.folder / "said").find("holds a run already"), std::string::npos);
    EXPECT_EQ(exit_code(start(tiny, {"tts", config_file(tiny)})), 1);
    EXPECT_NE(text_of(tiny.folder / "said").find("No recordings are named"), std::string::npos);
}

TEST(Program, LearnsByFlagsAlone) {
    TinyRun tiny;
    auto const run = tiny.folder / "by flags";
    EXPECT_EQ(exit_code(start(tiny, {"dpo", "--base-model", (tiny.folder / "model").string(), "--train",
                                     (tiny.folder / "pairs.jsonl").string(), "--output-dir", run.string(),
                                     "--max-steps", "2", "--r", "2", "--dropout", "0.1", "--threads", "1"})),
              0)
        << text_of(tiny.folder / "said");
    EXPECT_NE(text_of(run / "adapter" / "adapter_config.json").find("\"r\": 2"), std::string::npos);
}

// Files may not become larger than so many kilobytes, as if the disk were full there: the state of before stays, and
// the run goes on from it when there is room.
TEST(Program, AFullDiskLeavesTheLastStateAndIsTold) {
    TinyRun tiny;
    tiny.run_settings = "micro_batch_size = 8\nmax_steps = 6\nsave_steps = 1\n";
    auto const config = config_file(tiny);
    run_training(train::Task::preferences, tiny.config("whole"), {});
    std::stop_source stop;
    train::RunHooks hooks{.stop = stop.get_token()};
    hooks.step = [&](train::StepReport const& report, std::int64_t, double, double) {
        if (report.step == 2) {
            stop.request_stop();
        }
    };
    run_training(train::Task::preferences, tiny.config(), hooks);
    auto const state = tiny.folder / "run" / "state.safetensors";
    auto const before = text_of(state);
    ASSERT_GT(before.size(), 30'000U);
    auto const limited =
        run_shell("trap '' XFSZ; ulimit -f 16; " + program().string() + " dpo " + config + " --resume");
    EXPECT_EQ(limited.code, 1);
    EXPECT_NE(limited.err.find("Cannot write"), std::string::npos) << limited.err;
    EXPECT_EQ(text_of(state), before);
    auto const rest = run_training(train::Task::preferences, tiny.config(), {.resume = true});
    EXPECT_EQ(text_of(rest.adapter / "adapter_model.safetensors"),
              text_of(tiny.folder / "whole" / "adapter" / "adapter_model.safetensors"));
}

TEST(Program, FinishesAndNamesTheAdapters) {
    TinyRun tiny;
    tiny.run_settings = "micro_batch_size = 8\nmax_steps = 2\n";
    EXPECT_EQ(exit_code(start(tiny, {"sft", config_file(tiny), "--quiet"})), 0);
    auto const said = text_of(tiny.folder / "said");
    EXPECT_NE(said.find("2 of 2 steps"), std::string::npos) << said;
    EXPECT_NE(said.find("adapter.gguf"), std::string::npos) << said;
}

} // namespace
} // namespace echollama::test
