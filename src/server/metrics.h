// What is told of the server's work, in Prometheus' text format (version 0.0.4).
#pragma once

#include "server/histogram.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace echollama::server {

class Engine;

// Thread-safe.
class Metrics {
  public:
    // A request was answered; `route`: the address's pattern, so that there are few of them.
    void add_request(std::string const& route, int status, double seconds);
    // So long it took until the first sound of a text could be heard.
    void add_first_sound(double seconds);

    // With the engine's own figures.
    std::string text(Engine const& engine) const;

    std::atomic<int> realtime_sessions = 0;

  private:
    mutable std::mutex mutex_; // over what follows
    std::map<std::pair<std::string, int>, std::uint64_t> requests_;
    std::map<std::string, Histogram> durations_; // by route
    Histogram first_sound_;
};

} // namespace echollama::server
