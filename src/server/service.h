// The HTTP server: one engine behind the interfaces that clients speak.
#pragma once

#include "server/engine.h"
#include "server/guard.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama::server {

struct ServiceOptions {
    std::string host = "127.0.0.1";
    int port = 8080; // 0: any that is free
    Access access;
    std::string model = "echollama"; // what it calls itself
    std::string version;
    std::size_t most_bytes = 64U << 20; // of a request
    std::size_t most_connections = 64;
    std::filesystem::path tls_certificate, tls_key; // PEM, the chain and its key; empty: no TLS
    // Gets a line of JSON for every request: when, what and how long, nothing of what was sent or answered. Called from
    // several threads, but never from two at once; empty: nobody is told.
    std::function<void(std::string const& line)> log;
};

class Service {
  public:
    // The engine must outlive it. Throws Error when the address cannot be used, UsageError when others could reach the
    // server and no key is asked for.
    Service(Engine& engine, ServiceOptions options);
    ~Service();
    Service(Service const&) = delete;
    Service& operator=(Service const&) = delete;

    int port() const;
    // What it serves, as /openapi.json names it: "GET /v1/models/{model}".
    std::vector<std::string> routes() const;
    // Answers until stop is requested: then no new requests are taken, and those under way end within five seconds or
    // are given up.
    void run(std::stop_token const& stop);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace echollama::server
