#include "base/counter_rng.h"
#include "voice/orpheus/orpheus_frames.h"

#include <gtest/gtest.h>

#include <algorithm>

using namespace echollama;

namespace {

std::vector<SnacFrame> random_frames(std::size_t count, std::uint64_t seed) {
    std::vector<SnacFrame> frames(count);
    std::uint64_t i = 0;
    for (auto& frame : frames) {
        for (auto& code : frame) {
            code = static_cast<std::int32_t>(splitmix64(seed, i++) >> 52);
        }
    }
    return frames;
}

// The frames that are left when frame `lost` is gone.
std::vector<SnacFrame> without(std::vector<SnacFrame> frames, std::size_t lost) {
    frames.erase(frames.begin() + static_cast<std::ptrdiff_t>(lost));
    return frames;
}

} // namespace

TEST(OrpheusFrames, TokensRoundTripThroughFramesAndCodes) {
    auto frames = random_frames(50, 1);
    frames[7] = {}; // all codes 0
    auto tokens = to_tokens(frames);
    ASSERT_EQ(tokens.size(), 350u);
    EXPECT_EQ(read_frames(tokens), frames);
    EXPECT_EQ(to_frames(to_codes(frames)), frames);
    auto codes = to_codes(frames);
    EXPECT_EQ(codes.levels[0].size(), 50u);
    EXPECT_EQ(codes.levels[1].size(), 100u);
    EXPECT_EQ(codes.levels[2].size(), 200u);
}

TEST(OrpheusFrames, SlotsMapToLevelsAsOrpheusWasTrained) {
    SnacFrame frame{10, 20, 30, 31, 21, 32, 33};
    auto codes = to_codes({&frame, 1});
    EXPECT_EQ(codes.levels[0], (std::vector<std::int32_t>{10}));
    EXPECT_EQ(codes.levels[1], (std::vector<std::int32_t>{20, 21}));
    EXPECT_EQ(codes.levels[2], (std::vector<std::int32_t>{30, 31, 32, 33}));
}

TEST(OrpheusFrames, TokenRangeHasNoGapsAndNoOverhang) {
    EXPECT_FALSE(audio_token(128265));
    EXPECT_FALSE(audio_token(156938));
    EXPECT_FALSE(audio_token(-1));
    EXPECT_FALSE(audio_token(orpheus::end_of_speech));
    for (std::int32_t id = orpheus::first_audio; id <= orpheus::last_audio; ++id) {
        auto token = audio_token(id);
        ASSERT_TRUE(token);
        ASSERT_LT(token->slot, 7);
        ASSERT_LT(token->code, 4096);
        ASSERT_EQ(audio_token_id(token->slot, token->code), id);
    }
}

// For every place of a damaged token: dropped, foreign, out of range, mis-slotted (every other slot).
TEST(OrpheusFrames, OneDamagedTokenLosesAtMostItsFrame) {
    auto const frames = random_frames(9, 2);
    auto const tokens = to_tokens(frames);
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        auto expect_loss = [&](std::vector<std::int32_t> const& damaged, char const* what) {
            auto read = read_frames(damaged);
            EXPECT_TRUE(read == frames || read == without(frames, at / 7)) << what << " at token " << at;
        };
        auto dropped = tokens;
        dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(at));
        expect_loss(dropped, "dropped");
        for (std::int32_t id : {0, 128009, 128256, 128265, 156938, 1 << 30, -5}) {
            auto replaced = tokens;
            replaced[at] = id;
            expect_loss(replaced, "replaced");
            auto inserted = tokens;
            inserted.insert(inserted.begin() + static_cast<std::ptrdiff_t>(at), id);
            EXPECT_EQ(read_frames(inserted), frames) << "foreign token between tokens costs nothing";
        }
        for (int slot = 0; slot < 7; ++slot) {
            if (slot == static_cast<int>(at % 7)) {
                continue;
            }
            auto replaced = tokens;
            replaced[at] = audio_token_id(slot, 77);
            auto read = read_frames(replaced);

            EXPECT_EQ(read, without(frames, at / 7)) << "slot " << slot << " at token " << at;
        }
    }
}

TEST(OrpheusFrames, TruncatedStreamKeepsItsWholeFrames) {
    auto frames = random_frames(5, 3);
    auto tokens = to_tokens(frames);
    for (std::size_t length = 0; length <= tokens.size(); ++length) {
        auto read = read_frames(std::span(tokens).first(length));
        ASSERT_EQ(read.size(), length / 7);
        EXPECT_TRUE(std::equal(read.begin(), read.end(), frames.begin()));
    }
}

TEST(OrpheusFrames, ReaderCountsWhatItCouldNotUse) {
    auto tokens = to_tokens(random_frames(3, 4));
    tokens.erase(tokens.begin() + 10); // slot 3 of the second frame
    FrameReader reader;
    std::size_t frames = 0;
    for (auto id : tokens) {
        frames += reader.push(id) ? 1 : 0;
    }
    EXPECT_EQ(frames, 2u);
    EXPECT_EQ(reader.damaged_frames(), 1u);
    EXPECT_EQ(reader.ignored_tokens(), 3u);
}
