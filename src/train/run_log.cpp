#include "train/run_log.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "train/event_file.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <tuple>

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

std::optional<std::int64_t> step_of(Json const& line) {
    auto const found = line.is_object() ? line.find("step") : line.end();
    return found != line.end() && found->is_number_unsigned() ? std::optional(found->get<std::int64_t>())
                                                              : std::nullopt;
}

std::string kept_lines(std::filesystem::path const& path, std::int64_t from) {
    std::ifstream file(path);
    std::string kept;
    for (std::string line; std::getline(file, line);) {
        if (auto const step = step_of(Json::parse(line, nullptr, false)); step && *step < from) {
            kept += line + "\n";
        }
    }
    return kept;
}

double now() {
    using std::chrono::system_clock;
    return std::chrono::duration<double>(system_clock::now().time_since_epoch()).count();
}

// Every number of the line but its step and time is a scalar. Empty: the line tells no step.
std::string event_of_line(std::string const& text) {
    auto const line = Json::parse(text, nullptr, false);
    auto const step = step_of(line);
    if (!step) {
        return "";
    }
    Scalars scalars;
    for (auto const& [key, value] : line.items()) {
        if (key != "step" && key != "time" && value.is_number()) {
            bool const evaluates = key.starts_with("eval_");
            scalars.emplace_back(evaluates ? "eval/" + key.substr(5) : "train/" + key, value.get<float>());
        }
    }
    auto const time = line.find("time");
    return event_record(time != line.end() && time->is_number() ? time->get<double>() : 0, *step + 1, scalars);
}

std::string events_of_lines(std::string const& lines) {
    std::istringstream stream(lines);
    std::string events;
    for (std::string line; std::getline(stream, line);) {
        events += event_of_line(line);
    }
    return events;
}

} // namespace

RunLog::RunLog(std::filesystem::path const& folder, std::int64_t from)
    : path_(folder / "log.jsonl"), events_path_(folder / "events.out.tfevents.echollama") {
    auto const kept = from > 0 ? kept_lines(path_, from) : "";
    write_file_atomically(path_, kept, "the log");
    write_file_atomically(events_path_, event_file_head(now()) + events_of_lines(kept), "the log for TensorBoard");
    file_.reset(std::fopen(path_.c_str(), "a"));
    events_.reset(std::fopen(events_path_.c_str(), "a"));
    for (auto const& [file, path] : {std::pair{&file_, &path_}, {&events_, &events_path_}}) {
        if (!*file) {
            throw Error("Cannot write the log " + path->string() + "; check the folder's permissions.");
        }
    }
}

void RunLog::write(std::string const& line) {
    auto const event = event_of_line(line);
    for (auto const& [file, path, bytes] :
         {std::tuple{&file_, &path_, line + "\n"}, {&events_, &events_path_, event}}) {
        if (std::fwrite(bytes.data(), 1, bytes.size(), file->get()) != bytes.size() || std::fflush(file->get()) != 0) {
            throw Error("Cannot write the log " + path->string() + "; make room on the disk and go on with --resume.");
        }
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
    line["time"] = now();
    write(line.dump());
}

void RunLog::evaluation(std::int64_t step, Measures const& measures) {
    Json line;
    line["step"] = step;
    put_measures(line, measures, "eval_");
    line["time"] = now();
    write(line.dump());
}

} // namespace echollama::train
