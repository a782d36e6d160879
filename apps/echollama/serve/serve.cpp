#include "base/error.h"
#include "base/input_file.h"
#include "serve/engine_options.h"
#include "server/remote_picture.h"
#include "server/service.h"
#include "text/sentences.h"
#include "version.h"
#include "wyoming/service.h"

#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace echollama {
namespace {

constexpr int usually_at_once = 4;

struct ServeOptions {
    server::ServiceOptions service;
    std::filesystem::path key_file; // empty: ECHOLLAMA_SERVER_KEY, or none
    std::size_t most_waiting = 16;
    EngineOptions engine;
    std::optional<int> wyoming; // port
    bool log = false, remote_pictures = false;
    std::string wyoming_host = "127.0.0.1";
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

// Beside HTTP, until the program ends.
std::jthread serve_wyoming(AppContext const& context, ServeOptions const& options, server::Engine& engine) {
    if (!options.wyoming) {
        return {};
    }
    auto const service = std::make_shared<wyoming::Service>(
        engine, wyoming::ServiceOptions{options.wyoming_host, *options.wyoming, ECHOLLAMA_VERSION});
    if (!context.quiet) {
        std::cerr << "Wyoming's clients take tcp://" << options.wyoming_host << ":" << service->port() << "."
                  << std::endl;
    }
    return std::jthread([service, &context](std::stop_token over) {
        std::stop_source stop;
        std::stop_callback const ends(context.stop, [&] { stop.request_stop(); });
        std::stop_callback const also(over, [&] { stop.request_stop(); });
        service->run(stop.get_token());
    });
}

void run(AppContext const& context, ServeOptions options) {
    options.service.access.key = read_key(options.key_file);
    options.service.version = ECHOLLAMA_VERSION;
    if (options.log) {
        options.service.log = [](std::string const& line) { std::cerr << line + "\n"; };
    }
    Timings timings;
    auto models = load_engine_models(context, options.engine, timings);
    if (options.remote_pictures) {
        models.fetch_picture = [how = server::picture_limits()](std::string const& address, auto const& stop) {
            return server::fetch_picture(address, how, stop);
        };
    }
    auto const detector = models.seeing.detector;
    auto const loading = begin_in_order(models.describer);
    server::Engine engine(std::move(models), options.most_waiting);
    server::Service service(engine, options.service);
    auto const home = serve_wyoming(context, options, engine);
    detector.get(); // what cannot be loaded is told before anybody asks
    if (!context.quiet) {
        auto const address = (options.service.tls_certificate.empty() ? "http://" : "https://") + options.service.host +
                             ":" + std::to_string(service.port());
        std::cerr << "Listening on " << address << ". OpenAI's clients take " << address
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
    command
        .option("--wyoming", options->wyoming,
                "Also answer Home Assistant's Wyoming protocol, on this port; 10300 is usual")
        .value_name("PORT")
        .range(0, 65535);
    command
        .option(
            "--wyoming-host", options->wyoming_host,
            "Address for it. The protocol has no keys: who can reach another address than this computer's may use it")
        .value_name("ADDRESS");
    command
        .option("--tls-cert", options->service.tls_certificate,
                "Certificate (PEM, with its chain): clients then come by https")
        .value_name("FILE");
    command.option("--tls-key", options->service.tls_key, "The certificate's key (PEM)").value_name("FILE");
    command.flag("--allow-remote-images", options->remote_pictures,
                 "Fetch pictures that clients name by an address, from the public internet only");
    command.flag("--log", options->log, "A line of JSON for each request on standard error; nothing of its contents");
    command.option("--queue", options->most_waiting, "Requests that may wait for one model").range(0, 10000);
    options->engine.language.at_once = usually_at_once;
    command
        .option("--parallel", options->engine.language.at_once,
                "Answers that the language model writes at a time, each with a context of its own")
        .range(1, 64);
    add_engine_options(command, options->engine);
    command.example = "echollama serve --port 8080";
    command.run = [&context, options] { run(context, *options); };
}

} // namespace echollama
