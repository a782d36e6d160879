// The HTTP server: one engine behind the interfaces that clients speak.
#pragma once

#include "server/engine.h"
#include "server/guard.h"

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>

namespace echollama::server {

struct ServiceOptions {
    std::string host = "127.0.0.1";
    int port = 8080; // 0: any that is free
    Access access;
    std::string model = "echollama"; // what it calls itself
    std::string version;
    std::size_t most_bytes = 64U << 20; // of a request
    std::size_t most_connections = 64;
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
    // Answers until stop is requested: then no new requests are taken, and those under way end within five seconds or
    // are given up.
    void run(std::stop_token const& stop);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace echollama::server
