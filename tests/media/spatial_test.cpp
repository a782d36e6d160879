// Where placed sound is heard is measured as ears do it: by the time and the level differences between the channels.
#include "media/sound/audio_io.h"
#include "media/sound/resample.h"
#include "media/spatial/spatial.h"
#include "support/sound.h"
#include "support/support.h"

#include <gtest/gtest.h>
#include <mysofa.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>

namespace echollama {
namespace {

namespace fs = std::filesystem;
using test::Stereo;

constexpr int rate = 22050;

std::vector<float> rendered(SpatialStream& stream, std::vector<float> const& sound) {
    auto frames = stream.push(sound);
    auto const rest = stream.finish();
    frames.insert(frames.end(), rest.begin(), rest.end());
    return frames;
}

Stereo placed(Head const& head, AudioBuffer const& sound, SoundPlace const& place) {
    SpatialStream stream(head, place, sound.rate);
    return test::split(rendered(stream, sound.samples), sound.rate);
}

AudioBuffer recording(int at_rate) {
    static AudioBuffer const original = load_audio(test::whisper_samples_dir() / "jfk.mp3");
    return resample(original, at_rate);
}

// Its first second.
AudioBuffer real_speech(int at_rate) {
    auto sound = recording(at_rate);
    sound.samples.resize(static_cast<std::size_t>(at_rate));
    return sound;
}

AudioBuffer made_speech(int at_rate, unsigned seed) {
    return {at_rate, test::speech_like(static_cast<std::size_t>(at_rate), at_rate, seed)};
}

// A listener with the head of KEMAR, who knows how sounds from each side reach that head. The responses are libmysofa's
// own, so nothing of the renderer takes part.
class Listener {
  public:
    Listener() {
        constexpr int native = 44100;
        int length = 0, failed = 0;
        auto* sofa = mysofa_open("/usr/share/libmysofa/MIT_KEMAR_normal_pinna.sofa", native, &length, &failed);
        if (!sofa) {
            return;
        }
        auto const sound = real_speech(native);
        for (int bearing = -90; bearing <= 90; bearing += 3) {
            auto const taps = static_cast<std::size_t>(length);
            std::vector<float> left(taps), right(taps);
            float left_delay = 0, right_delay = 0;
            double const angle = bearing * std::numbers::pi / 180; // y is to the left
            mysofa_getfilter_float(sofa, static_cast<float>(std::cos(angle)), static_cast<float>(-std::sin(angle)), 0,
                                   left.data(), right.data(), &left_delay, &right_delay);
            Stereo const heard{native, test::convolved(sound.samples, left), test::convolved(sound.samples, right)};
            known_.push_back(
                {static_cast<double>(bearing), test::time_difference(heard), test::level_differences(heard)});
        }
        mysofa_close(sofa);
    }
    bool ready() const { return !known_.empty(); }

    double by_time(Stereo const& sound) const {
        double const time = test::time_difference(sound);
        return nearest([&](auto const& known) { return std::abs(known.time - time); });
    }
    double by_level(Stereo const& sound) const {
        auto const levels = test::level_differences(sound);
        return nearest([&](auto const& known) {
            double sum = 0;
            for (std::size_t band = 0; band < levels.size(); ++band) {
                sum += std::pow(known.levels[band] - levels[band], 2);
            }
            return sum;
        });
    }

