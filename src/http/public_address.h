// Which addresses belong to the public internet, so that nobody can make a server ask its own network.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace echollama::http {

// Whether a numeric address ("93.184.216.34", "2606:2800:220:1::1") is one that everybody can reach. Not so: loopback,
// private and shared networks, link-local with the metadata services of clouds, unique local, multicast, what is
// reserved or kept for documents (the special-purpose registries of IANA, RFC 6890), Azure's metadata address. An IPv4
// address inside of an IPv6 one (mapped, NAT64) is judged by itself; 6to4, Teredo and ISATAP are none. False for
// anything that is no numeric address.
bool is_public_address(std::string const& numeric);

// The numeric addresses that a host's name means now; empty: none. It waits as long as the system's resolver does.
using Resolve = std::function<std::vector<std::string>(std::string const& host)>;
std::vector<std::string> resolve_host(std::string const& host);

} // namespace echollama::http
