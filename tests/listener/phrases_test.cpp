// Speech written down while it comes: the same, however it comes, and nothing of it lost.
#include "base/counter_rng.h"
#include "listener/phrases.h"
#include "listener/vad_silero.h"
#include "listener/whisper_listener.h"
#include "media/sound/audio_io.h"
#include "media/sound/resample.h"
#include "support/hard_sound.h"
#include "support/listening.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <numbers>
#include <set>
#include <sstream>

namespace echollama {
namespace {

using test::Samples;

// Writes down how many samples it heard, and their sum.
class Counting final : public Listener {
  public:
    Transcript hear(AudioBuffer const& audio, std::string const&, std::stop_token) override {
        double sum = 0;
        for (float const sample : audio.samples) {
            sum += static_cast<double>(sample);
        }
        auto const text = std::to_string(audio.samples.size()) + ":" + std::to_string(sum);
        samples += audio.samples.size();
        heard.insert(heard.end(), audio.samples.begin(), audio.samples.end());
        return {text, {{0, audio.seconds(), text, 0, {{text, 0.1, 0.2, 1}}}}};
    }
    std::size_t samples = 0;
    Samples heard;
};

// Talk like sound: bursts of a tone with pauses of any length between them, in a quiet room.
Samples bursts(std::uint64_t seed, int count, double longest_s) {
    Samples sound = test::white_noise(speech_rate / 2, seed);
    for (auto& sample : sound) {
        sample *= 0.001F;
    }
    for (std::uint64_t k = 0; k < static_cast<std::uint64_t>(count); ++k) {
        auto const loud =
            static_cast<std::size_t>(speech_rate * (0.05 + longest_s * static_cast<double>(uniform(seed, 2 * k))));
        auto const quiet =
            static_cast<std::size_t>(speech_rate * (0.02 + 1.6 * static_cast<double>(uniform(seed, 2 * k + 1))));
        for (std::size_t i = 0; i < loud + quiet; ++i) {
            auto const n = sound.size();
            sound.push_back(0.001F * normal(seed + 7, n) +
                            (i < loud ? 0.2F * static_cast<float>(std::sin(2 * std::numbers::pi * 300 *
                                                                           static_cast<double>(n) / speech_rate))
                                      : 0));
        }
    }
    return sound;
}

std::vector<Transcript> written(Listener& listener, FrameClassifier classifier, Samples const& sound,
                                std::uint64_t seed, std::size_t most, EndpointerOptions const& options = {}) {
    PhraseListener phrases(listener, std::move(classifier), options);
    std::vector<Transcript> all;
    for (std::size_t at = 0, k = 0; at < sound.size(); ++k) {
        auto const size = std::min<std::size_t>(sound.size() - at, 1 + splitmix64(seed, k) % most);
        for (auto& phrase : phrases.push(std::span(sound).subspan(at, size), "", {})) {
            all.push_back(std::move(phrase));
        }
        at += size;
    }
    for (auto& phrase : phrases.finish("", {})) {
        all.push_back(std::move(phrase));
    }
    return all;
}

void expect_same(std::vector<Transcript> const& a, std::vector<Transcript> const& b, std::uint64_t seed) {
    ASSERT_EQ(a.size(), b.size()) << seed;
    for (std::size_t i = 0; i < a.size(); ++i) {
        EXPECT_EQ(a[i].text, b[i].text) << seed;
        ASSERT_FALSE(a[i].segments.empty());
        EXPECT_EQ(a[i].segments[0].start_s, b[i].segments[0].start_s) << seed;
    }
}

TEST(Phrases, HowAStreamComesInPiecesChangesNothing) {
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        auto const sound = bursts(seed, 12, 1.2);
        Counting one, other;
        auto const whole = written(one, energy_classifier(), sound, seed, sound.size());
        auto const pieces = written(other, energy_classifier(), sound, seed, 1 + seed * seed * 100);
        EXPECT_FALSE(whole.empty());
        expect_same(whole, pieces, seed);
    }
}

TEST(Phrases, TimesAreThoseOfTheStream) {
    auto const sound = bursts(5, 8, 1.5);
    Counting listener;
    double last_s = 0;
    for (auto const& phrase : written(listener, energy_classifier(), sound, 1, 3000)) {
        auto const& segment = phrase.segments.at(0);
        EXPECT_GE(segment.start_s, last_s - 1e-9);
        EXPECT_LE(segment.end_s, static_cast<double>(sound.size()) / speech_rate + 1e-9);
        EXPECT_NEAR(segment.words.at(0).start_s, segment.start_s + 0.1, 1e-9);
        last_s = segment.end_s;
    }
}

TEST(Phrases, WhoeverSpeaksOnAndOnLosesNoSampleAndIsCutWhereItIsQuiet) {
    // Four minutes with a gap of 120 ms every three seconds or so: never a pause that ends a phrase.
    Samples sound = test::white_noise(speech_rate, 3);
    for (auto& sample : sound) {
        sample *= 0.0005F;
    }
    std::vector<std::pair<std::size_t, std::size_t>> gaps;
    for (std::uint64_t k = 0; sound.size() < 240 * speech_rate; ++k) {
        auto const loud = static_cast<std::size_t>(speech_rate * (2 + 2 * static_cast<double>(uniform(9, k))));
        for (std::size_t i = 0; i < loud; ++i) {
            sound.push_back(0.2F * static_cast<float>(std::sin(0.1 * static_cast<double>(sound.size()))));
        }
        gaps.push_back({sound.size(), sound.size() + speech_rate * 12 / 100});
        sound.resize(gaps.back().second);
    }
    Counting listener;
    auto const phrases = written(listener, energy_classifier(), sound, 2, 5000);
    ASSERT_GE(phrases.size(), 8U);
    EXPECT_GE(listener.samples, sound.size() - 2 * speech_rate) << "all but the silence at the ends";
    for (std::size_t i = 0; i + 1 < phrases.size(); ++i) {
        auto const end = phrases[i].segments[0].end_s * speech_rate;
        EXPECT_NEAR(phrases[i + 1].segments[0].start_s * speech_rate, end, 1) << "nothing between two phrases";
        EXPECT_TRUE(std::any_of(gaps.begin(), gaps.end(),
                                [&](auto const& gap) {
                                    return end >= static_cast<double>(gap.first) &&
                                           end <= static_cast<double>(gap.second);
                                }))
            << "cut inside a word at " << end / speech_rate;
    }
    auto const begin = std::search(sound.begin(), sound.end(), listener.heard.begin(), listener.heard.begin() + 4000);
    ASSERT_NE(begin, sound.end());
    EXPECT_TRUE(std::equal(listener.heard.begin(), listener.heard.end(), begin)) << "sample for sample";
}

TEST(Phrases, TheJudgeHearsTheUsualLevelFromAnyMicrophone) {
    for (float const level : {1.0F, 0.1F, 0.01F}) {
        float loudest = 0;
        auto judge = at_usual_level([&](std::span<float const> frame, bool) {
            loudest = std::max(loudest, rms(frame));
            return false;
        });
        auto sound = test::white_noise(speech_rate, 4);
        for (auto& sample : sound) {
            sample *= 0.1F * level;
        }
        for (std::size_t at = 0; at + vad_frame <= sound.size(); at += vad_frame) {
            judge(std::span(sound).subspan(at, vad_frame), false);
        }
        EXPECT_NEAR(loudest, 0.1F, 0.02F) << level;
    }
    bool const silent = at_usual_level([](std::span<float const> frame, bool) { return rms(frame) > 0; })(
        std::vector<float>(vad_frame), false);
    EXPECT_FALSE(silent);
}

std::multiset<std::string> word_set(std::string const& text) {
    std::istringstream in(test::words(text));
    return {std::istream_iterator<std::string>(in), {}};
}

// What a person said, in the stream and in the file: nothing is lost; a phrase alone may be misheard where the whole
// recording would have helped.
TEST(Phrases, StreamedSpeechIsWrittenDownAsTheRecordingIs) {
    SKIP_WITHOUT(test::whisper_model());
    SKIP_WITHOUT(test::silero_model());
    SKIP_WITHOUT(test::jfk());
    WhisperOptions options;
    options.threads = 2;
    options.vad_model = test::silero_model();
    auto const listener = make_whisper_listener(test::whisper_model(), options);
    auto const speech = resample(load_audio(test::jfk()), speech_rate);
    auto const offline = test::words(listener->hear(speech, "", {}).text);
    for (float const level : {1.0F, 0.02F}) {
        Samples sound(speech_rate);
        for (int twice = 0; twice < 2; ++twice) {
            for (float const sample : speech.samples) {
                sound.push_back(level * sample);
            }
            sound.resize(sound.size() + 2 * speech_rate);
        }
        std::string streamed;
        auto vad = std::make_shared<SileroVad>(test::silero_model());
        for (auto const& phrase : written(*listener, at_usual_level(silero_classifier(vad)), sound, 1, 4000)) {
            streamed += " " + phrase.text;
        }
        auto const expected = word_set(offline + " " + offline), found = word_set(streamed);
        EXPECT_NEAR(static_cast<double>(found.size()), static_cast<double>(expected.size()), 2) << level << streamed;
        std::vector<std::string> same;
        std::set_intersection(expected.begin(), expected.end(), found.begin(), found.end(), std::back_inserter(same));
        EXPECT_GE(same.size() + 4, expected.size()) << level << streamed;
    }
}

TEST(WordTimes, LieInTheirSegmentsInOrderAndMakeTheText) {
    SKIP_WITHOUT(test::whisper_model());
    SKIP_WITHOUT(test::jfk());
    WhisperOptions options;
    options.threads = 2;
    options.word_times = true;
    auto const listener = make_whisper_listener(test::whisper_model(), options);
    auto const speech = load_audio(test::jfk());
    auto const transcript = listener->hear(speech, "", {});
    double last_s = 0;
    std::string text;
    for (auto const& segment : transcript.segments) {
        for (auto const& word : segment.words) {
            EXPECT_GE(word.start_s, last_s);
            EXPECT_GE(word.start_s, segment.start_s);
            EXPECT_GE(word.end_s, word.start_s);
            EXPECT_LE(word.end_s, segment.end_s);
            EXPECT_GT(word.probability, 0);
            EXPECT_LE(word.probability, 1.0001F);
            last_s = word.start_s;
            text += (text.empty() ? "" : " ") + word.text;
        }
    }
    EXPECT_EQ(text, transcript.text);
    EXPECT_LE(last_s, speech.seconds());
}

} // namespace
} // namespace echollama
