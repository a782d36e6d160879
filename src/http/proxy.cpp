#include "http/proxy.h"

#include "base/ascii.h"
#include "http/address.h"

#include <cstdlib>
#include <sstream>

namespace echollama::http {
namespace {

std::string decoded(std::string const& text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char* end = nullptr;
        auto const digits = text.substr(i + 1, 2);
        auto const value = text[i] == '%' && digits.size() == 2 ? std::strtol(digits.c_str(), &end, 16) : 0;
        if (end == digits.c_str() + 2) {
            plain += static_cast<char>(value);
            i += 2;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

std::string first_of(Environment const& environment, std::initializer_list<char const*> names) {
    for (auto const* name : names) {
        if (auto value = environment(name); !value.empty()) {
            return value;
        }
    }
    return "";
}

bool is_here(std::string const& host) {
    return host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "::1";
}

bool is_excepted(std::string const& host, std::string const& list) {
    std::string words = list;
    for (char& c : words) {
        c = c == ',' ? ' ' : c;
    }
    std::istringstream parts(words);
    for (std::string word; parts >> word;) {
        auto name = split_port(word, 0).host;
        name = name.starts_with("*.") ? name.substr(1) : name;
        auto const domain = name.starts_with('.') ? name : "." + name;
        if (name == "*" || host == name || host.ends_with(domain)) {
            return true;
        }
    }
    return false;
}

} // namespace

std::string environment_value(std::string const& name) {
    char const* value = std::getenv(name.c_str());
    return value ? value : "";
}

std::optional<Proxy> proxy_for(std::string const& server, Environment const& environment) {
    bool const secure = server.starts_with("https://");
    auto const host = split_port(server.substr(server.find("://") + 3), 0).host;
    auto named = secure ? first_of(environment, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
                        : first_of(environment, {"http_proxy", "all_proxy", "ALL_PROXY"});
    if (named.empty() || is_here(host) || is_excepted(host, first_of(environment, {"no_proxy", "NO_PROXY"}))) {
        return std::nullopt;
    }
    if (auto const scheme = named.find("://"); scheme != std::string::npos) {
        if (lower_case(named.substr(0, scheme)) != "http") {
            return std::nullopt;
        }
        named = named.substr(scheme + 3);
    }
    named = named.substr(0, named.find('/'));
    Proxy proxy;
    if (auto const at = named.rfind('@'); at != std::string::npos) {
        auto const who = named.substr(0, at);
        auto const colon = std::min(who.find(':'), who.size());
        proxy.user = decoded(who.substr(0, colon));
        proxy.password = decoded(who.substr(std::min(colon + 1, who.size())));
        named = named.substr(at + 1);
    }
    auto const place = split_port(named, 80);
    proxy.host = place.host;
    proxy.port = place.port;
    return proxy.host.empty() || proxy.port < 1 || proxy.port > 65535 ? std::nullopt : std::optional(proxy);
}

} // namespace echollama::http
