// Speech from where things are, with the whole program.
#include "run_program.h"
#include "support/sound.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <sstream>

namespace echollama {
namespace {

namespace fs = std::filesystem;

// Both channels of a 16-bit WAV file; empty when it has not two.
test::Stereo read_stereo(fs::path const& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string const bytes(std::istreambuf_iterator<char>(stream), {});
    if (bytes.size() < 44 || bytes[22] != 2) {
        return {};
    }
    std::uint32_t rate = 0;
    std::memcpy(&rate, bytes.data() + 24, 4);
    std::vector<float> frames((bytes.size() - 44) / 2);
    for (std::size_t i = 0; i < frames.size(); ++i) {
        std::int16_t value = 0;
        std::memcpy(&value, bytes.data() + 44 + 2 * i, 2);
        frames[i] = static_cast<float>(value) / 32767;
    }
    return test::split(frames, static_cast<int>(rate));
}

TEST(SayCommand, SpeaksFromABearing) {
    test::TempDir dir;
    for (int bearing : {-60, 60}) {
        auto const wav = dir / "a.wav";
        auto const result = test::echollama("say 'Mind the step.' --voice fast --bearing " + std::to_string(bearing) +
                                            " --distance 2 --out " + wav.string());
        ASSERT_EQ(result.code, 0) << result.err;
        auto const sound = read_stereo(wav);
        ASSERT_FALSE(sound.left.empty());
        int const side = bearing < 0 ? -1 : 1;
        EXPECT_GT(test::time_difference(sound) * side, 400e-6);
        EXPECT_GT(test::level_difference(sound) * side, 3);
    }
}

TEST(SayCommand, RefusesImpossiblePlaces) {
    EXPECT_EQ(test::echollama("say x --voice fast --bearing 200 --out -").code, 2);
    EXPECT_EQ(test::echollama("say x --voice fast --distance -1 --out -").code, 2);
}

TEST(DescribeCommand, SpatialSpeechSaysTheSameWords) {
    auto const photo = test::models_dir().parent_path() / "photos" / "coffee.png";
    SKIP_WITHOUT(test::models_dir() / "centernet.gguf");
    SKIP_WITHOUT(photo);
    test::TempDir dir;
    auto const command = "describe " + photo.string() + " --no-llm --voice fast --out ";
    auto const mono = test::echollama(command + (dir / "mono.wav").string() + " --mono");
    auto const spatial = test::echollama(command + (dir / "spatial.wav").string() + " --spatial");
    ASSERT_EQ(spatial.code, 0) << spatial.err;
    EXPECT_EQ(spatial.out, mono.out) << "nothing is told by sound alone";
    EXPECT_TRUE(read_stereo(dir / "mono.wav").left.empty());
    auto const sound = read_stereo(dir / "spatial.wav");
    ASSERT_FALSE(sound.left.empty());
    EXPECT_NE(sound.left, sound.right);
}

TEST(DescribeCommand, SpatialWithoutSoundIsRefused) {
    auto const photo = test::models_dir().parent_path() / "photos" / "coffee.png";
    SKIP_WITHOUT(test::models_dir() / "centernet.gguf");
    SKIP_WITHOUT(photo);
    auto const result = test::echollama("describe " + photo.string() + " --no-llm --spatial");
    EXPECT_EQ(result.code, 2);
    EXPECT_NE(result.err.find("--play"), std::string::npos) << result.err;
    EXPECT_EQ(test::echollama("describe " + photo.string() + " --spatial --mono").code, 2);
}

} // namespace
} // namespace echollama
