#include "listener/looks.h"
#include "listener/vad.h"

#include <gtest/gtest.h>

namespace echollama {
namespace {

constexpr int whole = 1500;

bool is_wider(int window, int than) {
    return than != 0 && (window == 0 || window > than);
}

TEST(Looks, TheFirstWindowHoldsTheSoundAndSilenceAfterIt) {
    constexpr double positions_a_second = 50, silence_s = 2;
    int before = 0;
    for (double seconds = 1; seconds < 30; seconds += 0.1) {
        auto const window = first_window(static_cast<std::size_t>(seconds * speech_rate), whole);
        if (window == 0) {
            EXPECT_GT(seconds, 25) << "all of it is for long recordings";
            continue;
        }
        EXPECT_GE(window, (seconds + silence_s) * positions_a_second) << seconds;
        EXPECT_LT(window, whole);
        EXPECT_GE(window, before);
        before = window;
    }
}

TEST(Looks, WhatIsSureIsLookedAtOnce) {
    for (auto const window : {0, 512, 700, 768, 1400}) {
        ListenerLook const sure{window, 0.8F, false};
        EXPECT_FALSE(next_window(sure, sure, 1, whole)) << window;
    }
}

TEST(Looks, WhatIsUnsureIsLookedAtOnceMoreAndWider) {
    for (auto const window : {512, 700, 768, 1400}) {
        ListenerLook const unsure{window, 0.4F, false};
        auto const wider = next_window(unsure, unsure, 1, whole);
        ASSERT_TRUE(wider) << window;
        EXPECT_TRUE(is_wider(*wider, window)) << window;
        EXPECT_FALSE(next_window(unsure, {*wider, 0.4F, false}, 2, whole)) << window;
        EXPECT_FALSE(next_window(unsure, {*wider, 0.9F, true}, 2, whole)) << "there are words already";
    }
    ListenerLook const all{0, 0.1F, false};
    EXPECT_FALSE(next_window(all, all, 1, whole)) << "nothing is wider than all of it";
}

TEST(Looks, WhatIsLostIsLookedAtWiderUntilAllOfItWasSeen) {
    for (int const positions : {1500, 600}) { // some networks have fewer
        for (float const sureness : {0.1F, 0.9F}) {
            ListenerLook look{512, sureness, true};
            int looks = 1;
            for (auto wider = next_window(look, look, looks, positions); wider;
                 wider = next_window(look, look, looks, positions)) {
                ASSERT_TRUE(is_wider(*wider, look.window));
                EXPECT_LT(*wider, positions);
                look.window = *wider;
                ASSERT_LE(++looks, 3);
            }
            EXPECT_EQ(look.window, 0) << positions;
        }
    }
}

TEST(Looks, TheSurestThatIsNotLostIsKept) {
    ListenerLook const first{512, 0.5F, false};
    EXPECT_TRUE(is_better({768, 0.6F, false}, first));
    EXPECT_FALSE(is_better({768, 0.4F, false}, first));
    EXPECT_FALSE(is_better({768, 0.9F, true}, first));
    ListenerLook const lost{512, 0.9F, true};
    EXPECT_TRUE(is_better({768, 0.1F, false}, lost));
    EXPECT_TRUE(is_better({768, 0.1F, true}, lost)) << "of lost ones the widest";
}

} // namespace
} // namespace echollama
