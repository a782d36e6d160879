#include "http/address.h"

#include "base/ascii.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace echollama::http {
namespace {

std::optional<Address> parse_parts(std::string const& url, std::string_view unwanted) {
    auto const scheme = url.find("://");
    bool const known = url.starts_with("http://") || url.starts_with("https://");
    auto const begin = scheme + 3;
    bool const clean = std::all_of(url.begin(), url.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; });
    if (!known || !clean || begin >= url.size() || url[begin] == '/' ||
        url.find_first_of(unwanted, begin) != std::string::npos) {
        return std::nullopt;
    }
    auto const slash = std::min(url.find('/', begin), url.size());
    auto const server = url.substr(0, slash);
    if (server.find_first_of("@?#", begin) != std::string::npos) {
        return std::nullopt;
    }
    return Address{server, url.substr(slash)};
}

} // namespace

std::optional<Address> parse_address(std::string const& url) {
    auto address = parse_parts(url, "@?#");
    while (address && address->path.ends_with('/')) {
        address->path.pop_back();
    }
    return address;
}

std::optional<Address> parse_file_address(std::string const& url) {
    return parse_parts(url, "#");
}

std::optional<Address> redirect_target(Address const& from, std::string const& location) {
    auto const url = location.starts_with("//")  ? from.server.substr(0, from.server.find("://") + 1) + location
                     : location.starts_with("/") ? from.server + location
                                                 : location;
    auto address = parse_file_address(url);
    if (address && from.server.starts_with("https://") && address->server.starts_with("http://")) {
        address.reset();
    }
    return address;
}

HostAndPort split_port(std::string const& text, int usual) {
    auto const bracket = text.rfind(']');
    auto const colon = text.rfind(':');
    auto host = text;
    int port = usual;
    if (colon != std::string::npos && (bracket == std::string::npos || colon > bracket)) {
        auto const digits = text.substr(colon + 1);
        bool const number =
            !digits.empty() && digits.size() <= 5 && digits.find_first_not_of("0123456789") == std::string::npos;
        port = number ? std::atoi(digits.c_str()) : 0;
        host = text.substr(0, colon);
    }
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    return {lower_case(host), port};
}

HostAndPort host_of(Address const& address) {
    auto const begin = address.server.find("://");
    bool const secure = address.server.starts_with("https:");
    return split_port(begin == std::string::npos ? address.server : address.server.substr(begin + 3),
                      secure ? 443 : 80);
}

} // namespace echollama::http
