#include "telling_options.h"

#include "base/error.h"
#include "describer/local_describer.h"
#include "describer/remote_describer.h"
#include "listener/whisper_listener.h"
#include "media/sound/time_stretch.h"
#include "text/sentences.h"
#include "voice/voices.h"
#include "wording_options.h"

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <memory>

namespace echollama {

namespace {

// "1.5", or words a minute as "260wpm" or "260 wpm".
float parse_rate(std::string const& text) {
    std::size_t end = 0;
    float value = 0;
    try {
        value = std::stof(text, &end);
    } catch (std::exception const&) {
        end = 0;
    }
    auto const unit = trimmed(std::string_view(text).substr(end));
    if (end > 0 && unit == "wpm" && value >= 80 && value <= 900) {
        return value / normal_words_per_minute;
    }
    if (end > 0 && unit.empty() && value >= TimeStretch::slowest && value <= TimeStretch::fastest) {
        return value;
    }
    throw UsageError("The rate '" + text + "' is none: give 0.5 to 4, or 80wpm to 900wpm.");
}

} // namespace

void add_language_options(Command& command, LanguageOptions& options) {
    auto& llm = command.option("--llm", options.llm, "Language model (GGUF)");
    command.list("--lora", options.loras, "Adapter for it (GGUF), with :SCALE for another strength than 1").file();
    auto& url =
        command.option("--llm-url", options.url,
                       "Language model server (OpenAI-compatible), such as http://127.0.0.1:8080/v1; its key is "
                       "taken from ECHOLLAMA_LLM_KEY");
    command.option("--llm-model", options.model, "What the server calls the model").needs(url);
    auto& none = command.flag("--no-llm", options.none, "Use only the scene's own words");
    llm.excludes(url).excludes(none);
    url.excludes(none);
    add_prompt_style_option(command, options.style,
                            "How the model is asked: with facts in sentences, or with caption and matrix");
    command
        .option("--chat-template", options.chat.choice,
                "How the model wants a conversation written, where its file says it wrongly or not at all: a Jinja "
                "file, or a name such as chatml or llama3")
        .excludes(url);
    command.option("--llm-date", options.chat.date,
                   "Date to tell the model, as Llama 3 is used to, such as \"26 Jul 2024\"");
    auto& greedy = command.flag("--greedy", options.greedy, "Always the likeliest word: the same text every time");
    command.option("--temperature", options.temperature, "Freedom in choosing words (default: 0.7)")
        .range(0, 2)
        .excludes(greedy);
    command.option("--top-p", options.top_p, "Share of likely words to choose among (default: 0.95)").range(0, 1);
    command.option("--max-tokens", options.max_tokens, "Longest text the model may write, in tokens (default: 1024)")
        .range(1, 1 << 20);
    command.option("--seed", options.seed, "Number that fixes the chance in choosing words");
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

Loading<Describer> load_describer(AppContext const& context, LanguageOptions const& options, Timings& timings) {
    if (options.none) {
        return {};
    }
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
        return load_in_background<Describer>(timings, "language model",
                                             [remote] { return make_remote_describer(*remote); });
    }
    LocalDescriberOptions local{.model = {.threads = context.threads, .chat = options.chat}, .sampling = sampling};
    check_chat_template(options.chat.choice); // told before the picture is looked at
    for (auto const& lora : options.loras) {
        local.model.adapters.push_back(parse_lora(lora));
    }
    // Found in the background too: a missing language model is worth a warning only.
    return load_in_background<Describer>(timings, "language model", [named = options.llm, context, local] {
        return make_local_describer(model_or_starter(context, named, "smollm2-135m-instruct-q4_1.gguf"), local);
    });
}

void add_voice_options(Command& command, VoiceOptions& options) {
    command.option("--voice", options.choice.name,
                   "natural, fast, an Orpheus voice (tara leah jess leo dan mia zac zoe; none for fine-tunes without "
                   "voice names), or the folder of a Piper or Kokoro voice");
    command.option("--voice-model", options.choice.model,
                   "Orpheus model (GGUF), or the folder of a Piper or Kokoro voice");
    command.option("--snac", options.choice.snac, "Orpheus' sound codec (GGUF), where it is not beside the model");
    command.option("--speaker", options.choice.speaker,
                   "Speaker of a voice model with several: name, or number from 0");
    command.option("--language", options.choice.language, "Language of the fast voice, such as en-gb or de");
    command.parsed(
        "--rate", [&options](std::string const& text) { options.speech.rate = parse_rate(text); },
        "Speed of speech: 0.5 to 4, or words a minute such as 300wpm");
    command.option("--pitch", options.speech.pitch, "Pitch (default: 1)").range(0.5, 2.0);
    command.option("--out,-o", options.target.out,
                   "File for the speech (.wav, .flac, .opus, .mp3, .raw), or - for standard output");
    command.choice("--format", options.target.format,
                   {{"wav", SoundFormat::wav},
                    {"flac", SoundFormat::flac},
                    {"opus", SoundFormat::opus, {"ogg"}},
                    {"mp3", SoundFormat::mp3},
                    {"raw", SoundFormat::raw, {"pcm"}}},
                   "Sound format, where the file's name does not say it; raw: 16-bit samples alone");
    command.flag("--play", options.target.play, "Play the speech on the sound device");
    command.flag("--verify", options.verify,
                 "Listen to every sentence before it is given out; speak it again when key words are missing");
    command.option("--listener", options.listener, "Speech recognition model that verifies");
}

Loading<Speaker> load_speaker(AppContext const& context, VoiceOptions const& options, Timings& timings) {
    if (!options.target.wanted()) {
        return {};
    }
    auto choice = options.choice;
    choice.live = options.target.play && !options.verify;
    auto listener = options.listener.empty() ? context.models_dir / "whisper-tiny.en.bin" : options.listener;
    return load_in_background<Speaker>(timings, "voice", [=, dir = context.models_dir, threads = context.threads] {
        auto speaker = make_speaker(choice, dir, threads);
        if (!options.verify) {
            return speaker;
        }
        return make_checked_voice(std::move(speaker), make_fast_voice(fast_language(choice)),
                                  make_whisper_listener(listener, {{}, threads, "en"}), options.told);
    });
}

void print_sentence(SpeechTarget const& target, std::string const& sentence) {
    if (target.out == "-") {
        std::cerr << sentence << std::endl;
    } else {
        print_line(sentence);
    }
}

} // namespace echollama
