#include "options/language_options.h"

#include "base/error.h"
#include "describer/local_describer.h"
#include "describer/remote_describer.h"
#include "models/choice.h"
#include "models/stages.h"
#include "options/wording_options.h"
#include "store/manifest.h"

#include <cmath>
#include <cstdlib>
#include <memory>

namespace echollama {

void add_language_options(Command& command, LanguageOptions& options) {
    auto& llm = command.option("--llm", options.llm, "Language model (GGUF), by path or name");
    command
        .list("--lora", options.loras,
              "Adapter for it (GGUF), with :SCALE for another strength than 1; in the place of the starter's own")
        .file();
    command.flag("--no-adapter", options.no_adapter,
                 "The starter language model as it was published, not taught to tell of scenes");
    auto& url = command.option("--llm-url", options.url,
                               "Language model server that speaks OpenAI's protocol, such as http://127.0.0.1:8080/v1; "
                               "its key is taken from ECHOLLAMA_LLM_KEY");
    url.value_name("ADDRESS");
    command.option("--llm-model", options.model, "What the server calls the model").value_name("NAME").needs(url);
    auto& none = command.flag("--no-llm", options.none, "Use only the scene's own words");
    llm.excludes(url).excludes(none);
    url.excludes(none);
    add_prompt_style_option(command, options.style,
                            "How the model is asked: with facts in sentences, or with caption and matrix");
    command
        .option(
            "--chat-template", options.chat.choice,
            "How a conversation is written for the model, where its file does not say so or says it wrongly: a Jinja "
            "file, or a name such as chatml or llama3")
        .file()
        .excludes(url);
    command.option("--llm-date", options.chat.date, "Today's date for models that expect it, such as \"26 Jul 2024\"")
        .value_name("DATE");
    auto& greedy = command.flag("--greedy", options.greedy, "Always take the likeliest word: the same text every time");
    command.option("--temperature", options.temperature, "How freely words are chosen")
        .range(0, 2)
        .otherwise("0.7")
        .excludes(greedy);
    command.option("--top-p", options.top_p, "Share of likely words to choose among").range(0, 1).otherwise("0.95");
    command.option("--max-tokens", options.max_tokens, "Length of the longest text the model may write, in tokens")
        .range(1, 1 << 20)
        .otherwise("1024");
    command.option("--seed", options.seed, "The same number chooses the same words again").otherwise("0");
}

LlmSampling sampling_of(LanguageOptions const& options) {
    bool starter = options.llm.empty() && options.url.empty();
    LlmSampling sampling = starter ? LocalDescriberOptions{}.sampling : LlmSampling{};
    sampling.temperature = options.greedy ? 0 : options.temperature.value_or(sampling.temperature);
    sampling.top_p = options.top_p.value_or(sampling.top_p);
    sampling.max_tokens = options.max_tokens.value_or(sampling.max_tokens);
    sampling.seed = options.seed;
    return sampling;
}

LlmAdapter parse_lora(std::string const& text) {
    auto colon = text.rfind(':');
    std::error_code none;
    if (colon == std::string::npos || std::filesystem::exists(text, none)) {
        return {text, 1};
    }
    auto number = text.substr(colon + 1);
    char* end = nullptr;
    float scale = std::strtof(number.c_str(), &end);
    if (number.empty() || *end != '\0' || !std::isfinite(scale)) {
        throw UsageError("'" + number + "' is not a strength for --lora; write it like --lora adapter.gguf:0.5.");
    }
    return {text.substr(0, colon), scale};
}

namespace {

// The models that are named, else those of the set.
LanguageOptions with_models(AppContext const& context, LanguageOptions const& given) {
    auto options = given;
    options.llm = chosen_model(context, llm_option, given.llm);
    if (options.llm.empty() && options.url.empty()) {
        auto const& set = model_set(context);
        options.llm = set.llm;
        for (auto const& adapter : given.loras.empty() ? set.adapters : std::vector<std::filesystem::path>()) {
            options.loras.push_back(adapter.string());
        }
    }
    return options;
}

// The adapters that are named, of options with_models().
std::vector<LlmAdapter> adapters_of(AppContext const& context, LanguageOptions const& options) {
    std::vector<LlmAdapter> adapters;
    for (auto const& lora : options.loras) {
        auto adapter = parse_lora(lora);
        adapter.path = chosen_model(context, lora_option, adapter.path);
        adapters.push_back(adapter);
    }
    return adapters;
}

// A given adapter takes the place of what the starter was taught.
std::string usual_model(AppContext const& context, LanguageOptions const& options) {
    return starter_language_model(context, options.no_adapter || !options.loras.empty());
}

StageFiles stage_of(AppContext const& context, LanguageOptions const& options,
                    std::vector<LlmAdapter> const& adapters) {
    auto const file = options.llm.empty() ? context.models_dir / usual_model(context, options) : options.llm;
    StageFiles stage{describer_stage, "describer", {file}, options.at_once};
    for (auto const& adapter : adapters) {
        stage.files.push_back(adapter.path);
    }
    return stage;
}

} // namespace

std::vector<StageFiles> describer_stages(AppContext const& context, LanguageOptions const& given) {
    if (given.none || !given.url.empty()) {
        return {};
    }
    auto const options = with_models(context, given);
    return {stage_of(context, options, adapters_of(context, options))};
}

Loading<Describer> load_describer(AppContext const& context, LanguageOptions const& given, Timings& timings) {
    if (given.none) {
        return {};
    }
    auto const options = with_models(context, given);
    auto sampling = sampling_of(options);
    if (!options.url.empty()) {
        if (!options.loras.empty()) {
            throw UsageError("--lora works with a model on this computer; give it with --llm.");
        }
        auto remote = std::make_shared<RemoteDescriberOptions>();
        remote->url = options.url;
        remote->model = options.model;
        remote->key = key_from_environment();
        remote->sampling = sampling;
        parse_chat_address(remote->url); // a wrong address is told before the picture is looked at
        return load_when_wanted<Describer>(timings, "language model",
                                           [remote] { return make_remote_describer(*remote); });
    }
    LocalDescriberOptions local{
        .model = {.threads = context.threads, .chat = options.chat, .sequences = options.at_once},
        .sampling = sampling};
    check_chat_template(options.chat.choice); // told before the picture is looked at
    local.model.adapters = adapters_of(context, options);
    // Found when it is loaded: a missing language model is worth a warning only.
    auto const usual = usual_model(context, options);
    auto const stage = stage_of(context, options, local.model.adapters);
    return load_stage<Describer>(context, stage, LoadingTime::when_wanted, timings,
                                 [named = options.llm, usual, context, local](std::string const& device) {
                                     auto chosen = local;
                                     chosen.model.device = device;
                                     return make_local_describer(model_or_starter(context, named, usual), chosen);
                                 });
}

} // namespace echollama
