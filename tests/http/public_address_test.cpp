#include "http/public_address.h"

#include <gtest/gtest.h>

namespace echollama::http {
namespace {

struct Border {
    char const *first, *last;    // of a network that is not public
    char const *before, *behind; // its neighbours; empty: not public either
};

TEST(PublicAddress, NetworksThatAreNotPublicEndWhereTheirRegistrySays) {
    for (Border const& border : {
             Border{"0.0.0.0", "0.255.255.255", "", "1.0.0.0"},
             {"10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"},
             {"100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0"},
             {"127.0.0.0", "127.255.255.255", "126.255.255.255", "128.0.0.0"},
             {"169.254.0.0", "169.254.255.255", "169.253.255.255", "169.255.0.0"},
             {"172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0"},
             {"192.0.0.0", "192.0.0.255", "191.255.255.255", "192.0.1.0"},
             {"192.0.2.0", "192.0.2.255", "192.0.1.255", "192.0.3.0"},
             {"192.88.99.0", "192.88.99.255", "192.88.98.255", "192.88.100.0"},
             {"192.168.0.0", "192.168.255.255", "192.167.255.255", "192.169.0.0"},
             {"198.18.0.0", "198.19.255.255", "198.17.255.255", "198.20.0.0"},
             {"198.51.100.0", "198.51.100.255", "198.51.99.255", "198.51.101.0"},
             {"203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0"},
             {"224.0.0.0", "255.255.255.255", "223.255.255.255", ""},
             {"168.63.129.16", "168.63.129.16", "168.63.129.15", "168.63.129.17"},
         }) {
        // As it is, and inside of IPv6 addresses.
        for (std::string const prefix : {"", "::ffff:", "64:ff9b::"}) {
            EXPECT_FALSE(is_public_address(prefix + border.first)) << prefix << border.first;
            EXPECT_FALSE(is_public_address(prefix + border.last)) << prefix << border.last;
            for (std::string const neighbour : {border.before, border.behind}) {
                EXPECT_TRUE(neighbour.empty() || is_public_address(prefix + neighbour)) << prefix << neighbour;
            }
        }
        EXPECT_FALSE(is_public_address(std::string("::") + border.behind)) << "the old form within IPv6 is not routed";
    }
}

TEST(PublicAddress, OfIPv6OnlyWhatWasGivenOutIsPublic) {
    for (auto const* numeric : {"::",
                                "::1",
                                "::2",
                                "::ffff:0:0",
                                "64:ff9a:ffff::1",
                                "64:ff9b:1::1",
                                "100::1",
                                "1fff:ffff::1",
                                "2001::1", // Teredo
                                "2001:1ff:ffff::1",
                                "2001:db8::1",
                                "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
                                "2002::1",
                                "2002:7f00:1::",
                                "2002:ffff::1",
                                "3fff::1",
                                "3fff:fff:ffff::1",
                                "4000::1",
                                "5f00::1",
                                "fc00::1",
                                "fd00:ec2::254", // metadata
                                "fdff:ffff::1",
                                "fe80::1",
                                "febf::1",
                                "fec0::1",
                                "ff02::1",
                                "ff0e::1",
                                "2606:4700::5efe:10.0.0.1", // ISATAP
                                "2606:4700::200:5efe:7f00:1"}) {
        EXPECT_FALSE(is_public_address(numeric)) << numeric;
    }
    for (auto const* numeric : {"2000::1", "2001:200::1", "2001:4860:4860::8888", "2001:db7:ffff::1", "2001:db9::1",
                                "2003::1", "2606:2800:220:1:248:1893:25c8:1946", "3ffe:ffff::1", "2a00:1450::1"}) {
        EXPECT_TRUE(is_public_address(numeric)) << numeric;
    }
}

TEST(PublicAddress, WhatIsNoNumericAddressIsNotPublic) {
    for (auto const* text : {"", "localhost", "example.org", "1.1.1", "1.1.1.1.1", "0x8.8.8.8", "8.8.8.8 ", "010.8.8.8",
                             "2000::1%eth0", "[2000::1]", "2130706433", "256.1.1.1"}) {
        EXPECT_FALSE(is_public_address(text)) << text;
    }
}

TEST(PublicAddress, NamesForThisComputerAreSeenThrough) {
    for (auto const* host : {"localhost", "127.0.0.1", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "::1"}) {
        for (auto const& numeric : resolve_host(host)) {
            EXPECT_FALSE(is_public_address(numeric)) << host << " is " << numeric;
        }
    }
    EXPECT_FALSE(resolve_host("127.1").empty()) << "the resolver knows the short forms";
}

} // namespace
} // namespace echollama::http
