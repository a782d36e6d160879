#include "base/error.h"
#include "media/device/microphone.h"
#include "support/support.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace echollama {
namespace {

using Clock = std::chrono::steady_clock;

TEST(Microphone, SimulatedOneHearsSilenceInRealTime) {
    Microphone microphone(16000, true);
    auto const begin = Clock::now();
    std::size_t heard = 0;
    while (heard < 4800) { // 0.3 s
        auto const samples = microphone.read({});
        EXPECT_TRUE(std::all_of(samples.begin(), samples.end(), [](float x) { return x == 0; }));
        heard += samples.size();
    }
    auto const seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    EXPECT_GT(seconds, 0.15);
    EXPECT_LT(seconds, 3);
    EXPECT_EQ(microphone.dropped(), 0);
}

TEST(Microphone, ReadingStopsAtOnce) {
    Microphone microphone(16000, true);
    std::stop_source stop;
    std::jthread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        stop.request_stop();
    });
    auto const begin = Clock::now();
    while (!microphone.read(stop.get_token()).empty()) {
    }
    EXPECT_LT(std::chrono::duration<double>(Clock::now() - begin).count(), 1);
}

} // namespace
} // namespace echollama
