#include "app.h"
#include "base/error.h"
#include "base/folder.h"
#include "base/input_file.h"
#include "listener/whisper_listener.h"
#include "models/choice.h"
#include "options/language_options.h"
#include "options/seeing_options.h"
#include "options/wording_options.h"
#include "server/service.h"
#include "text/sentences.h"
#include "version.h"
#include "voice/orpheus/orpheus_text.h"
#include "voice/voices.h"

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace echollama {
namespace {

struct ServeOptions {
    server::ServiceOptions service;
    std::filesystem::path key_file; // empty: ECHOLLAMA_SERVER_KEY, or none
    std::size_t most_waiting = 16;
    SeeingOptions seeing;
    LanguageOptions language;
    std::string voice = "natural";
    std::filesystem::path ear; // empty: the starter's
    WordingOptions wording;
};

std::string read_key(std::filesystem::path const& file) {
    if (file.empty()) {
        auto const* key = std::getenv("ECHOLLAMA_SERVER_KEY");
        return key ? key : "";
    }
    auto const bytes = read_input(file, {"key", 4096});
    auto const key = trimmed(std::string(bytes.begin(), bytes.end()));
    if (key.empty()) {
        throw UsageError("The file " + file.string() + " holds no key; write one line into it.");
    }
    return key;
}

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

// Without a model that hears, the rest is served.
Loading<Listener> load_listener(AppContext const& context, ServeOptions const& options, Timings& timings) {
    auto const model = options.ear.empty() ? context.models_dir / "whisper-tiny.en.bin" : options.ear;
    std::error_code ignored;
    if (options.ear.empty() && !std::filesystem::exists(model, ignored)) {
        return {};
    }
    return load_in_background<Listener>(timings, "listener",
                                        [model, pauses = pauses_model(context), threads = context.threads] {
                                            return make_whisper_listener(model, {pauses, threads, "en"});
                                        });
}

server::EngineModels load_models(AppContext const& context, ServeOptions const& options, Timings& timings) {
    server::EngineModels models;
    models.seeing = load_seeing_models(context, options.seeing, timings);
    models.threshold = options.seeing.threshold;
    models.describer = load_describer(context, options.language, timings);
    models.listener = load_listener(context, options, timings);
    models.prompts.style = options.language.style;
    models.prompts.wording = options.wording;
    models.voices = voice_names(context, options.voice);
    models.voice = [dir = context.models_dir, threads = context.threads](std::string const& name) {
        VoiceChoice choice;
        choice.name = name;
        return std::shared_ptr<Speaker>(make_speaker(choice, dir, threads));
    };
    return models;
}

void run(AppContext const& context, ServeOptions options) {
    options.service.access.key = read_key(options.key_file);
    options.service.version = ECHOLLAMA_VERSION;
    Timings timings;
    auto models = load_models(context, options, timings);
    auto const detector = models.seeing.detector;
    auto const loading = begin_in_order(models.describer);
    server::Engine engine(std::move(models), options.most_waiting);
    server::Service service(engine, options.service);
    detector.get(); // what cannot be loaded is told before anybody asks
    if (!context.quiet) {
        std::cerr << "Listening on http://" << options.service.host << ":" << service.port()
                  << ". OpenAI's clients take http://" << options.service.host << ":" << service.port()
                  << "/v1 as their address. Ctrl-C ends it." << std::endl;
    }
    service.run(context.stop);
}

} // namespace

void add_serve(Command& root, AppContext& context) {
    auto options = std::make_shared<ServeOptions>();
    auto& command = root.subcommand("serve", "Answer programs over HTTP, as OpenAI's, Ollama's and Seer's servers do");
    command.option("--host", options->service.host, "Address to listen on; others than this computer need a key")
        .value_name("ADDRESS");
    command.option("--port", options->service.port, "Port to listen on; 0: any that is free").range(0, 65535);
    command.option("--key-file", options->key_file,
                   "File with the key that clients must send (or set ECHOLLAMA_SERVER_KEY)");
    command.list("--allow-host", options->service.access.hosts, "Name by which clients may call this server");
    command.list("--allow-origin", options->service.access.origins,
                 "Web page that may ask, such as https://example.org; *: all");
    command.option("--queue", options->most_waiting, "Requests that may wait for one model").range(0, 10000);
    command.option("--voice", options->voice, "The usual voice: natural, fast, one of Orpheus, or a voice's folder")
        .value_name("VOICE");
    command.option("--ear", options->ear, "Speech recognition model (whisper.cpp)");
    add_seeing_model_options(command, options->seeing);
    add_language_options(command, options->language);
    add_wording_options(command, options->wording);
    command.example = "echollama serve --port 8080";
    command.run = [&context, options] { run(context, *options); };
}

} // namespace echollama
