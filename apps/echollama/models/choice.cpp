#include "models/choice.h"

#include "base/error.h"
#include "base/log.h"
#include "captioner/captioner.h"
#include "command_line/nearest_word.h"
#include "hub/cache.h"
#include "models/keeping.h"
#include "nn/gguf_head.h"
#include "store/paths.h"
#include "store/plan.h"
#include "voice/orpheus/orpheus_text.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <iostream>

namespace echollama {

ModelOption const detector_option{"--detector", "a detector", {"detector"}};
ModelOption const depth_option{"--depth", "a depth model", {"depth"}};
ModelOption const captioner_option{"--captioner", "a caption model", {"language"}};
ModelOption const llm_option{"--llm", "a language model", {"language"}};
ModelOption const lora_option{"--lora", "an adapter for a language model", {"adapter"}};
ModelOption const voice_model_option{"--voice-model", "a voice", {"speaker", "adapter"}};
ModelOption const codec_option{"--snac", "a sound codec", {"codec"}};
ModelOption const ear_option{"--ear", "a speech recognition model", {"listener"}};
ModelOption const vad_option{"--vad", "a voice activity model", {"pauses"}};
ModelOption const reader_option{"--reader", "a model that reads", {"reader"}};
ModelOption const voice_option{"--voice", "a voice", {"speaker", "adapter"}};
ModelOption const encoder_option{"--vision", "the picture encoder of a caption model", {"encoder"}};
ModelOption const quantize_option{"models quantize", "a language model", {"language", "speaker"}};
ModelOption const merge_option{"models merge", "a language model", {"language", "speaker"}};
ModelOption const merged_option{"models merge", "an adapter for a language model", {"adapter"}};
ModelOption const base_option{"--base", "a language model", {"language", "speaker"}};

namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t orpheus_words = 156'000; // a LLaMA that writes sound has words for it

ModelKind const detector_kind{"detector", "a detector"}, depth_kind{"depth", "a depth model"},
    codec_kind{"codec", "a sound codec"}, encoder_kind{"encoder", "the picture encoder of a caption model"},
    classifier_kind{"classifier", "a picture classifier"}, adapter_kind{"adapter", "an adapter for a language model"},
    voice_kind{"speaker", "a voice"}, language_kind{"language", "a language model"},
    listener_kind{"listener", "a speech recognition model"}, pauses_kind{"pauses", "a voice activity model"},
    reader_kind{"reader", "a model that reads printed words"},
    published_kind{"published", "a published checkpoint, not converted yet"};

ModelKind kind_of_gguf(nn::GgufHead const& head) {
    auto const architecture = head.architecture();
    static std::array<std::pair<char const*, ModelKind const*>, 9> const known{{{"detr", &detector_kind},
                                                                                {"nanodet", &detector_kind},
                                                                                {"centernet", &detector_kind},
                                                                                {"dpt-hybrid", &depth_kind},
                                                                                {"midas-small", &depth_kind},
                                                                                {"efficientnet-lite", &classifier_kind},
                                                                                {"snac", &codec_kind},
                                                                                {"moondream-vision", &encoder_kind},
                                                                                {"clip", &encoder_kind}}};
    for (auto const& [name, kind] : known) {
        if (architecture == name) {
            return *kind;
        }
    }
    if (head.text("general.type") == "adapter") {
        return adapter_kind;
    }
    if (head.u32(architecture + ".vocab_size", 0) >= orpheus_words) {
        return voice_kind;
    }
    return language_kind;
}

ModelKind kind_of_folder(fs::path const& folder) {
    std::error_code failed;
    if (fs::exists(folder / "det.onnx", failed) && fs::exists(folder / "rec.onnx", failed)) {
        return reader_kind;
    }
    for (auto const& item : fs::directory_iterator(folder, failed)) {
        if (item.path().extension() == ".onnx") {
            return voice_kind;
        }
    }
    return {};
}

// ggml's older files: a mark, then what whisper calls the size of its vocabulary and Silero the length of its name.
ModelKind kind_of_ggml(std::array<char, 8> const& head) {
    std::uint32_t number = 0;
    std::memcpy(&number, head.data() + 4, sizeof number);
    return number == std::strlen("silero-16k") ? pauses_kind : listener_kind;
}

fs::path pulled(AppContext const& context, store::Reference const& reference, std::string const& text) {
    auto settings = hub::settings_from_environment();
    settings.offline = true; // what is here
    try {
        auto const plan = store::plan_reference(reference, settings, context.models_dir, context.stop);
        if (plan.installed) {
            return context.models_dir / plan.entry.name;
        }
        hub::Cache const cache(settings.cache);
        if (auto const file = cache.find(reference.repository, plan.listing.commit, plan.files.front().path)) {
            return *file;
        }
    } catch (Error const&) { // it is not here; how to get it is said below
    }
    throw Error("The model " + text + " is not on this computer; get it with 'echollama models pull " + text + "'.");
}

[[noreturn]] void refuse_absent(AppContext const& context, ModelOption const& option, std::string const& name) {
    auto known = installed_names(context.models_dir);
    for (auto const& entry : store::load_manifest()) {
        if (entry.name == name || fs::path(entry.name).stem() == name) {
            throw Error("The model " + entry.name + " is not installed; get it with 'echollama models pull " +
                        entry.name + "'.");
        }
        known.push_back(entry.name);
    }
    if (option.option == voice_option.option) {
        known.insert(known.end(), {"natural", "fast"});
        known.insert(known.end(), orpheus_voices.begin(), orpheus_voices.end());
        auto const near = nearest_word(name, known);
        throw Error("There is no voice " + name +
                    (near.empty() ? "; choose natural, fast, a voice of Orpheus such as tara, or a voice's model by "
                                    "path or name."
                                  : "; did you mean " + near + "?"));
    }
    auto const near = nearest_word(name, known);
    throw Error("There is no model file " + name + " for " + option.option +
                (near.empty() ? "; check the path, or see 'echollama models list'." : "; did you mean " + near + "?"));
}

} // namespace

