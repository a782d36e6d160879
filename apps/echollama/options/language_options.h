// Which language model writes: for describe, ask and chat.
#pragma once

#include "app.h"
#include "llm/llm.h"
#include "models/stage_files.h"
#include "pipeline/loading.h"
#include "roles/roles.h"
#include "wording/prompt.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace echollama {

struct LanguageOptions {
    std::filesystem::path llm = {};      // empty: the better one that is installed, else the starter
    bool none = false;                   // only the scene's own words
    std::vector<std::string> loras = {}; // "F.gguf" or "F.gguf:0.5"
    bool no_adapter = false;             // the starter without the one that comes with it
    std::string url = {}, model = {};    // a server instead of a file
    PromptStyle style = PromptStyle::standard;
    ChatTemplateOptions chat = {};
    bool greedy = false;
    std::optional<float> temperature = {}, top_p = {}; // not given: see sampling_of()
    std::optional<int> max_tokens = {};
    std::uint32_t seed = 0;
    int at_once = 1; // replies that a model on this computer writes at a time
};

void add_language_options(Command& command, LanguageOptions& options);

// The starter model is small and wanders when it writes much or freely: the likeliest words, at most 96 tokens. A model
// that the user names gets the paper's values.
LlmSampling sampling_of(LanguageOptions const& options);

// "F.gguf:0.5" → the file and 0.5; without a number 1. Throws UsageError when the number is none.
LlmAdapter parse_lora(std::string const& text);

// What load_describer() loads, for decide_devices(): nothing where no model on this computer is wanted.
std::vector<StageFiles> describer_stages(AppContext const& context, LanguageOptions const& options);

// Not valid when no language model is wanted; loaded when it is asked for or begun, but the options are checked at
// once.
Loading<Describer> load_describer(AppContext const& context, LanguageOptions const& options, Timings& timings);

} // namespace echollama
