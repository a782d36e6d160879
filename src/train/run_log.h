// log.jsonl of a run: a JSON object for each step and each evaluation.
#pragma once

#include "train/trainer.h"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>

namespace echollama::train {

class RunLog {
  public:
    // Keeps the lines of steps below `from`: a run that goes on from an earlier state tells the later ones again.
    // Throws Error.
    RunLog(std::filesystem::path const& file, std::int64_t from);

    void step(StepReport const& report, double tokens_per_second);
    void evaluation(std::int64_t step, Measures const& measures);

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    void write(std::string const& line);

    std::filesystem::path path_;
    std::unique_ptr<std::FILE, Close> file_;
};

} // namespace echollama::train