ModelKind kind_of_model(fs::path const& model) {
    std::error_code failed;
    if (fs::is_directory(model, failed)) {
        return kind_of_folder(model);
    }
    if (auto const head = nn::gguf_head_or_empty(model); !head.architecture().empty()) {
        return kind_of_gguf(head);
    }
    std::array<char, 8> head{};
    std::ifstream(model, std::ios::binary).read(head.data(), head.size());
    auto const begins = std::string_view(head.data(), head.size());
    if (begins.starts_with("lmgg")) {
        return kind_of_ggml(head);
    }
    auto const end = model.extension();
    bool const published = end == ".safetensors" || end == ".pt" || end == ".pth" || end == ".bin";
    return published && (begins.starts_with("PK") || begins.starts_with("\x80") || begins[7] == '\0') ? published_kind
                                                                                                      : ModelKind{};
}

fs::path chosen_model(AppContext const& context, ModelOption const& option, fs::path const& named) {
    if (named.empty()) {
        return named;
    }
    auto const text = named.string();
    std::error_code failed;
    auto model = named;
    if (auto const reference = store::parse_reference(text)) {
        model = pulled(context, *reference, text);
    } else if (!fs::exists(named, failed)) {
        if (text.find('/') != std::string::npos) {
            return named; // a path: what is wrong with it, loading says
        }
        auto const found = store::find_installed(context.models_dir, text);
        if (!found) {
            refuse_absent(context, option, text);
        }
        model = *found;
    }
    auto const kind = kind_of_model(model);
    if (kind.role == "published") {
        throw Error("The file " + text + " is " + kind.title + "; convert it with 'echollama models convert " + text +
                    " -o NAME.gguf' and name that.");
    }
    bool const fits =
        kind.role.empty() || std::find(option.roles.begin(), option.roles.end(), kind.role) != option.roles.end();
    if (!fits) {
        throw Error("The file " + text + " is " + kind.title + ", and " + option.option + " wants " + option.wants +
                    "; name another one.");
    }
    return model;
}