  private:
    struct Known {
        double bearing, time;
        std::vector<double> levels;
    };
    double nearest(auto const& distance) const {
        return std::min_element(known_.begin(), known_.end(),
                                [&](auto const& a, auto const& b) { return distance(a) < distance(b); })
            ->bearing;
    }
    std::vector<Known> known_;
};

class Spatial : public ::testing::TestWithParam<bool> {
  protected:
    static Head const& measured() {
        static Head const head = default_head();
        return head;
    }
    static Head const& computed() {
        static Head const head = spherical_head();
        return head;
    }
    static Head const& head() { return GetParam() ? measured() : computed(); }
};

TEST_P(Spatial, BearingsAreHeardWhereTheyAre) {
    Listener const listener;
    if (!GetParam() || !listener.ready()) {
        GTEST_SKIP() << "a listener with KEMAR's head hears sound placed by KEMAR's head";
    }
    double worst_front = 0, worst_side = 0;
    for (int bearing = -90; bearing <= 90; bearing += 5) {
        auto const sound = placed(head(), real_speech(rate), {static_cast<float>(bearing), {}});
        double const error =
            std::max(std::abs(listener.by_time(sound) - bearing), std::abs(listener.by_level(sound) - bearing));
        auto& worst = std::abs(bearing) <= 60 ? worst_front : worst_side;
        worst = std::max(worst, error);
    }
    RecordProperty("worst_to_60_degrees", std::to_string(worst_front));
    RecordProperty("worst_to_90_degrees", std::to_string(worst_side));
    EXPECT_LE(worst_front, 10);
    EXPECT_LE(worst_side, 15);
}

TEST_P(Spatial, LeftAndRightAreNeverSwapped) {
    std::mt19937 random(3);
    for (int turn = 0; turn < 40; ++turn) {
        float const bearing = std::uniform_real_distribution<float>(-177, 177)(random);
        if (std::abs(bearing) < 3) {
            continue;
        }
        int const at_rate = std::array{16000, 22050, 24000, 48000}[turn % 4];
        float const distance = std::uniform_real_distribution<float>(0.2F, 12)(random);
        auto const source = turn % 2 ? real_speech(at_rate) : made_speech(at_rate, static_cast<unsigned>(turn));
        auto const sound = placed(head(), source, {bearing, distance});
        double const side = bearing < 0 ? -1 : 1;
        EXPECT_GT(test::time_difference(sound) * side, 0) << bearing << " degrees at " << at_rate;
        EXPECT_GT(test::level_difference(sound) * side, 0) << bearing << " degrees at " << at_rate;
    }
}

TEST_P(Spatial, AheadAndBehindSoundAlikeInBothEars) {
    for (float bearing : {0.0F, 180.0F, -180.0F}) {
        auto const sound = placed(head(), made_speech(rate, 5), {bearing, {}});
        EXPECT_NEAR(test::time_difference(sound), 0, 20e-6) << bearing;
        EXPECT_NEAR(test::level_difference(sound), 0, 0.3) << bearing;
    }
}

TEST_P(Spatial, TheBearingGrowsWithoutJumps) {
    double time = -1, level = 0;
    for (int bearing = -60; bearing <= 60; ++bearing) { // directions between the measured ones too
        auto const sound = placed(head(), made_speech(rate, 5), {static_cast<float>(bearing), {}});
        double const time_now = test::time_difference(sound), level_now = test::level_difference(sound);
        if (bearing > -60) {
            EXPECT_GT(time_now, time) << bearing;
            EXPECT_LT(time_now - time, 40e-6) << bearing;
            EXPECT_LT(std::abs(level_now - level), 1) << bearing;
        }
        time = time_now;
        level = level_now;
    }
}

TEST_P(Spatial, BothChannelsAsOneLoseLessThanThreeDecibels) {
    for (auto const& source : {recording(rate), made_speech(rate, 8)}) { // over all of it: a single vowel may lose more
        SpatialStream middle(rate);
        double const wanted = test::power(test::split(rendered(middle, source.samples), rate).mono());
        for (int bearing = -180; bearing <= 180; bearing += 15) {
            auto const sound = placed(head(), source, {static_cast<float>(bearing), {}});
            double const kept = test::decibels(test::power(sound.mono()) / wanted);
            EXPECT_GT(kept, -3) << bearing;
            EXPECT_LT(kept, 3) << bearing;
        }
    }
}

TEST_P(Spatial, FarThingsAreSofterAndDullerButNotLost) {
    constexpr int at_rate = 48000; // the loudness filter's
    auto const source = made_speech(at_rate, 2);
    for (float bearing : {0.0F, -45.0F, 90.0F}) {
        double before = 1e9, nearest = 0;
        for (float distance : {0.1F, 0.5F, 1.0F, 2.0F, 4.0F, 8.0F, 10.0F, 1000.0F}) {
            double const loudness = test::loudness(placed(head(), source, {bearing, distance}));
            EXPECT_LE(loudness, before + 1e-9) << distance;
            nearest = before > 1e8 ? loudness : nearest;
            before = loudness;
        }
        EXPECT_GT(nearest - before, 6) << "the difference is heard";
        EXPECT_LT(nearest - before, 12) << "loudness units from nearest to farthest";
    }
    EXPECT_LT(distance_effect(8).high, distance_effect(1).high);
    EXPECT_EQ(distance_effect({}).gain, 1);
    EXPECT_EQ(distance_effect(0).gain, 1) << "not known";
    EXPECT_EQ(distance_effect(NAN).gain, 1);
}

TEST_P(Spatial, HoweverTheInputIsCutTheSameFramesComeOut) {
    std::mt19937 random(1);
    auto const source = made_speech(rate, 4).samples;
    for (float loud : {0.3F, 8.0F}) { // without and with the guard at work
        auto samples = source;
        for (auto& sample : samples) {
            sample *= loud;
        }
        SpatialStream stream(head(), {35, 2}, rate);
        auto const whole = rendered(stream, samples);
        for (int turn = 0; turn < 8; ++turn) {
            std::vector<float> frames;
            for (std::size_t at = 0; at < samples.size();) {
                auto const length = std::min<std::size_t>(random() % (turn < 4 ? 50 : 5000), samples.size() - at);
                auto const piece = stream.push(std::span(samples).subspan(at, length));
                frames.insert(frames.end(), piece.begin(), piece.end());
                at += length;
            }
            auto const rest = stream.finish();
            frames.insert(frames.end(), rest.begin(), rest.end());
            ASSERT_EQ(frames, whole);
        }
        EXPECT_GE(whole.size() / 2, samples.size());
        EXPECT_LT(whole.size() / 2, samples.size() + rate / 100) << "a tail of at most 10 ms";
    }
}

TEST_P(Spatial, NoSampleIsTooLoudAndTheDirectionStays) {
    std::mt19937 random(6);
    std::vector<float> loud(rate);
    for (auto& sample : loud) {
        sample = random() % 2 ? 1.0F : -1.0F;
    }
    for (int bearing = -180; bearing <= 180; bearing += 20) {
        SpatialStream stream(head(), {static_cast<float>(bearing), 0.5F}, rate);
        auto const frames = rendered(stream, loud);
        for (float sample : frames) {
            ASSERT_LE(std::abs(sample), loudest_sample);
        }
        auto quiet = loud;
        for (auto& sample : quiet) {
            sample *= 0.01F;
        }
        auto const unguarded = test::split(rendered(stream, quiet), rate);
        EXPECT_NEAR(test::level_difference(test::split(frames, rate)), test::level_difference(unguarded), 0.2);
    }
}

TEST_P(Spatial, SoundStartsAtOnce) {
    SpatialStream stream(head(), {90, 1}, rate);
    auto const frames = stream.push(std::vector<float>(rate / 100, 0.5F)); // 10 ms
    EXPECT_GE(frames.size() / 2, static_cast<std::size_t>(rate * 0.0069)) << "given out within about 3 ms";
    auto const near = test::split(frames, rate).right;
    auto const first = std::find_if(near.begin(), near.end(), [](float v) { return std::abs(v) > 0.05F; });
    EXPECT_LT(static_cast<double>(first - near.begin()) / rate, 0.0015) << "and heard 1.5 ms late at most";
}

INSTANTIATE_TEST_SUITE_P(Heads, Spatial, ::testing::Bool(),
                         [](auto const& kind) { return kind.param ? "Measured" : "Computed"; });

TEST(SpatialMiddle, BothEarsHearTheSame) {
    SpatialStream stream(rate);
    auto const samples = made_speech(rate, 1).samples;
    auto const sound = test::split(rendered(stream, samples), rate);
    EXPECT_EQ(sound.left, sound.right);
    EXPECT_EQ(sound.left.size(), samples.size());
}

TEST(WrappedBearing, IsTheSameDirection) {
    EXPECT_EQ(wrapped_bearing(0), 0);
    EXPECT_EQ(wrapped_bearing(190), -170);
    EXPECT_EQ(wrapped_bearing(-180), 180);
    EXPECT_EQ(wrapped_bearing(720 + 45), 45);
}

std::string refusal_of(fs::path const& file) {
    return test::refusal([&] { load_head(file); });
}

TEST(HeadFile, WhatIsNoHeadIsRefusedInOneSentence) {
    test::TempDir dir;
    EXPECT_NE(refusal_of(dir / "none.sofa").find("There is no file"), std::string::npos);
    std::ofstream(dir / "text.sofa") << "This is no SOFA file.";
    EXPECT_NE(refusal_of(dir / "text.sofa").find("is damaged or of another format"), std::string::npos);
    std::ofstream(dir / "empty.sofa").flush();
    EXPECT_NE(refusal_of(dir / "empty.sofa").find("is damaged or of another format"), std::string::npos);
}

TEST(HeadFile, ACutOneIsRefused) {
    fs::path const whole = "/usr/share/libmysofa/MIT_KEMAR_normal_pinna.sofa";
    SKIP_WITHOUT(whole);
    std::ifstream file(whole, std::ios::binary);
    std::string const bytes(std::istreambuf_iterator<char>(file), {});
    test::TempDir dir;
    for (int part = 0; part < 20; ++part) {
        auto const length = bytes.size() * static_cast<std::size_t>(part) / 20;
        std::ofstream(dir / "cut.sofa", std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(length));
        EXPECT_NE(refusal_of(dir / "cut.sofa"), "") << length << " bytes";
    }
}

} // namespace
} // namespace echollama
