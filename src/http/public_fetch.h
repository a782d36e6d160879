// Fetches what somebody else names, from the public internet only.
#pragma once

#include "http/public_address.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama::http {

struct PublicFetch {
    std::size_t most_bytes = 20U << 20;
    std::chrono::milliseconds longest{10'000}; // from the first question for the host's address to the last byte
    int most_redirects = 3;
    std::vector<std::string> types = {}; // how the Content-Type must begin ("image/"); empty: any
    Resolve resolve = resolve_host;
    std::function<bool(std::string const& numeric)> may_reach = is_public_address;
};

// The bytes behind an http:// or https:// address. Before anything is sent, and again wherever the answer redirects to,
// the host's name is resolved, every one of its addresses must be public, and the connection is made to one of those
// that were looked at, past any proxy, so that a name cannot mean something else a moment later. nullopt: stopped.
// Throws Error, in words for whoever named the address, when it may not be or cannot be fetched.
std::optional<std::string> fetch_public(std::string const& url, PublicFetch const& how, std::stop_token const& stop);

} // namespace echollama::http
