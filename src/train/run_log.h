// log.jsonl of a run: a JSON object for each step and each evaluation; and the same for TensorBoard, in
// events.out.tfevents.echollama.
#pragma once

#include "train/trainer.h"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>

namespace echollama::train {

class RunLog {
  public:
    // `folder`: the run's. Keeps the lines of steps below `from`: a run that goes on from an earlier state tells the
    // later ones again. Throws Error.
    RunLog(std::filesystem::path const& folder, std::int64_t from);

    void step(StepReport const& report, double tokens_per_second);
    void evaluation(std::int64_t step, Measures const& measures);

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    using File = std::unique_ptr<std::FILE, Close>;
    void write(std::string const& line);

    std::filesystem::path path_, events_path_;
    File file_, events_;
};

} // namespace echollama::train
