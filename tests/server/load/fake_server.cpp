// fake_server [PAUSE_MS]: the whole server, with models that are told what to find and say, for clients of every kind:
// load, descriptions, hostile connections. Prints its address as `echollama serve` does; SIGTERM ends it.
#include "server/service.h"
#include "support/fake_models.h"
#include "wyoming/service.h"

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <stop_token>
#include <thread>

int main(int argc, char** argv) {
    using namespace echollama;
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ending, nullptr); // before any other thread
    test::FakeModels models;
    models.describer->pause = std::chrono::milliseconds(argc > 1 ? std::atoi(argv[1]) : 0);
    server::Engine engine(models.engine_models(), 64);
    server::ServiceOptions options;
    options.port = 0;
    options.version = "0";
    options.most_connections = 256;
    server::Service service(engine, options);
    wyoming::ServiceOptions home_options;
    home_options.port = 0;
    wyoming::Service home(engine, home_options);
    std::jthread const home_thread([&](std::stop_token stop) { home.run(stop); });
    std::cerr << "Wyoming's clients take tcp://127.0.0.1:" << home.port()
              << ".\nListening on http://127.0.0.1:" << service.port() << "." << std::endl;
    std::stop_source stop;
    std::jthread const waiting([&] {
        int signal = 0;
        sigwait(&ending, &signal);
        stop.request_stop();
    });
    service.run(stop.get_token());
    return 0;
}