std::optional<TaughtVoice> taught_voice(AppContext const& context, fs::path const& model) {
    if (kind_of_model(model).role != "adapter") {
        return std::nullopt;
    }
    for (auto const& entry : store::load_manifest()) {
        if (entry.role != "speaker" || entry.base.empty() || entry.name != model.filename()) {
            continue;
        }
        auto const base = store::find_installed(context.models_dir, entry.base);
        if (!base) {
            throw Error("The voice " + entry.name + " is an adapter for " + entry.base +
                        ", which is not installed; get it with 'echollama models pull " + entry.base + "'.");
        }
        return TaughtVoice{*base, model};
    }
    throw Error("The file " + model.string() +
                " is an adapter, and which voice it belongs to is not known; merge it into its model and name that.");
}

std::string usual_voice(fs::path const& model) {
    std::error_code failed;
    if (fs::is_directory(model, failed)) {
        return "natural"; // has no other
    }
    return model.filename().string().find("elise") == std::string::npos ? "tara" : "none";
}

namespace {

ModelSet set_of(AppContext const& context, std::string const& preset, std::vector<store::ModelEntry> const& entries) {
    ModelSet set{preset};
    for (auto const& entry : entries) {
        auto const path = context.models_dir / entry.name;
        auto const kind = entry.role == "describer" ? kind_of_model(path).role : "";
        if (entry.role == "detector") {
            set.detector = path;
        } else if (entry.role == "depth") {
            set.depth = path;
        } else if (entry.role == "captioner") {
            set.captioner = path;
        } else if (auto const taught = entry.role == "speaker" ? taught_voice(context, path) : std::nullopt) {
            set.speaker = taught->base;
            set.speaker_adapters = {taught->adapter};
            set.voice = usual_voice(path);
        } else if (kind == "adapter") {
            set.adapters.push_back(path);
        } else if (entry.role == "describer") {
            set.llm = path; // of several the last: what was taught
        } else if (entry.role == "speaker") {
            set.speaker = path;
            set.voice = usual_voice(path);
        } else if (entry.role == "codec") {
            set.codec = path;
        } else if (entry.role == "listener") {
            set.listener = path;
        } else if (entry.role == "pauses") {
            set.pauses = path;
        }
    }
    return set;
}

std::vector<std::string> missing_of(AppContext const& context, std::vector<store::ModelEntry> const& entries) {
    std::vector<std::string> missing;
    for (auto const& entry : entries) {
        if (!store::is_installed(entry, context.models_dir)) {
            missing.push_back(entry.name);
        }
    }
    return missing;
}

// The preset was asked for by name: what --memory allows must hold at least its models in turn.
void check_memory(AppContext const& context, std::string const& preset, std::vector<store::ModelEntry> const& entries) {
    auto const plan = plan_memory(context.models_dir, entries);
    if (context.memory.empty() || plan.staged() <= parse_memory(context.memory)) {
        return;
    }
    throw Error("Of the preset " + preset + " " + plan.largest().model + " alone takes about " +
                size_words(plan.staged()) + " of memory, more than --memory " + context.memory +
                "; allow more, or choose a smaller preset.");
}

ModelSet choose_set(AppContext const& context) {
    auto const all = store::load_manifest();
    if (context.preset == "starter") {
        return {};
    }
    if (!context.preset.empty()) {
        auto const entries = store::preset_models(all, context.preset);
        if (auto const missing = missing_of(context, entries); !missing.empty()) {
            throw Error("Of the preset " + context.preset + " " + joined_words(missing, " and ") +
                        (missing.size() == 1 ? " is" : " are") + " missing; get it with 'echollama models pull " +
                        context.preset + "'.");
        }
        check_memory(context, context.preset, entries);
        return set_of(context, context.preset, entries);
    }
    auto const budget = memory_budget(context.memory);
    for (bool const in_turn : {false, true}) { // all models at once, and only then those that come and go
        for (auto const& preset : store::presets()) {
            auto const entries = store::preset_models(all, preset.name);
            auto const plan = plan_memory(context.models_dir, entries);
            if (missing_of(context, entries).empty() && (in_turn ? plan.staged() : plan.total()) <= budget) {
                return preset.name == "starter" ? ModelSet{} : set_of(context, preset.name, entries);
            }
        }
    }
    return {};
}

std::string names_of(ModelSet const& set) {
    std::vector<std::string> names;
    for (auto const& path : {set.detector, set.depth, set.captioner, set.llm, set.speaker, set.codec}) {
        if (!path.empty()) {
            names.push_back(path.filename().string());
        }
    }
    for (auto const& path : set.adapters) {
        names.push_back(path.filename().string());
    }
    return joined_words(names, " and ");
}

} // namespace

