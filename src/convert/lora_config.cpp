#include "convert/lora_config.h"

#include "base/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace echollama::convert {
namespace {

using OrderedJson = nlohmann::ordered_json; // which pattern comes first matters

constexpr std::size_t longest_pattern = 1000;
constexpr std::size_t most_patterns = 10'000;

// What is only about training, or is told by the tensors themselves.
constexpr std::string_view without_effect[] = {
    "auto_mapping",   "corda_config",      "eva_config",         "exclude_modules",
    "inference_mode", "init_lora_weights", "layers_pattern",     "layers_to_transform",
    "loftq_config",   "lora_dropout",      "peft_version",       "qalora_group_size",
    "revision",       "runtime_config",    "target_modules",     "task_type",
    "megatron_core",  "lora_ga_config",    "ensure_weight_tying"};
constexpr std::string_view understood[] = {
    "alpha_pattern", "base_model_name_or_path", "lora_alpha", "peft_type", "r", "rank_pattern", "use_rslora"};
// What makes it another kind of adapter when it is set.
constexpr std::string_view refused[] = {"use_dora",
                                        "fan_in_fan_out",
                                        "modules_to_save",
                                        "layer_replication",
                                        "lora_bias",
                                        "megatron_config",
                                        "trainable_token_indices",
                                        "use_qalora",
                                        "target_parameters",
                                        "alora_invocation_tokens",
                                        "arrow_config",
                                        "use_bdlora"};
// Initialisations that change the model's own weights; the adapter then fits the changed model only.
constexpr std::string_view changing_inits[] = {"pissa", "olora", "corda", "loftq", "lora_ga"};

template <std::size_t count>
bool holds(std::string_view const (&list)[count], std::string_view word) {
    return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

bool is_set(OrderedJson const& value) {
    return !(value.is_null() || value == false || (value.is_structured() && value.empty()) ||
             (value.is_string() && (value.get_ref<std::string const&>().empty() || value == "none")));
}

// For messages: what a file says may be anything.
std::string shown(std::string_view text) {
    std::string out;
    for (char c : text.substr(0, 80)) {
        out += c >= 0x20 && c < 0x7F ? c : '?';
    }
    return "'" + out + "'";
}

// Python's and ECMAScript's regular expressions differ in what follows "(?" and a backslash: only what both know is
// taken.
bool is_common_dialect(std::string_view pattern) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        auto const next = pattern.substr(i + 1, 2);
        if (pattern[i] == '(' && next.starts_with('?') && next != "?:" && next != "?=" && next != "?!") {
            return false;
        }
        if (pattern[i] == '\\') {
            if (next.empty() || std::strchr(".dDwWsSbB^$*+?()[]{}|/\\-_", next[0]) == nullptr) {
                return false;
            }
            ++i;
        }
    }
    return true;
}

LoraPattern pattern_of(std::string const& key, OrderedJson const& value, std::string const& name) {
    auto const refuse = [&](std::string const& why) {
        return Error("The adapter's configuration " + name + " has the pattern " + shown(key) + ", " + why +
                     "; merge the adapter into its model and convert that.");
    };
    if (!value.is_number() || !std::isfinite(value.get<double>()) || value.get<double>() < 0) {
        throw refuse("whose number cannot be used");
    }
    if (key.size() > longest_pattern || !is_common_dialect(key)) {
        throw refuse("which is written in a way that is not understood");
    }
    auto flags = std::regex::ECMAScript | std::regex::optimize;
#ifdef __GLIBCXX__
    flags |= std::regex_constants::__polynomial; // no pattern may take exponential time
#endif
    try {
        return {key, std::regex("(?:.*\\.)?(?:" + key + ")", flags), value.get<double>()};
    } catch (std::regex_error const&) {
        throw refuse("which is not a regular expression");
    }
}

std::vector<LoraPattern> patterns_of(OrderedJson const& json, char const* which, std::string const& name) {
    std::vector<LoraPattern> patterns;
    auto const found = json.find(which);
    if (found == json.end() || !is_set(*found)) {
        return patterns;
    }
    if (!found->is_object() || found->size() > most_patterns) {
        throw Error("The adapter's configuration " + name + " has no usable '" + which + "'; download it again.");
    }
    for (auto const& [key, value] : found->items()) {
        patterns.push_back(pattern_of(key, value, name));
    }
    return patterns;
}

double number_in(OrderedJson const& json, char const* key, double otherwise, std::string const& name) {
    auto const found = json.find(key);
    if (found == json.end() || found->is_null()) {
        return otherwise;
    }
    if (!found->is_number() || !std::isfinite(found->get<double>()) || found->get<double>() < 0) {
        throw Error("The adapter's configuration " + name + " has no usable '" + key + "'; download it again.");
    }
    return found->get<double>();
}

std::string text_in(OrderedJson const& json, char const* key, char const* otherwise) {
    auto const found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

void refuse_other_kinds(OrderedJson const& json, std::string const& name) {
    auto const refuse = [&](std::string const& what) {
        return Error("The adapter of " + name + " is not a plain LoRA (it has " + what +
                     "); merge it into its model and convert that.");
    };
    if (auto const type = text_in(json, "peft_type", "LORA"); type != "LORA") {
        throw refuse("peft_type " + shown(type));
    }
    if (auto const bias = json.find("bias"); bias != json.end() && is_set(*bias)) {
        throw refuse("biases");
    }
    for (auto const& [key, value] : json.items()) {
        if (holds(refused, key) && is_set(value)) {
            throw refuse(shown(key));
        }
    }
    auto const init = text_in(json, "init_lora_weights", "");
    for (auto const& changing : changing_inits) {
        if (init.starts_with(changing)) {
            throw refuse("the initialisation " + shown(init) + ", which also changed the model");
        }
    }
}

} // namespace

LoraConfig parse_lora_config(std::string_view text, std::string const& name) {
    OrderedJson json;
    try {
        json = OrderedJson::parse(text);
    } catch (OrderedJson::exception const&) { // json stays null
    }
    if (!json.is_object()) {
        throw Error("The adapter's configuration " + name + " is damaged; download it again.");
    }
    refuse_other_kinds(json, name);
    LoraConfig config;
    config.rank = number_in(json, "r", 0, name);
    config.alpha = number_in(json, "lora_alpha", 8, name);
    config.root_of_rank = json.contains("use_rslora") && json["use_rslora"] == true;
    config.base_model = text_in(json, "base_model_name_or_path", "");
    config.rank_pattern = patterns_of(json, "rank_pattern", name);
    config.alpha_pattern = patterns_of(json, "alpha_pattern", name);
    for (auto const& [key, value] : json.items()) {
        if (!holds(understood, key) && !holds(without_effect, key) && !holds(refused, key) && key != "bias" &&
            is_set(value)) {
            config.unused.push_back(shown(key));
        }
    }
    return config;
}

double number_for(std::vector<LoraPattern> const& patterns, std::string const& module, double otherwise,
                  std::vector<bool>& used) {
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        if (std::regex_match(module, patterns[i].regex)) {
            used[i] = true;
            return patterns[i].value;
        }
    }
    return otherwise;
}

} // namespace echollama::convert
