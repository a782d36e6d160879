#include "train/checkpoint.h"

#include "base/error.h"
#include "formats/safetensors.h"
#include "formats/safetensors_writer.h"

#include <cstdio>
#include <cstdlib>

namespace echollama::train {
namespace {

using convert::Safetensors;
using convert::SafetensorsOutput;

// What a parameter's moments are called in the file: those in 32 bits, or codes and their scales.
template <class Kept, class Floats, class Codes>
void for_each_moment(Kept& m, Floats const& floats, Codes const& codes) {
    floats("exp_avg", m.m);
    floats("exp_avg_sq", m.v);
    codes("state1", m.m_codes);
    codes("state2", m.v_codes);
    floats("absmax1", m.m_scales);
    floats("absmax2", m.v_scales);
}

// Moments of a parameter under its name.
void add_moments(std::vector<SafetensorsOutput>& tensors, std::string const& name, Moments const& m) {
    auto const add = [&](std::string const& what, auto const& values, auto const& make_tensor) {
        if (!values.empty()) {
            tensors.push_back(make_tensor(what + "." + name, {static_cast<std::int64_t>(values.size())}, values));
        }
    };
    for_each_moment(
        m, [&](char const* what, auto const& values) { add(what, values, convert::float_tensor); },
        [&](char const* what, auto const& values) { add(what, values, convert::byte_tensor); });
}

Moments read_moments(Safetensors const& file, std::string const& name) {
    Moments m;
    auto const key = [&](char const* what) { return what + ("." + name); };
    for_each_moment(
        m,
        [&](char const* what, std::vector<float>& values) {
            if (file.has(key(what))) {
                values = file.floats(key(what));
            }
        },
        [&](char const* what, std::vector<std::uint8_t>& values) {
            if (file.has(key(what))) {
                for (auto code : file.integers(key(what))) {
                    values.push_back(static_cast<std::uint8_t>(code));
                }
            }
        });
    return m;
}

std::string exact(double value) {
    char text[40];
    std::snprintf(text, sizeof(text), "%a", value);
    return text;
}

class Facts {
  public:
    explicit Facts(Safetensors const& file) : facts_(file.metadata()) {}

    std::string text(std::string const& key) const {
        auto const found = facts_.find(key);
        return found == facts_.end() ? "" : found->second;
    }
    std::int64_t whole(std::string const& key) const { return std::strtoll(text(key).c_str(), nullptr, 10); }
    double number(std::string const& key) const { return std::strtod(text(key).c_str(), nullptr); }

  private:
    std::map<std::string, std::string> const& facts_;
};

} // namespace

void save_run(std::filesystem::path const& file, SavedRun const& run, Lora const& lora, std::string const& key) {
    std::vector<SafetensorsOutput> tensors;
    auto const& parameters = lora.parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        tensors.push_back(convert::float_tensor(parameters[i].name, parameters[i].shape, run.state.parameters[i]));
        add_moments(tensors, parameters[i].name, run.state.moments[i]);
    }
    std::map<std::string, std::string> const facts = {{"run", key},
                                                      {"step", std::to_string(run.state.step)},
                                                      {"evaluated", std::to_string(run.evaluated)},
                                                      {"best_loss", exact(run.best_loss)},
                                                      {"evaluations", std::to_string(run.evaluations)},
                                                      {"without_better", std::to_string(run.without_better)}};
    convert::write_safetensors(file, tensors, facts, "the state of the run");
}

SavedRun load_run(std::filesystem::path const& file, Lora const& lora, std::string const& key) {
    Safetensors const saved(file);
    Facts const facts(saved);
    if (facts.text("run") != key) {
        throw Error("The run saved in " + file.string() +
                    " has another model, other data or other settings; go on with the ones it began with, or name "
                    "another output_dir.");
    }
    SavedRun run;
    run.state.step = facts.whole("step");
    run.evaluated = facts.whole("evaluated");
    run.best_loss = facts.number("best_loss");
    run.evaluations = facts.whole("evaluations");
    run.without_better = facts.whole("without_better");
    for (auto const& parameter : lora.parameters()) {
        if (!saved.has(parameter.name) || saved.tensors().at(parameter.name).shape != parameter.shape) {
            throw Error("The run saved in " + file.string() + " is damaged; begin it anew in another output_dir.");
        }
        run.state.parameters.push_back(saved.floats(parameter.name));
        run.state.moments.push_back(read_moments(saved, parameter.name));
    }
    return run;
}

} // namespace echollama::train
