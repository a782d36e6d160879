// What a run's folder tells of how it went: log.jsonl, a line a step and an evaluation, and run.json (train/run.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
#include <string>
#include <utility>
#include <vector>

namespace echollama::train {

struct StepPoint {
    std::int64_t step = 0; // counted from 0
    double epoch = 0, loss = 0, rate = 0, gradient_norm = 0;
    double chosen_reward = 0, rejected_reward = 0, margin = 0, accuracy = 0;
    double seconds = 0; // that the step took
};

struct EvaluationPoint {
    std::int64_t step = 0;
    double loss = 0, margin = 0, accuracy = 0;
};

struct RunCurves {
    bool preferences = true; // of pairs; else of answers
    std::string base_model;
    double parameters = 0, trainable = 0;                      // numbers in the model and in the adapter
    double rows = 0;                                           // learnt from; 0: not told
    std::vector<std::pair<std::string, std::string>> settings; // keys of the configuration and what they were
    std::vector<StepPoint> steps;                              // never empty
    std::vector<EvaluationPoint> evaluations;

    double seconds() const;      // of all steps
    double average_loss() const; // of all steps
};

// From the texts of the two files; `folder` is for messages. Throws as below.
RunCurves parse_run_curves(std::istream& facts, std::istream& log, std::filesystem::path const& folder);

// Throws Error where the folder holds no run, or a line that is none; a last line that was cut off is passed over.
RunCurves read_run_curves(std::filesystem::path const& folder);

} // namespace echollama::train
