// adapter_config.json, as PEFT writes it beside a LoRA adapter.
#pragma once

#include <cstdint>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace echollama::convert {

// One of rank_pattern or alpha_pattern: a regular expression for the ends of modules' names, and its number.
struct LoraPattern {
    std::string text;
    std::regex regex;
    double value = 0;
};

struct LoraConfig {
    double rank = 0, alpha = 8;                           // rank 0: not told
    bool root_of_rank = false;                            // use_rslora: alpha / sqrt(rank) instead of alpha / rank
    std::string base_model;                               // name or folder; empty: not told
    std::vector<LoraPattern> rank_pattern, alpha_pattern; // in the file's order: the first that fits counts
    std::vector<std::string> unused;                      // what it sets that is not known here, for a warning
};

// Whatever it says and cannot be followed is refused by its name: adapters that are more than W x + factor B (A x),
// initialisations that also change the model, patterns in a dialect that is not understood. Throws Error.
LoraConfig parse_lora_config(std::string_view text, std::string const& name);

// The number for a module ("model.layers.3.self_attn.q_proj"), found as PEFT does (get_pattern_key in
// peft/tuners/tuners_utils.py): the pattern fits the whole name or what stands behind one of its dots; else
// `otherwise`. Marks the pattern that was used in `used`, which has a place for each.
double number_for(std::vector<LoraPattern> const& patterns, std::string const& module, double otherwise,
                  std::vector<bool>& used);

} // namespace echollama::convert
