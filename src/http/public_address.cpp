#include "http/public_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace echollama::http {
namespace {

struct Network {
    char const* base;
    int bits;
};

constexpr Network not_public_v4[] = {
    {"0.0.0.0", 8},       // this network
    {"10.0.0.0", 8},      // private
    {"100.64.0.0", 10},   // shared by a carrier's customers
    {"127.0.0.0", 8},     // loopback
    {"169.254.0.0", 16},  // link-local; metadata of clouds
    {"172.16.0.0", 12},   // private
    {"192.0.0.0", 24},    // protocols
    {"192.0.2.0", 24},    // documents
    {"192.31.196.0", 24}, // AS112
    {"192.52.193.0", 24}, // AMT
    {"192.88.99.0", 24},  // 6to4's relays
    {"192.168.0.0", 16},  // private
    {"192.175.48.0", 24}, // AS112
    {"198.18.0.0", 15},   // benchmarks
    {"198.51.100.0", 24}, // documents
    {"203.0.113.0", 24},  // documents
    {"224.0.0.0", 4},     // multicast
    {"240.0.0.0", 4},     // reserved, broadcast
    {"168.63.129.16", 32} // Azure's services for its machines
};
constexpr Network unicast_v6{"2000::", 3}; // all that was given out
constexpr Network not_public_v6[] = {
    {"2001::", 23},         // protocols, Teredo, ORCHID
    {"2001:db8::", 32},     // documents
    {"2002::", 16},         // 6to4: any IPv4 address
    {"2620:4f:8000::", 48}, // AS112
    {"3fff::", 20},         // documents
};
constexpr Network mapped{"::ffff:0:0", 96}, nat64{"64:ff9b::", 96}; // IPv4 addresses in IPv6 ones

using Bytes = std::span<std::uint8_t const>;

bool is_in(Bytes address, int family, Network const& network) {
    std::array<std::uint8_t, 16> base{};
    inet_pton(family, network.base, base.data());
    for (int bit = 0; bit < network.bits; ++bit) {
        auto const byte = static_cast<std::size_t>(bit / 8);
        if (((address[byte] ^ base[byte]) >> (7 - bit % 8) & 1) != 0) {
            return false;
        }
    }
    return true;
}

bool is_public_v4(Bytes address) {
    return std::none_of(std::begin(not_public_v4), std::end(not_public_v4),
                        [&](auto const& network) { return is_in(address, AF_INET, network); });
}

// RFC 5214: the last half is 0000:5efe or 0200:5efe and an IPv4 address.
bool is_isatap(Bytes address) {
    return (address[8] & ~0x03U) == 0 && address[9] == 0 && address[10] == 0x5E && address[11] == 0xFE;
}

bool is_public_v6(Bytes address) {
    if (is_in(address, AF_INET6, mapped) || is_in(address, AF_INET6, nat64)) {
        return is_public_v4(address.last(4));
    }
    return is_in(address, AF_INET6, unicast_v6) && !is_isatap(address) &&
           std::none_of(std::begin(not_public_v6), std::end(not_public_v6),
                        [&](auto const& network) { return is_in(address, AF_INET6, network); });
}

} // namespace

bool is_public_address(std::string const& numeric) {
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(AF_INET, numeric.c_str(), bytes.data()) == 1) {
        return is_public_v4(Bytes(bytes).first(4));
    }
    return inet_pton(AF_INET6, numeric.c_str(), bytes.data()) == 1 && is_public_v6(bytes);
}

std::vector<std::string> resolve_host(std::string const& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* first = nullptr;
    if (getaddrinfo(host.c_str(), nullptr, &hints, &first) != 0) {
        return {};
    }
    std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> const owner(first, freeaddrinfo);
    std::vector<std::string> addresses;
    for (auto const* one = first; one; one = one->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0) {
            addresses.emplace_back(text.data());
        }
    }
    return addresses;
}

} // namespace echollama::http
