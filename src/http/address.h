// Addresses of servers and of what lies on them.
#pragma once

#include <optional>
#include <string>

namespace echollama::http {

struct Address {
    std::string server; // "https://host:port"
    std::string path;   // "/v1/models"; "" where the address has none
};

// The address in parts, without slashes at its end. nullopt: no http:// or https:// address, or one with a user, a
// query or a fragment in it, or with characters that an address cannot hold.
std::optional<Address> parse_address(std::string const& url);

// As parse_address, but its path may end with a query ("?signature=…"), as where files lie has.
std::optional<Address> parse_file_address(std::string const& url);

// Where an answer sends the asker: `location` may be an address, or a path on the same server that begins with "/".
// nullopt: it is neither, or it leads from https:// to http://.
std::optional<Address> redirect_target(Address const& from, std::string const& location);

struct HostAndPort {
    std::string host; // in small letters, an IPv6 address without its brackets
    int port = 0;     // 0: what stands there is none
};

// "host:1", "host", "[::1]:1".
HostAndPort split_port(std::string const& text, int usual);

// Of "https://host:port"; the port that the scheme has where none is named.
HostAndPort host_of(Address const& address);

} // namespace echollama::http
