#include "base/counter_rng.h"
#include "networks/snac_window.h"

#include <gtest/gtest.h>

#include <algorithm>

using namespace echollama;

// Whatever the chunks, the pieces join without gap or overlap, every piece has its reach on both sides or a true end,
// and everything is given out at the end.
TEST(SnacWindow, PiecesCoverTheStreamExactlyOnce) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        int const reach = static_cast<int>(splitmix64(seed, 0) % 14);
        std::int64_t const total = static_cast<std::int64_t>(splitmix64(seed, 1) % 40);
        std::int64_t const limit = static_cast<std::int64_t>(splitmix64(seed, 2) % 3) * 8;
        std::int64_t arrived = 0, done = 0;
        std::uint64_t draw = 3;
        for (bool ended = false; !ended;) {
            arrived = std::min<std::int64_t>(total, arrived + static_cast<std::int64_t>(splitmix64(seed, draw++) % 6));
            ended = arrived == total;
            while (auto w = next_window(done, arrived, ended, reach, 4, limit)) {
                ASSERT_EQ(w->first_latent, done);
                ASSERT_GT(w->last_latent, w->first_latent);
                ASSERT_GE(w->first_frame, 0);
                ASSERT_LE(w->last_frame, arrived);
                ASSERT_TRUE(w->first_frame == 0 || w->first_frame * 4 + reach <= w->first_latent);
                ASSERT_TRUE((ended && w->last_frame == total) || w->last_latent + reach <= w->last_frame * 4);
                done = w->last_latent;
            }
        }
        EXPECT_EQ(done, total * 4);
    }
}

TEST(SnacWindow, FirstSoundNeedsThreeFrames) {
    EXPECT_FALSE(next_window(0, 2, false, 10, 4));
    auto first = next_window(0, 3, false, 10, 4); // 21 tokens
    ASSERT_TRUE(first);
    EXPECT_EQ(first->last_latent, 2);
    EXPECT_TRUE(next_window(0, 1, true, 10, 4)) << "a single frame is spoken when it is all there is";
}
