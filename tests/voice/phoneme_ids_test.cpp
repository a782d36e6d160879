// Phonemes become what a voice's network takes, and its pauses are cut.
#include "base/error.h"
#include "support/support.h"
#include "voice/phoneme_ids.h"

#include <gtest/gtest.h>

#include <fstream>

namespace echollama {
namespace {

using Kind = VoiceFolder::Kind;

PhonemeIds read(std::string const& text, Kind kind = Kind::piper) {
    test::TempDir folder;
    auto const file = folder / "tokens.txt";
    std::ofstream(file, std::ios::binary) << text;
    return read_phoneme_ids(file, kind);
}

std::string const piper = "_ 0\n^ 1\n$ 2\n  3\na 14\n\u0259 59\nt\u0361s 70\n";

TEST(PhonemeIds, EveryLineNamesAPhonemeWhichMayBeASpace) {
    auto const ids = read(piper);
    EXPECT_EQ(ids.at(' '), 3);
    EXPECT_EQ(ids.at('a'), 14);
    EXPECT_EQ(ids.at(0x259), 59);
    EXPECT_EQ(ids.size(), 6U) << "two letters with a tie are no single phoneme";
    EXPECT_EQ(read("_ 0\r\n^ 1\r\n$ 2\r\n\r\na 5\r\n").at('a'), 5) << "lines of Windows";
}

TEST(PhonemeIds, BrokenListsAreRefused) {
    for (auto const* text :
         {"a\n", "a b\n", " 3\n", "a -3\n", "a 3x\n", "a 99999999999999999999\n", "_ 0\n^ 1\n", "", "\xff\xfe"}) {
        EXPECT_THROW(read(text), Error) << text;
    }
    EXPECT_NO_THROW(read("a 3\n", Kind::kokoro)) << "only Piper needs a start, an end and a blank";
}

TEST(PhonemeIds, PiperHasABlankAfterEverythingButTheEnd) {
    auto const ids = read(piper);
    std::vector<std::int32_t> const phonemes{'a', ' ', 0x259};
    EXPECT_EQ(phoneme_ids(ids, Kind::piper, phonemes).ids, (std::vector<std::int64_t>{1, 0, 14, 0, 3, 0, 59, 0, 2}));
    EXPECT_EQ(phoneme_ids(ids, Kind::piper, {}).ids, (std::vector<std::int64_t>{1, 0, 2}));
    std::vector<std::int32_t> const foreign{'a', 'z'};
    EXPECT_EQ(phoneme_ids(ids, Kind::piper, foreign).ids, (std::vector<std::int64_t>{1, 0, 14, 0, 2}));
}

TEST(PhonemeIds, KokoroHasZerosAround) {
    std::vector<std::int32_t> const phonemes{'a', ' ', 'a'};
    EXPECT_EQ(phoneme_ids(read(piper), Kind::kokoro, phonemes).ids, (std::vector<std::int64_t>{0, 14, 3, 14, 0}));
}

} // namespace
} // namespace echollama
