// Clients of the Wyoming protocol over TCP.
#pragma once

#include "server/engine.h"

#include <memory>
#include <stop_token>
#include <string>

namespace echollama::wyoming {

struct ServiceOptions {
    std::string host = "127.0.0.1"; // the protocol knows no keys: who reaches the port may use it
    int port = 10300;               // 0: any that is free
    std::string version;            // of the program
    int most_connections = 16;
};

class Service {
  public:
    // The engine must outlive it. Throws Error when the address cannot be used.
    Service(server::Engine& engine, ServiceOptions options);
    ~Service();
    Service(Service const&) = delete;
    Service& operator=(Service const&) = delete;

    int port() const;
    // Answers until stop is requested; a client that goes away has its work ended within 100 ms.
    void run(std::stop_token const& stop);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace echollama::wyoming
