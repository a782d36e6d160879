// Digests of pieces: CRC-32C, by whichever way the processor computes it.
#include "hub/digest.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace echollama::hub {
namespace {

TEST(PieceDigest, IsThePublishedChecksum) {
    std::string const digits = "123456789";
    EXPECT_EQ(piece_digest(0, digits.data(), digits.size()), 0xE3069283U); // of CRC-32C (Castagnoli)
    std::vector<unsigned char> const zeros(32), ones(32, 0xFF);            // RFC 3720, appendix B.4
    EXPECT_EQ(piece_digest(0, zeros.data(), zeros.size()), 0x8A9136AAU);
    EXPECT_EQ(piece_digest(0, ones.data(), ones.size()), 0x62A8AB43U);
    EXPECT_EQ(piece_digest(0, nullptr, 0), 0U);
}

TEST(PieceDigest, IsTheSameInAnyPartsAndWithoutTheInstruction) {
    std::mt19937 random(1);
    std::vector<unsigned char> bytes(10'000);
    for (auto& byte : bytes) {
        byte = static_cast<unsigned char>(random());
    }
    auto const whole = piece_digest(0, bytes.data(), bytes.size());
    EXPECT_EQ(~crc_by_tables(~0U, bytes.data(), bytes.size()), whole);
    for (int round = 0; round < 50; ++round) {
        std::uint32_t parts = 0;
        for (std::size_t at = 0; at < bytes.size();) {
            auto const count = std::min<std::size_t>(random() % 100, bytes.size() - at);
            parts = piece_digest(parts, bytes.data() + at, count);
            at += count;
        }
        EXPECT_EQ(parts, whole);
    }
    for (std::size_t const at : {std::size_t{0}, std::size_t{4095}, bytes.size() - 1}) {
        bytes[at] ^= 1;
        EXPECT_NE(piece_digest(0, bytes.data(), bytes.size()), whole) << at;
        bytes[at] ^= 1;
    }
}

} // namespace
} // namespace echollama::hub
