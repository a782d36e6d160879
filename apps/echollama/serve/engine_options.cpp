#include "serve/engine_options.h"

#include "base/folder.h"
#include "listener/vad_silero.h"
#include "listener/whisper_listener.h"
#include "models/choice.h"
#include "models/devices.h"
#include "models/ear.h"
#include "options/voice_options.h"
#include "voice/orpheus/orpheus_text.h"
#include "voice/voices.h"

#include <memory>
#include <system_error>
#include <vector>

namespace echollama {
namespace {

// The usual one first. Those of Orpheus where it is installed.
std::vector<std::string> voice_names(AppContext const& context, std::string const& usual) {
    std::vector<std::string> names{usual};
    std::error_code ignored;
    bool const orpheus = std::filesystem::is_directory(context.models_dir, ignored) &&
                         !entries_of(context.models_dir, [](std::string const& name) {
                              return name.starts_with("orpheus") && name.ends_with(".gguf");
                          }).empty();
    std::vector<std::string> others{"natural", "fast"};
    if (orpheus) {
        others.insert(others.end(), orpheus_voices.begin(), orpheus_voices.end());
    }
    for (auto const& other : others) {
        if (other != usual) {
            names.push_back(other);
        }
    }
    return names;
}

// Empty: there is none.
std::filesystem::path ear_of(AppContext const& context, EngineOptions const& options) {
    std::error_code ignored;
    bool const usual = options.ear.empty() && model_set(context).listener.empty();
    bool const none = usual && !std::filesystem::exists(context.models_dir / "whisper-tiny.en.bin", ignored);
    return none ? std::filesystem::path() : ear_model(context, options.ear);
}

// Without a model that hears, the rest is served.
Loading<Listener> load_listener(AppContext const& context, EngineOptions const& options, Timings& timings) {
    auto const model = ear_of(context, options);
    if (model.empty()) {
        return {};
    }
    auto const device = device_of(context, listener_files(model));
    return load_in_background<Listener>(timings, "listener",
                                        [model, device, pauses = pauses_model(context), threads = context.threads] {
                                            return make_ear(model, {pauses, threads, "en", true}, device);
                                        });
}

} // namespace

server::EngineModels load_engine_models(AppContext const& context, EngineOptions const& options, Timings& timings) {
    server::EngineModels models;
    VoiceChoice named;
    named.name = options.voice;
    auto const usual_choice = chosen_voice(context, named);
    auto const ear = ear_of(context, options);
    decide_devices(context, {seeing_stages(context, options.seeing),
                             describer_stages(context, options.language),
                             {voice_files(context, usual_choice)},
                             ear.empty() ? std::vector<StageFiles>() : std::vector{listener_files(ear)}});
    models.seeing = load_seeing_models(context, options.seeing, timings);
    models.threshold = options.seeing.threshold;
    models.describer = load_describer(context, options.language, timings);
    models.listener = load_listener(context, options, timings);
    models.prompts.style = options.language.style;
    models.prompts.wording = options.wording;
    if (auto const vad = pauses_model(context); !vad.empty()) {
        models.speech = [vad](float threshold) {
            return silero_classifier(std::make_shared<SileroVad>(vad), threshold);
        };
    }
    auto const usual = options.voice.empty() ? VoiceChoice().name : options.voice;
    models.voices = voice_names(context, usual);
    models.voice = [&context, &timings, usual, usual_choice](std::string const& name) {
        VoiceChoice choice;
        choice.name = name;
        return load_voice(context, name == usual ? usual_choice : choice, timings).get();
    };
    return models;
}

void add_engine_options(Command& command, EngineOptions& options) {
    command
        .option("--voice", options.voice,
                "The usual voice: natural, fast, one of Orpheus, or a voice's model, by path or name")
        .value_name("VOICE")
        .otherwise("that of the preset, else natural");
    command.option("--ear", options.ear, "Speech recognition model (whisper.cpp), by path or name");
    add_seeing_model_options(command, options.seeing);
    add_language_options(command, options.language);
    add_wording_options(command, options.wording);
}

} // namespace echollama
