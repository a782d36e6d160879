// Speech as microphones, plugs and rooms really deliver it.
#include "base/counter_rng.h"
#include "listener/speech_level.h"
#include "listener/vad.h"
#include "listener/whisper_listener.h"
#include "media/sound/audio_io.h"
#include "media/sound/resample.h"
#include "support/listening.h"
#include "support/sound_writer.h"
#include "support/support.h"

#include <cmath>
#include <numbers>

namespace echollama {
namespace {

using test::jfk;
using test::words;

// A fan: noise that falls by 6 dB an octave, with the hum of its motor.
std::vector<float> fan(std::size_t samples, float level) {
    std::vector<float> noise(samples);
    float state = 0;
    for (std::size_t i = 0; i < samples; ++i) {
        state = 0.97F * state + normal(21, i);
        noise[i] =
            state + 2 * static_cast<float>(std::sin(2 * std::numbers::pi * 100 * static_cast<double>(i) / 16000));
    }
    float const scale = level / rms(noise);
    for (auto& sample : noise) {
        sample *= scale;
    }
    return noise;
}

class HardToHear : public testing::Test {
  protected:
    void SetUp() override {
        SKIP_WITHOUT(test::whisper_model());
        SKIP_WITHOUT(jfk());
        WhisperOptions options;
        options.threads = 2;
        listener_ = make_whisper_listener(test::whisper_model(), options);
        speech_ = resample(load_audio(jfk()), 16000);
    }

    // All of the sentence is understood, from its first word.
    void expect_heard(AudioBuffer const& sound, std::string const& what) {
        auto const heard = words(listener_->hear(sound, "", {}).text);
        EXPECT_TRUE(heard.starts_with("and so my fellow americans")) << what << ": " << heard;
        EXPECT_NE(heard.find("ask not what your country can do for you"), std::string::npos) << what << ": " << heard;
    }
    AudioBuffer changed(auto const& change) const {
        auto sound = speech_;
        for (std::size_t i = 0; i < sound.samples.size(); ++i) {
            sound.samples[i] = change(sound.samples[i], i);
        }
        return sound;
    }
    // The speech in a file of two channels, read again.
    AudioBuffer from_stereo(auto const& left, auto const& right) const {
        std::vector<float> frames;
        for (float sample : speech_.samples) {
            frames.push_back(left(sample));
            frames.push_back(right(sample));
        }
        test::TempDir dir;
        test::write_sound(dir / "two.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 2, frames);
        return load_audio(dir / "two.wav");
    }

    std::unique_ptr<Listener> listener_;
    AudioBuffer speech_;
};

TEST_F(HardToHear, AnyLevelIsUnderstood) {
    float const full = rms(speech_.samples);
    for (float decibels : {-70.0F, -54.0F, -34.0F, -6.0F}) {
        float const gain = std::pow(10.0F, decibels / 20) / full;
        expect_heard(changed([&](float s, std::size_t) { return std::clamp(gain * s, -1.0F, 1.0F); }),
                     std::to_string(decibels) + " dBFS");
    }
}

TEST_F(HardToHear, AnOffsetOfTheConverterIsNoSound) {
    for (float offset : {-0.5F, 0.05F, 0.3F}) {
        expect_heard(changed([&](float s, std::size_t) { return 0.4F * s + offset; }),
                     "offset " + std::to_string(offset));
    }
    expect_heard(changed([](float s, std::size_t i) { return 0.2F * s + 0.3F - 2e-6F * static_cast<float>(i); }),
                 "an offset that drifts");
}

TEST_F(HardToHear, NoChannelIsLost) {
    auto const same = [](float s) { return s; };
    auto const none = [](float) { return 0.0F; };
    expect_heard(from_stereo(same, [](float s) { return -s; }), "opposite phase");
    expect_heard(from_stereo(same, [](float s) { return 0.3F - s; }), "opposite phase with an offset");
    expect_heard(from_stereo(none, same), "the right channel only");
    expect_heard(from_stereo(same, [](float) { return 0.8F; }), "the left channel only, the right one stuck");
}

TEST_F(HardToHear, TheFirstWordsOverAFanAreNotLost) {
    for (float level : {0.02F, 0.05F, 0.1F}) {
        auto const noise = fan(speech_.samples.size(), level);
        auto const sound = changed([&](float s, std::size_t i) { return s + noise[i]; });
        auto const heard = words(listener_->hear(sound, "", {}).text); // the small model mistakes an ending or two
        EXPECT_TRUE(heard.starts_with("and so my fellow american")) << level << ": " << heard;
        EXPECT_NE(heard.find("what your country can do for you"), std::string::npos) << level << ": " << heard;
    }
}

TEST_F(HardToHear, WhereNothingIsSaidNothingIsHeardHoweverItIsRaised) {
    std::size_t const length = 16000 * 6;
    std::vector<float> hiss(length), offset(length, 0.4F), clicks(length);
    for (std::size_t i = 0; i < length; ++i) {
        hiss[i] = 0.0005F * normal(3, i);
        offset[i] += 0.0003F * normal(4, i);
        clicks[i] = i % 16000 == 8000 ? 0.9F : 0.0F;
    }
    for (auto const& sound : {hiss, offset, clicks, fan(length, 0.001F), fan(length, 0.2F)}) {
        EXPECT_EQ(listener_->hear({16000, sound}, "", {}).text, "");
    }
}

TEST(SpeechLevel, OffsetAndRumbleGoAndTheLevelIsReached) {
    std::vector<float> tone(32000);
    for (std::size_t i = 0; i < tone.size(); ++i) {
        tone[i] =
            0.25F + 0.01F * static_cast<float>(std::sin(2 * std::numbers::pi * 1000 * static_cast<double>(i) / 16000));
    }
    auto const level = levelled_speech(tone, 16000);
    double mean = 0;
    for (float sample : level) {
        mean += sample;
    }
    EXPECT_NEAR(mean / static_cast<double>(level.size()), 0, 1e-3);
    EXPECT_NEAR(rms(level), 0.1, 0.002);
    EXPECT_LT(std::abs(level[0]), 0.01F) << "the offset makes no click";
}

TEST(SpeechLevel, WhatIsLoudIsNotLowered) {
    for (float const loud : {0.2F, 0.5F, 0.9F}) {
        std::vector<float> tone(32000);
        for (std::size_t i = 0; i < tone.size(); ++i) {
            tone[i] = loud * static_cast<float>(std::sin(2 * std::numbers::pi * 1000 * static_cast<double>(i) / 16000));
        }
        EXPECT_NEAR(rms(levelled_speech(tone, 16000)), rms(tone), 0.01F * loud) << loud;
    }
}

TEST(SpeechLevel, WhatIsBelowTheLastBitStaysThere) {
    std::vector<float> const silence(16000, 0.00002F);
    EXPECT_LT(rms(levelled_speech(silence, 16000)), 0.0001F);
    EXPECT_TRUE(levelled_speech({}, 16000).empty());
    auto const odd = levelled_speech({std::nanf(""), 1e30F, -1e30F, 0.5F}, 16000);
    for (float sample : odd) {
        EXPECT_LE(std::abs(sample), 8.0F);
    }
}

} // namespace
} // namespace echollama
