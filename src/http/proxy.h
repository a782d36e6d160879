// The proxy that the environment names for a server, as curl and Python's clients read it.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace echollama::http {

struct Proxy {
    std::string host;
    int port = 80;
    std::string user, password; // empty: none

    bool operator==(Proxy const&) const = default;
};

// The value of an environment variable, empty where it is not set.
using Environment = std::function<std::string(std::string const& name)>;
std::string environment_value(std::string const& name);

// For "https://host:port": https_proxy or HTTPS_PROXY, else all_proxy or ALL_PROXY; for "http://…" http_proxy (in small
// letters only: a web server's scripts would find a visitor's header in HTTP_PROXY). None for this computer itself, for
// what no_proxy or NO_PROXY names ("*", a host, ".domain" and "domain" with all below it), and for proxies of other
// kinds than http://. A user's name and password are %-decoded.
std::optional<Proxy> proxy_for(std::string const& server, Environment const& environment = environment_value);

} // namespace echollama::http
