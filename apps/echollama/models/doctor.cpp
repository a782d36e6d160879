#include "app.h"
#include "base/error.h"
#include "models/choice.h"
#include "models/doctor_stages.h"
#include "models/keeping.h"
#include "models/memory_plan.h"
#include "nn/backend.h"
#include "pipeline/json.h"
#include "version.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <thread>

namespace echollama {
namespace {

struct DoctorOptions {
    bool json = false, sound = false, verify = false, no_tests = false;
};

// "Intel(R) Xeon(R) …", from the system; empty where it does not say.
std::string processor_name() {
    std::ifstream file("/proc/cpuinfo");
    std::string line;
    while (std::getline(file, line)) {
        if (line.starts_with("model name")) {
            auto const colon = line.find(':');
            return colon == std::string::npos ? "" : line.substr(std::min(colon + 2, line.size()));
        }
    }
    return "";
}

struct PresetState {
    store::Preset preset;
    std::size_t models = 0, installed = 0;
    std::uint64_t bytes = 0, memory = 0, staged = 0; // memory: at the peak of describing; staged: of one model in turn
    bool fits = false, fits_staged = false;
};

std::vector<PresetState> preset_states(AppContext const& context) {
    auto const all = store::load_manifest();
    auto const budget = memory_budget(context.memory);
    std::vector<PresetState> states;
    for (auto const& preset : store::presets()) {
        PresetState state{preset};
        auto const entries = store::preset_models(all, preset.name);
        state.models = entries.size();
        for (auto const& entry : entries) {
            state.installed += store::is_installed(entry, context.models_dir) ? 1 : 0;
            state.bytes += entry.about_bytes();
        }
        auto const plan = plan_of_preset(context, preset.name);
        state.memory = plan.total();
        state.staged = plan.staged();
        state.fits = state.memory <= budget;
        state.fits_staged = state.staged <= budget;
        states.push_back(state);
    }
    return states;
}

struct ModelState {
    std::string name, soundness; // "good", "damaged", "not checked"
};

std::vector<ModelState> model_states(AppContext const& context, bool verify) {
    std::vector<ModelState> states;
    for (auto const& name : installed_names(context.models_dir)) {
        std::string soundness = "not checked";
        if (verify) {
            auto const check = store::check_model(name, context.models_dir, {}, context.stop);
            soundness = check.soundness == store::Soundness::good      ? "good"
                        : check.soundness == store::Soundness::damaged ? "damaged"
                                                                       : "not checked";
        }
        states.push_back({name, soundness});
    }
    return states;
}

struct Findings {
    std::vector<PresetState> presets;
    std::vector<ModelState> models;
    std::vector<StageResult> stages;
    std::vector<nn::GpuDevice> gpus; // that --device allows
    std::uint64_t budget = 0;
    std::vector<std::string> advice;
};

// What to do next, the most pressing first.
std::vector<std::string> advice_for(Findings const& findings) {
    std::vector<std::string> advice;
    for (auto const& model : findings.models) {
        if (model.soundness == "damaged") {
            advice.push_back("Mend the damaged model: echollama models verify --repair " + model.name + ".");
        }
    }
    auto const is = [&](std::string const& name, auto const& test) {
        return std::any_of(findings.presets.begin(), findings.presets.end(),
                           [&](auto const& state) { return state.preset.name == name && test(state); });
    };
    bool const complete = std::any_of(findings.presets.begin(), findings.presets.end(),
                                      [](auto const& state) { return state.installed == state.models; });
    if (!complete) {
        advice.push_back("No preset is complete: run ./run in the source folder for the starters, or 'echollama models "
                         "pull small --accept llama3.2'.");
    }
    for (auto const& stage : findings.stages) {
        if (!stage.works && !stage.absent) {
            advice.push_back("Look at what " + stage.name + " says above.");
        }
    }
    for (auto const& state : findings.presets) {
        bool const slow = state.preset.name == "paper" && nn::gpu_names().empty();
        bool const better = state.fits && !slow && state.installed < state.models && state.preset.name != "starter";
        if (better && complete) {
            advice.push_back("Better models fit into memory: 'echollama models pull " + state.preset.name +
                             " --dry-run' says how large they are.");
            break;
        }
    }
    if (is("starter", [](auto const& state) { return !state.fits; })) {
        advice.push_back("Close other programs: not even the starters fit into the memory that is free.");
    }
    if (advice.empty()) {
        advice.push_back("Everything is fine; try 'echollama describe photo.jpg --play'.");
    }
    return advice;
}

std::string seconds_words(double seconds) {
    std::ostringstream text;
    text.precision(seconds < 10 ? 1 : 0);
    text << std::fixed << seconds << " seconds";
    return text.str();
}

void tell(Findings const& findings, AppContext const& context) {
    auto const features = nn::processor_features();
    std::vector<std::string> gpus;
    for (auto const& device : findings.gpus) {
        gpus.push_back(device.name + " (" + device.description + ", " + size_words(device.free_bytes) + " of " +
                       size_words(device.total_bytes) + " free)");
    }
    auto const name = processor_name();
    print_text(version_text(false));
    print_line("Processor: " + (name.empty() ? "" : name + ", ") + std::to_string(std::thread::hardware_concurrency()) +
               " cores, of which " + std::to_string(context.threads) + " are used; kernels for " +
               (features.empty() ? "any processor" : joined_words(features, " and ")) + ".");
    print_line(gpus.empty() ? "No graphics processor is used."
                            : "Graphics processors: " + joined_words(gpus, " and ") + ".");
    print_line("Memory that models may take: " + size_words(findings.budget) + ".");
    for (auto const& state : findings.presets) {
        print_line("Preset " + state.preset.name + ", " + state.preset.title + ": " +
                   (state.installed == state.models ? "installed"
                                                    : std::to_string(state.installed) + " of " +
                                                          std::to_string(state.models) + " models installed") +
                   "; describing takes about " + size_words(state.memory) + " of memory, which " +
                   (state.fits          ? "fits."
                    : state.fits_staged ? "does not fit at once; one model after the other takes " +
                                              size_words(state.staged) + " and longer."
                                        : "does not fit."));
    }
    for (auto const& model : findings.models) {
        print_line("Model " + model.name + ": installed, " + model.soundness + ".");
    }
    for (auto const& stage : findings.stages) {
        print_line(stage.name + ": " +
                   (stage.works    ? "works, " + seconds_words(stage.seconds)
                    : stage.absent ? "not installed"
                                   : "does not work: " + stage.says) +
                   (stage.works && !stage.says.empty() ? "; " + stage.says : "") +
                   (stage.says.ends_with('.') ? "" : "."));
    }
    for (auto const& one : findings.advice) {
        print_line("Next: " + one);
    }
}

// Nothing that tells who runs it: no paths, names of users, computers or devices.
Json to_json(Findings const& findings, AppContext const& context) {
    Json json{{"version", ECHOLLAMA_VERSION},
              {"processor",
               {{"name", processor_name()},
                {"cores", std::thread::hardware_concurrency()},
                {"threads", context.threads},
                {"kernels", nn::processor_features()}}},
              {"gpus", nn::gpu_names()},
              {"memory_bytes", findings.budget},
              {"presets", Json::array()},
              {"models", Json::array()},
              {"stages", Json::array()},
              {"advice", findings.advice}};
    for (auto const& state : findings.presets) {
        json["presets"].push_back({{"name", state.preset.name},
                                   {"models", state.models},
                                   {"installed", state.installed},
                                   {"memory_bytes", state.memory},
                                   {"staged_bytes", state.staged},
                                   {"fits", state.fits}});
    }
    for (auto const& model : findings.models) {
        json["models"].push_back({{"name", model.name}, {"state", model.soundness}});
    }
    for (auto const& stage : findings.stages) {
        json["stages"].push_back({{"name", stage.name},
                                  {"works", stage.works},
                                  {"installed", !stage.absent},
                                  {"seconds", stage.works ? Json(stage.seconds) : Json(nullptr)}});
    }
    return json;
}

void run(AppContext const& context, DoctorOptions const& options) {
    Findings findings;
    findings.budget = memory_budget(context.memory);
    findings.presets = preset_states(context);
    if (nn::gpu_handle(context.device)) { // else none is to be woken up
        findings.gpus = nn::gpu_devices();
    }
    findings.models = model_states(context, options.verify);
    if (!options.no_tests) {
        findings.stages = try_stages(context, [&](std::string const& what) {
            if (!context.quiet) {
                std::cerr << "trying " << what << "\n";
            }
        });
    }
    if (options.sound) {
        auto const heard = try_sound(context);
        findings.stages.insert(findings.stages.end(), heard.begin(), heard.end());
    }
    findings.advice = advice_for(findings);
    if (options.json) {
        print_line(dump(to_json(findings, context)));
    } else {
        tell(findings, context);
    }
}

} // namespace

void add_doctor(Command& root, AppContext& context) {
    auto options = std::make_shared<DoctorOptions>();
    auto& command = root.subcommand("doctor", "Say what works on this computer, what fits, and what to do next");
    command.flag("--sound", options->sound, "Also play a short tone, and listen how loud the microphone is");
    command.flag("--verify", options->verify, "Also check every model byte for byte");
    command.flag("--no-tests", options->no_tests, "Do not try the models");
    command.flag("--json", options->json, "Print JSON for a report of a fault; it holds nothing personal");
    command.example = "echollama doctor --sound";
    command.run = [&context, options] { run(context, *options); };
}

} // namespace echollama
