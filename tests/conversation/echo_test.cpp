// The program's own voice in its microphone, and somebody who speaks over it.
#include "base/counter_rng.h"
#include "conversation/own_voice.h"
#include "conversation/talk.h"
#include "media/sound/audio_io.h"
#include "media/sound/resample.h"
#include "media/sound/time_stretch.h"
#include "support/hard_sound.h"
#include "support/listening.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace echollama {
namespace {

constexpr int rate = 16000;

// From a loudspeaker back to a microphone: a delay, then reflections that fade by 60 dB in 0.2 to 0.4 seconds.
class Room {
  public:
    Room(std::uint64_t seed, float decibels) {
        auto const delay = static_cast<std::size_t>(320 + 2400 * static_cast<double>(uniform(seed, 0))); // 20 to 170 ms
        double const fade_s = 0.2 + 0.2 * static_cast<double>(uniform(seed, 1));
        taps_.push_back({delay, 1});
        double energy = 1;
        for (std::uint64_t k = 2; k < 120; ++k) {
            auto const at = static_cast<std::size_t>(fade_s * rate * static_cast<double>(uniform(seed, 2 * k)) * 0.7);
            auto const level = 0.3F * normal(seed, 2 * k + 1) *
                               std::pow(10.0F, -3 * static_cast<float>(at) / static_cast<float>(fade_s * rate));
            taps_.push_back({delay + at, level});
            energy += static_cast<double>(level) * level;
        }
        auto const gain = static_cast<float>(std::sqrt(std::pow(10.0, static_cast<double>(decibels) / 10) / energy));
        for (auto& tap : taps_) {
            tap.level *= gain;
        }
    }

    float at(std::vector<float> const& played, std::size_t sample) const {
        float sum = 0;
        for (auto const& tap : taps_) {
            if (sample >= tap.delay && sample - tap.delay < played.size()) {
                sum += tap.level * played[sample - tap.delay];
            }
        }
        return sum;
    }

  private:
    struct Tap {
        std::size_t delay;
        float level;
    };
    std::vector<Tap> taps_;
};

struct Case {
    int paused = 0, resumed = 0, interrupted = 0;
    double paused_at_s = 0; // first
};

// An answer of several seconds is played while the room gives it back; something else sounds from `other_at_s` on.
Case hear_oneself(FrameClassifier classifier, std::vector<float> const& answer, std::vector<float> const& other,
                  double other_at_s, std::uint64_t seed, float decibels) {
    TalkOptions options;
    options.rate = rate;
    options.earcons = false;
    Talk talk(options,
              {[](AudioBuffer const&, std::stop_token) { return std::string(); },
               [&](ConversationLine const&, TalkOutput const& output, std::stop_token) {
                   output.sentence("Words.");
                   output.audio({.samples = answer, .rate = rate, .end = true});
                   return LineDone{};
               },
               [](std::string const&) {}, [](std::string const&) { return false; }},
              std::move(classifier));
    Room const room(seed, decibels);
    std::vector<float> played, mic(Talk::heard_samples), out(talk.played_samples());
    Case result;
    auto const steps = answer.size() / out.size() + 200;
    for (std::size_t i = 0; i < steps && result.interrupted == 0; ++i) {
        if (i == 20) {
            talk.type("say it");
        }
        for (std::size_t k = 0; k < mic.size(); ++k) {
            auto const sample = i * mic.size() + k;
            auto const from = static_cast<std::size_t>(other_at_s * rate);
            mic[k] = room.at(played, sample) + 0.0008F * normal(seed + 1000, sample) +
                     (sample >= from && sample - from < other.size() ? other[sample - from] : 0);
        }
        talk.settle();
        talk.step(mic, out);
        played.insert(played.end(), out.begin(), out.end());
        for (auto const& event : talk.take_events()) {
            if (event.kind == "paused" && result.paused++ == 0) {
                result.paused_at_s = event.at_s; // the moment it falls silent
            }
            result.resumed += event.kind == "resumed" ? 1 : 0;
            result.interrupted += event.kind == "interrupted" ? 1 : 0;
        }
    }
    return result;
}

} // namespace

void OwnVoice::SetUp() {
    SKIP_WITHOUT(test::jfk());
    SKIP_WITHOUT(GetParam().needs);
    auto const speech = resample(load_audio(test::jfk()), rate).samples;
    for (std::size_t from : {0U, 16000U, 48000U, 80000U}) {
        answers_.push_back({speech.begin() + static_cast<std::ptrdiff_t>(from),
                            speech.begin() + static_cast<std::ptrdiff_t>(from + 5 * rate)});
        float const gain = 0.15F / rms(answers_.back());
        for (auto& sample : answers_.back()) {
            sample = std::clamp(gain * sample, -1.0F, 1.0F);
        }
    }
    TimeStretch higher(rate, 1.1F, 1.35F); // somebody else
    other_ = higher.push(std::vector<float>(speech.begin() + 5 * rate, speech.begin() + 8 * rate));
    float const gain = 0.06F / rms(other_);
    for (auto& sample : other_) {
        sample *= gain;
    }
}

namespace {

TEST_P(OwnVoice, DoesNotInterruptItself) {
    int interrupted = 0;
    for (std::uint64_t k = 0; k < 100; ++k) {
        auto const result = hear_oneself(GetParam().make(), answers_[k % answers_.size()], {}, 0, k, -10);
        interrupted += result.paused > 0 ? 1 : 0;
    }
    EXPECT_EQ(interrupted, 0) << "of 100";
}

TEST_P(OwnVoice, SomebodyWhoSpeaksOverItIsHeard) {
    int heard = 0;
    for (std::uint64_t k = 0; k < 100; ++k) {
        double const at_s = 1 + 3 * static_cast<double>(uniform(5, k));
        auto const result = hear_oneself(GetParam().make(), answers_[k % answers_.size()], other_, at_s, k, -10);
        bool const over = at_s > 3.5; // the answer may end before a second of it is heard
        heard += result.paused_at_s >= at_s && (over || result.interrupted == 1) ? 1 : 0;
    }
    EXPECT_GE(heard, 95) << "of 100";
}

// A fan that is switched on makes it pause, for it might be somebody; then it goes on, and knows the fan.
TEST_P(OwnVoice, AFanIsNotSomebody) {
    for (std::uint64_t k = 0; k < 12; ++k) {
        auto fan = test::pink_noise(std::size_t{6} * rate, k);
        float const gain = (0.02F + 0.01F * static_cast<float>(k % 4)) / rms(fan);
        for (auto& sample : fan) {
            sample *= gain;
        }
        auto const nobody = [](std::span<float const>, bool) { return false; };
        auto const result = hear_oneself(nobody, answers_[k % answers_.size()], fan, 1.5, k, -10);
        EXPECT_EQ(result.interrupted, 0) << k;
        EXPECT_LE(result.paused, 2) << k; // once more where it is as loud as the answer
        EXPECT_EQ(result.resumed, result.paused) << k;
    }
}

INSTANTIATE_TEST_SUITE_P(Detectors, OwnVoice,
                         testing::Values(SpeechDetector{"loudness", "/", [] { return energy_classifier(); }}));

} // namespace
} // namespace echollama
