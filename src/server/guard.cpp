#include "server/guard.h"

#include "base/ascii.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace echollama::server {
namespace {

// Without its port; addresses of version 6 without their brackets.
std::string host_name(std::string const& host) {
    if (host.starts_with('[')) {
        return host.substr(1, host.find(']') - 1);
    }
    return host.substr(0, host.rfind(':'));
}

bool is_address(std::string const& name) {
    unsigned char bytes[sizeof(in6_addr)];
    return inet_pton(AF_INET, name.c_str(), bytes) == 1 || inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

bool contains(std::vector<std::string> const& list, std::string const& text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

bool equal_in_constant_time(std::string const& a, std::string const& b) {
    std::size_t different = a.size() ^ b.size();
    for (std::size_t i = 0; i < a.size(); ++i) {
        different |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[b.empty() ? 0 : i % b.size()]);
    }
    return different == 0;
}

std::string given_key(Caller const& caller) {
    constexpr std::string_view bearer = "bearer ";
    if (lower_case(caller.authorization.substr(0, bearer.size())) == bearer) {
        return caller.authorization.substr(bearer.size());
    }
    return caller.api_key;
}

} // namespace

std::string key_of_protocols(std::string const& protocols) {
    constexpr std::string_view name = "openai-insecure-api-key.";
    auto const begin = protocols.find(name);
    if (begin == std::string::npos) {
        return "";
    }
    auto const key = protocols.substr(begin + name.size());
    return key.substr(0, key.find_first_of(", \t"));
}

bool is_loopback(std::string const& host) {
    return host == "localhost" || host.starts_with("127.") || host == "::1";
}

std::optional<Refusal> refusal_of(Caller const& caller, Access const& access) {
    auto const name = lower_case(host_name(caller.host));
    if (!name.empty() && name != "localhost" && !is_address(name) && !contains(access.hosts, name)) {
        return Refusal{403, "This server does not answer to the name '" + name + "'; allow it with --allow-host."};
    }
    bool const own = caller.origin == "http://" + caller.host || caller.origin == "https://" + caller.host;
    if (!caller.origin.empty() && !own && !contains(access.origins, caller.origin) && !contains(access.origins, "*")) {
        return Refusal{403, "Web pages of other places may not ask this server; allow one with --allow-origin."};
    }
    constexpr std::array without_key{"/",       "/page.css",  "/page.js", "/server.js",   "/sound.js",
                                     "/health", "/v1/health", "/ready",   "/openapi.json"}; // the page asks for one
    bool const open = caller.method == "OPTIONS" ||
                      std::find(without_key.begin(), without_key.end(), caller.path) != without_key.end();
    if (!access.key.empty() && !open && !equal_in_constant_time(given_key(caller), access.key)) {
        return Refusal{401, "The key is missing or wrong; send it as 'Authorization: Bearer KEY'."};
    }
    return std::nullopt;
}

} // namespace echollama::server
