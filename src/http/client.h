// One HTTP request whose answer is taken as it comes, which can be left at any moment and is repeated where that helps:
// for language models, voices and downloads behind an address.
#pragma once

#include "http/address.h"

#include <chrono>
#include <ctime>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace echollama::http {

// Names in small letters.
using Headers = std::vector<std::pair<std::string, std::string>>;

// The value of a header, or empty; `name` in small letters.
std::string header_of(Headers const& headers, std::string_view name);

struct Request {
    Address address;
    std::string method = "POST";
    Headers headers = {}; // names as they are sent
    std::string body = {};
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds idle_timeout{60'000}; // without a byte
    // The sinks are called by the thread that reads from the network, one call at a time and none after exchange()
    // returned: nothing waits in between, and they must not wait themselves.
    bool sinks_on_network_thread = false;
    std::vector<int> wanted = {200}; // the statuses whose body is passed on; others are refusals
    // The numeric address to connect to, without asking for the host's again and past any proxy; empty: what the host's
    // name means now.
    std::string connect_to = {};
};

// How a request ended.
struct Outcome {
    enum class Kind {
        complete,    // the whole answer came, or as much as was wanted
        refused,     // another status than those wanted: `status`, `body`, `location` and `retry_after` say more
        unreachable, // no connection, or none that answered
        silent,      // no byte for idle_timeout
        untrusted,   // the server does not prove its identity: `body` says why
        cut,         // the answer broke off
    };
    Kind kind = Kind::complete;
    int status = 0;
    std::string body;        // of a refusal, at most 64 KiB
    std::string location;    // the header
    std::string retry_after; // the header
    Headers headers = {};    // of a refusal
};

// Takes status and headers of an answer that is wanted, before its body; false: no more is wanted.
using HeadSink = std::function<bool(int status, Headers const& headers)>;

// Takes a piece of the answer's body; false: no more is wanted.
using BodySink = std::function<bool(std::string_view bytes)>;

// Sends the request and passes the body of an answer that is wanted on, in pieces, on the caller's thread where not
// asked otherwise. nullopt: stopped. Returns within 50 ms of a stop request, whatever the server does. Throws what the
// sinks throw. Through the proxy that the environment names for the server (http/proxy.h).
std::optional<Outcome> exchange(Request const& request, BodySink const& sink, std::stop_token const& stop,
                                HeadSink const& head = {});

struct RetryPolicy {
    int retries = 3;                                // after 408, 429, 5xx or a connection that failed
    std::chrono::milliseconds first_wait{500};      // before the first retry; doubles
    std::chrono::milliseconds longest_wait{30'000}; // a server that asks for more is not waited for
};

// How long to wait before the request is sent again, `attempt` counting from 0: what the server asks for, else doubling
// with a little chance in it, so that many clients do not come back together. nullopt: there is no use in it.
std::optional<std::chrono::milliseconds> wait_before_retry(Outcome const& outcome, int attempt,
                                                           RetryPolicy const& policy);

// Waits; false when stopped.
bool wait_for(std::chrono::milliseconds time, std::stop_token const& stop);

// What a Retry-After header asks for: seconds, or an HTTP date (RFC 9110, section 10.2.3); nullopt when it is neither.
std::optional<std::chrono::seconds> parse_retry_after(std::string const& text, std::time_t now);

} // namespace echollama::http
