#include "media/sound/resample.h"
#include "support/support.h"

#include <chrono>
#include <cmath>
#include <thread>

namespace echollama {
namespace {

TEST(Resample, LongRecordingsKeepLengthAndShape) {
    // 10 s of 300 Hz are many blocks: there must be no seam between them.
    AudioBuffer tone{44100, std::vector<float>(441000)};
    for (std::size_t i = 0; i < tone.samples.size(); ++i) {
        tone.samples[i] =
            static_cast<float>(0.5 * std::sin(2 * 3.14159265358979 * 300 * static_cast<double>(i) / 44100));
    }
    auto const out = resample(tone, 16000);
    ASSERT_NEAR(static_cast<double>(out.samples.size()), 160000, 2);
    for (std::size_t i = 1000; i < 159000; ++i) {
        ASSERT_NEAR(out.samples[i], 0.5 * std::sin(2 * 3.14159265358979 * 300 * static_cast<double>(i) / 16000), 2e-3)
            << i;
    }
}

TEST(Resample, StopsSoon) {
    AudioBuffer const long_one{44100, std::vector<float>(44100 * 900, 0.1F)};
    std::stop_source stop;
    stop.request_stop();
    auto const begin = std::chrono::steady_clock::now();
    auto const out = resample(long_one, 16000, stop.get_token());
    EXPECT_LT(out.samples.size(), 16000U * 900 / 2);
    EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(), 0.2);
}

} // namespace
} // namespace echollama
