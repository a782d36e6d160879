#include "train/run_log.h"

#include "base/atomic_file.h"
#include "base/error.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <string>

namespace echollama::train {
namespace {

using Json = nlohmann::ordered_json;

// Names as TRL logs them.
void put_measures(Json& line, Measures const& m, std::string const& prefix) {
    line[prefix + "loss"] = m.loss;
    line[prefix + "rewards/chosen"] = m.chosen_reward;
    line[prefix + "rewards/rejected"] = m.rejected_reward;
    line[prefix + "rewards/margins"] = m.margin;
    line[prefix + "rewards/accuracies"] = m.accuracy;
    line[prefix + "logps/chosen"] = m.chosen_log_prob;
    line[prefix + "logps/rejected"] = m.rejected_log_prob;
    line[prefix + "logits/chosen"] = m.chosen_logit;
    line[prefix + "logits/rejected"] = m.rejected_logit;
}

std::string kept_lines(std::filesystem::path const& path, std::int64_t from) {
    std::ifstream file(path);
    std::string kept;
    for (std::string line; std::getline(file, line);) {
        auto const object = nlohmann::json::parse(line, nullptr, false);
        if (object.is_object() && object.value("step", from) < from) {
            kept += line + "\n";
        }
    }
    return kept;
}

} // namespace

RunLog::RunLog(std::filesystem::path const& file, std::int64_t from) : path_(file) {
    write_file_atomically(file, from > 0 ? kept_lines(file, from) : "", "the log");
    file_.reset(std::fopen(file.c_str(), "a"));
    if (!file_) {
        throw Error("Cannot write the log " + path_.string() + "; check the folder's permissions.");
    }
}

void RunLog::write(std::string const& line) {
    if (std::fputs((line + "\n").c_str(), file_.get()) < 0 || std::fflush(file_.get()) != 0) {
        throw Error("Cannot write the log " + path_.string() + "; make room on the disk and go on with --resume.");
    }
}

void RunLog::step(StepReport const& report, double tokens_per_second) {
    Json line;
    line["step"] = report.step;
    line["epoch"] = report.epoch;
    line["learning_rate"] = report.rate;
    line["grad_norm"] = report.gradient_norm;
    put_measures(line, report, "");
    line["tokens"] = report.tokens;
    line["tokens_per_second"] = tokens_per_second;
    write(line.dump());
}

void RunLog::evaluation(std::int64_t step, Measures const& measures) {
    Json line;
    line["step"] = step;
    put_measures(line, measures, "eval_");
    write(line.dump());
}

} // namespace echollama::train
