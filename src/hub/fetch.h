// Fetches a file in parallel ranges, goes on where it stopped, and survives whatever servers do.
#pragma once

#include "hub/client.h"
#include "hub/partial_file.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

namespace echollama::hub {

struct FetchOptions {
    int connections = 4;
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds idle_timeout{30'000};
    // A connection that sends less than this over that time is left and made anew.
    std::uint64_t slowest_bytes_per_second = 512;
    std::chrono::milliseconds slow_after{30'000};
    http::RetryPolicy retry{5, std::chrono::milliseconds(500), std::chrono::milliseconds(60'000)};
    std::function<void(std::uint64_t done)> progress = {}; // bytes that lie on the disk; from several threads, in turn
};

// What is fetched and where it lies. `locate` is asked at the beginning, and again when a place no longer has it.
struct Origin {
    std::string what; // "the file x of OWNER/NAME", for messages
    std::function<Located()> locate;
};

// Fills what is missing of the file. Throws Error when the server refuses, has another file than was promised, changes
// it meanwhile, is too slow, or breaks off again and again: what came stays in `file`. Cancelled when stopped.
void fetch(Settings const& settings, Origin const& origin, PartialFile& file, FetchOptions const& options,
           std::stop_token const& stop);

} // namespace echollama::hub
