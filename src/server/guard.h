// Who may ask: a server on a desk must not answer what a web page makes a browser ask.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace echollama::server {

struct Access {
    std::string key;                  // empty: none is asked for
    std::vector<std::string> hosts;   // names by which the server may be called, beside localhost and addresses
    std::vector<std::string> origins; // web pages that may ask ("https://example.org"); "*": all
};

// What a request says of itself; empty: it does not.
struct Caller {
    std::string method, path, host, origin, authorization, api_key;
};

struct Refusal {
    int status = 403;
    std::string text;
};

// Why the request is not answered; nullopt: it may ask. The Host must be an address of this computer's network,
// localhost or a name that was allowed: a name that an attacker makes point here (DNS rebinding) is none. An Origin
// must be the server's own or allowed. Keys are compared in constant time; /health and the page need none.
std::optional<Refusal> refusal_of(Caller const& caller, Access const& access);

// The key among the protocols that a browser offers with a WebSocket ("realtime, openai-insecure-api-key.KEY"), where
// it cannot send a header; empty: there is none.
std::string key_of_protocols(std::string const& protocols);

// Whether only this computer can reach a server on this address.
bool is_loopback(std::string const& host);

} // namespace echollama::server
