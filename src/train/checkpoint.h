// A run's state on disk: one file, which is replaced as a whole.
#pragma once

#include "train/trainer.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace echollama::train {

struct SavedRun {
    TrainingState state;
    std::int64_t evaluated = 0;      // the step before which the last evaluation was
    double best_loss = 0;            // of the evaluations so far
    std::int64_t evaluations = 0;    // 0: there is no best loss yet
    std::int64_t without_better = 0; // evaluations since the best
};

// `key` tells model, data and everything else that the rest of the run depends on.
void save_run(std::filesystem::path const& file, SavedRun const& run, Lora const& lora, std::string const& key);
// Throws Error when the file is damaged, or of a run with another key.
SavedRun load_run(std::filesystem::path const& file, Lora const& lora, std::string const& key);

} // namespace echollama::train
