// The voices of ONNX files, where one is installed.
#include "support/heard.h"
#include "support/needs_espeak.h"
#include "support/support.h"
#include "voice/voices.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <thread>

namespace echollama {
namespace {

using namespace std::chrono_literals;
using test::listen;

// Figures of sherpa-onnx 2.0.1 (ONNX Runtime 1.28) for the same voice without its noise.
TEST(NaturalVoice, SpeaksAsTheRuntimeDoesThatItsFilesAreMadeFor) {
    SKIP_WITHOUT_ESPEAK();
    auto const joe = test::models_dir() / "piper-joe";
    SKIP_WITHOUT(joe);
    test::TempDir dir;
    std::filesystem::copy(joe, dir.path(), std::filesystem::copy_options::recursive);
    std::ofstream(dir / "voice.json") << R"({"voice":"en-us","noise_scale":0,"noise_w":0,"length_scale":1})";
    auto const heard =
        listen(*make_network_voice(dir.path(), "", 2), "A red cup is straight ahead, about one metre away.");
    EXPECT_EQ(heard.rate, 22050);
    EXPECT_NEAR(static_cast<double>(heard.samples.size()), 62533, 20);
    double power = 0;
    for (auto const sample : heard.samples) {
        power += static_cast<double>(sample) * sample;
    }
    EXPECT_NEAR(std::sqrt(power / static_cast<double>(heard.samples.size())), 2087.9 / 32768, 0.0002);
}

TEST(NaturalVoice, StopsInTheMiddleOfASentence) {
    SKIP_WITHOUT_ESPEAK();
    auto const joe = test::models_dir() / "piper-joe";
    SKIP_WITHOUT(joe);
    auto voice = make_network_voice(joe, "", 1);
    std::stop_source stop;
    std::jthread stopper([&] {
        std::this_thread::sleep_for(30ms);
        stop.request_stop();
    });
    std::size_t samples = 0, ends = 0;
    voice->say(
        "The chair and the table and the cup and the door and the dog and the lamp and the window are all there.", {},
        [&](AudioChunk&& chunk) {
            samples += chunk.samples.size();
            ends += chunk.end;
        },
        stop.get_token());
    EXPECT_LT(samples, 22050U) << "the network's own work is given up, too";
    EXPECT_EQ(ends, 1U);
    EXPECT_GT(listen(*voice, "Hello.").samples.size(), 5000U) << "and it speaks again";
}

} // namespace
} // namespace echollama