fs::path pauses_model(AppContext const& context, fs::path const& named) {
    if (!named.empty()) {
        return chosen_model(context, vad_option, named);
    }
    std::error_code ignored;
    for (auto const& installed :
         {model_set(context).pauses, context.models_dir / "silero-v6.2.0.bin", context.models_dir / "silero-vad.bin"}) {
        if (!installed.empty() && fs::exists(installed, ignored)) {
            return installed;
        }
    }
    return {};
}

namespace {

// The starters that are installed; what is not there is not loaded. `better`: with what takes a starter's place.
MemoryPlan plan_of_starters(AppContext const& context, bool better) {
    auto const installed = [&](auto const& entry) { return store::is_installed(entry, context.models_dir); };
    std::vector<store::ModelEntry> entries, replacing;
    for (auto const& entry : store::load_manifest()) {
        if ((entry.starter || (better && entry.better)) && installed(entry)) {
            (entry.better ? replacing : entries).push_back(entry);
        }
    }
    for (auto const& entry : replacing) {
        std::erase_if(entries, [&](auto const& other) { return other.role == entry.role; });
    }
    entries.insert(entries.end(), replacing.begin(), replacing.end());
    return plan_memory(context.models_dir, entries);
}

bool takes_better(AppContext const& context) {
    auto const all = store::load_manifest();
    auto const budget = memory_budget(context.memory);
    bool const there = std::any_of(all.begin(), all.end(), [&](auto const& entry) {
        return entry.better && store::is_installed(entry, context.models_dir);
    });
    return there && plan_of_starters(context, true).total() <= budget;
}

} // namespace

std::string starter_language_model(AppContext const& context, bool untaught) {
    std::string name = untaught ? "smollm2-135m-instruct-q4_1.gguf" : "smollm2-135m-scenes-q8_0.gguf";
    for (auto const& entry : takes_better(context) ? store::load_manifest() : std::vector<store::ModelEntry>()) {
        name = entry.better && entry.role == "describer" ? entry.name : name;
    }
    return name;
}

MemoryPlan plan_of_preset(AppContext const& context, std::string const& preset) {
    auto const entries = store::preset_models(store::load_manifest(), preset);
    bool const starters = preset == "starter" && missing_of(context, entries).size() < entries.size();
    return starters ? plan_of_starters(context, takes_better(context)) : plan_memory(context.models_dir, entries);
}

MemoryPlan plan_of_set(AppContext const& context) {
    auto const& preset = model_set(context).preset;
    return plan_of_preset(context, preset.empty() ? "starter" : preset);
}

ModelSet const& model_set(AppContext const& context) {
    if (!context.chosen_set) {
        context.chosen_set = std::make_shared<ModelSet const>(choose_set(context));
        if (context.verbose) {
            auto const& set = *context.chosen_set;
            std::cerr << (set.preset.empty() ? "The starter models are used."
                                             : "The preset " + set.preset + " is used: " + names_of(set) + ".")
                      << "\n";
        }
    }
    return *context.chosen_set;
}

} // namespace echollama
