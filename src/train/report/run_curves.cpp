#include "train/report/run_curves.h"

#include "base/error.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <numeric>

namespace echollama::train {
namespace {

using Json = nlohmann::json;

constexpr std::size_t longest_line = 1U << 16U;

[[noreturn]] void refuse(std::filesystem::path const& file, std::string const& why) {
    throw Error("The run's file " + file.string() + " cannot be used: " + why +
                "; name the output_dir of a run of echollama-train.");
}

double number(Json const& line, char const* key) {
    auto const found = line.find(key);
    return found != line.end() && found->is_number() ? found->get<double>() : 0;
}

std::string text_of(Json const& object, char const* key) {
    auto const found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// -1: none that a run could have.
std::int64_t step_of(Json const& line) {
    constexpr std::uint64_t most_steps = 1'000'000'000'000;
    auto const found = line.find("step");
    bool const possible =
        found != line.end() && found->is_number_unsigned() && found->get<std::uint64_t>() <= most_steps;
    return possible ? found->get<std::int64_t>() : -1;
}

void read_facts(std::istream& stream, std::filesystem::path const& file, RunCurves& curves) {
    auto const facts = Json::parse(stream, nullptr, false);
    auto const task = facts.is_object() ? text_of(facts, "task") : "";
    if (task != "dpo" && task != "sft") {
        refuse(file, "it is no JSON object with the run's task");
    }
    curves.preferences = task == "dpo";
    curves.base_model = text_of(facts, "base_model");
    curves.parameters = number(facts, "parameters");
    curves.trainable = number(facts, "trainable");
    curves.rows = number(facts, "rows");
    if (auto const settings = facts.find("settings"); settings != facts.end() && settings->is_object()) {
        for (auto const& [key, value] : settings->items()) {
            if (value.is_string()) {
                curves.settings.emplace_back(key, value.get<std::string>());
            }
        }
    }
}

void add_line(Json const& line, RunCurves& curves) {
    auto const step = step_of(line);
    if (line.contains("eval_loss")) {
        curves.evaluations.push_back({step, number(line, "eval_loss"), number(line, "eval_rewards/margins"),
                                      number(line, "eval_rewards/accuracies")});
        return;
    }
    double const speed = number(line, "tokens_per_second");
    curves.steps.push_back({step, number(line, "epoch"), number(line, "loss"), number(line, "learning_rate"),
                            number(line, "grad_norm"), number(line, "rewards/chosen"), number(line, "rewards/rejected"),
                            number(line, "rewards/margins"), number(line, "rewards/accuracies"),
                            speed > 0 ? number(line, "tokens") / speed : 0});
}

} // namespace

double RunCurves::seconds() const {
    return std::accumulate(steps.begin(), steps.end(), 0.0, [](double sum, auto const& s) { return sum + s.seconds; });
}

double RunCurves::average_loss() const {
    auto const sum =
        std::accumulate(steps.begin(), steps.end(), 0.0, [](double all, auto const& s) { return all + s.loss; });
    return sum / static_cast<double>(steps.size());
}

RunCurves parse_run_curves(std::istream& facts, std::istream& log, std::filesystem::path const& folder) {
    RunCurves curves;
    read_facts(facts, folder / "run.json", curves);
    auto const file = folder / "log.jsonl";
    std::string text;
    for (std::size_t number = 1; std::getline(log, text); ++number) {
        bool const cut = log.eof(); // without its end: it was being written
        auto const line = text.size() > longest_line ? Json() : Json::parse(text, nullptr, false);
        if (line.is_object() && step_of(line) >= 0) {
            add_line(line, curves);
        } else if (!cut) {
            refuse(file, "its line " + std::to_string(number) + " tells no step");
        }
    }
    if (curves.steps.empty()) {
        refuse(file, "it tells of no step yet");
    }
    return curves;
}

RunCurves read_run_curves(std::filesystem::path const& folder) {
    std::ifstream facts(folder / "run.json"), log(folder / "log.jsonl");
    for (auto const& [stream, name] : {std::pair{&facts, "run.json"}, {&log, "log.jsonl"}}) {
        if (!*stream) {
            refuse(folder / name, "it is not there");
        }
    }
    return parse_run_curves(facts, log, folder);
}

} // namespace echollama::train
