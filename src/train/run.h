// A whole training run: from a configuration to an adapter, with everything that it leaves on disk.
#pragma once

#include "train/trainer.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

namespace echollama::train {

struct RunHooks {
    std::stop_token stop = {};
    bool resume = false; // go on with what output_dir holds
    int threads = 1;
    Ranks* ranks = nullptr; // the processes that learn together, all of which see the same files; none: this one alone
    std::function<void(std::string const& what)> stage = [](std::string const&) {}; // "Reading the model"
    // After each step, with the speed of the last one and the expected rest of the run.
    std::function<void(StepReport const& report, std::int64_t steps, double tokens_per_second, double seconds_left)>
        step = [](StepReport const&, std::int64_t, double, double) {};
    // Makes the rows of recordings where the configuration names some, and gives their file.
    std::function<std::filesystem::path(SpeechConfig const& speech, Encoder const& encoder)> make_rows = {};
    std::function<void(std::int64_t step, Measures const& measures)> evaluated = [](std::int64_t, Measures const&) {};
};

enum class RunEnd { finished, stopped, no_better };

struct RunResult {
    RunEnd end = RunEnd::finished;
    std::int64_t step = 0, steps = 0;
    std::filesystem::path adapter, gguf; // where the adapter is; empty when the run was stopped
};

// In output_dir: state.safetensors, which a stopped run goes on from; log.jsonl, a line a step and an evaluation, and
// the same for TensorBoard (train/run_log.h); run.json: task, model, sizes; reference-….safetensors; at the end
// adapter/ as PEFT writes it and adapter.gguf. A run that was stopped has been saved. With early stopping the adapter
// is that of the best evaluation. Throws Error.
RunResult run_training(Task task, TrainConfig const& config, RunHooks const& hooks);

} // namespace echollama::train
