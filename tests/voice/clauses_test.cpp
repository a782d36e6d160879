#include "voice/clauses.h"

#include <gtest/gtest.h>

#include <string>

namespace echollama {
namespace {

std::vector<std::string> cut(std::string const& text, bool soon = false) {
    std::vector<std::int32_t> const codes(text.begin(), text.end());
    std::vector<std::string> pieces;
    for (auto const& piece : clauses(codes, soon)) {
        pieces.emplace_back(piece.begin(), piece.end());
    }
    return pieces;
}

using Pieces = std::vector<std::string>;

TEST(Clauses, AShortSentenceStaysWhole) {
    EXPECT_EQ(cut("a red cup, a dog, and a chair."), Pieces{"a red cup, a dog, and a chair."});
    EXPECT_EQ(cut(""), Pieces{});
}

TEST(Clauses, ALongOneIsCutWhereSpeakersPause) {
    EXPECT_EQ(cut("on your left, about two metres away, there is an open door to the garden, and behind it a bicycle."),
              (Pieces{"on your left, about two metres away,",
                      "there is an open door to the garden, and behind it a bicycle."}))
        << "no piece is short, and what is left is whole when it is short enough";
    std::string const endless(200, 'a');
    EXPECT_EQ(cut(endless), Pieces{endless}) << "without a border there is no cut";
    EXPECT_EQ(cut(endless + "."), Pieces{endless + "."});
    EXPECT_EQ(cut(endless + ", no."), Pieces{endless + ", no."}) << "two words by themselves sound lost";
}

TEST(Clauses, WhatIsToBeHeardSoonBeginsWithItsFirstClause) {
    EXPECT_EQ(cut("a red cup, a dog, and a chair.", true), (Pieces{"a red cup,", "a dog, and a chair."}));
    EXPECT_EQ(cut("stop, a bicycle, from the left.", true), (Pieces{"stop, a bicycle,", "from the left."}))
        << "one word is over before the rest is made";
    EXPECT_EQ(cut("there is a cup, yes.", true), Pieces{"there is a cup, yes."}) << "nor is one left over";
    EXPECT_EQ(cut("there is a cup.", true), Pieces{"there is a cup."});
    EXPECT_EQ(cut("", true), Pieces{});
    EXPECT_EQ(cut("on your left, about two metres away, there is an open door to the garden, and behind it a bicycle "
                  "without a light.",
                  true),
              (Pieces{"on your left,", "about two metres away,",
                      "there is an open door to the garden, and behind it a bicycle without a light."}));
}

TEST(Clauses, WithoutAnyPauseTheCutIsBetweenWords) {
    std::string words;
    for (int i = 0; i < 150; ++i) {
        words += "abcdefghi ";
    }
    auto const pieces = cut(words);
    EXPECT_GT(pieces.size(), 5U);
    for (auto const& piece : pieces) {
        EXPECT_LE(piece.size(), 250U);
        EXPECT_TRUE(piece.starts_with("abc") && (piece.ends_with("ghi") || piece.ends_with("ghi "))) << piece;
    }
    EXPECT_EQ(cut(std::string(600, 'a')).size(), 3U) << "one word without an end";
}

TEST(Clauses, NothingIsLostButSpaces) {
    std::string text;
    for (int i = 0; i < 300; ++i) {
        text += "abc,  d!? "[static_cast<std::size_t>(i * 7) % 10];
    }
    std::string bare = text;
    std::erase(bare, ' ');
    for (bool soon : {false, true}) {
        std::string joined;
        for (auto const& piece : cut(text, soon)) {
            joined += piece;
        }
        std::erase(joined, ' ');
        EXPECT_EQ(joined, bare);
    }
}

} // namespace
} // namespace echollama
