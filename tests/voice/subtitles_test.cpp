#include "support/needs_espeak.h"
#include "support/support.h"
#include "voice/subtitles.h"
#include "voice/voices.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

std::vector<std::string> const sentences{"A red cup, slightly left, about 40 centimetres away.",
                                         "Watch out: there is a knife on the right, and a dog at 2 o'clock!",
                                         "Dr. Smith paid $12.50 on 3 May 2024 for 2 kg of apples.", "No car is ahead.",
                                         "The table, the chair and the lamp stand by the wall; the door is open."};

std::string text_of(std::vector<Subtitle> const& subtitles) {
    std::string all;
    for (auto const& subtitle : subtitles) {
        all += (all.empty() ? "" : " ") + subtitle.text;
    }
    return all;
}

struct Subtitled {
    std::vector<Subtitle> subtitles;
    double seconds = 0;
    std::vector<std::pair<AudioBuffer, std::vector<SpokenWord>>> sounds;
};

Subtitled subtitled(Speaker& voice, SpeechOptions const& options, bool forget_words = false) {
    Subtitled out;
    SpeechSubtitles subtitles([&](Subtitle const& subtitle) { out.subtitles.push_back(subtitle); });
    for (auto const& sentence : sentences) {
        subtitles.expect(sentence);
        out.sounds.emplace_back();
        voice.say(sentence, options,
                  [&](AudioChunk&& chunk) {
                      out.seconds += static_cast<double>(chunk.frames()) / chunk.rate;
                      auto& [sound, words] = out.sounds.back();
                      sound.rate = chunk.rate;
                      sound.samples.insert(sound.samples.end(), chunk.samples.begin(), chunk.samples.end());
                      words.insert(words.end(), chunk.words.begin(), chunk.words.end());
                      if (forget_words) {
                          chunk.words.clear();
                      }
                      subtitles.write(chunk);
                  },
                  {});
    }
    subtitles.finish();
    return out;
}

// What holds for any voice and speed.
void check(Subtitled const& result) {
    std::string spoken;
    for (auto const& sentence : sentences) {
        spoken += (spoken.empty() ? "" : " ") + sentence;
    }
    EXPECT_EQ(text_of(result.subtitles), spoken);
    double last = 0;
    for (auto const& subtitle : result.subtitles) {
        EXPECT_GE(subtitle.start_s, last);
        EXPECT_GT(subtitle.end_s, subtitle.start_s + 0.2);
        last = subtitle.start_s;
        std::string words;
        for (auto const& word : subtitle.words) {
            EXPECT_GE(word.start_s, last) << subtitle.text;
            EXPECT_LE(word.start_s, subtitle.end_s) << subtitle.text;
            last = word.start_s;
            words += (words.empty() ? "" : " ") + subtitle.text.substr(word.begin, word.end - word.begin);
        }
        EXPECT_EQ(words, subtitle.text);
        last = subtitle.end_s;
    }
    EXPECT_LE(last, result.seconds);
}

TEST(SpeechSubtitles, TheFastVoiceTellsItsWords) {
    SKIP_WITHOUT_ESPEAK();
    auto const voice = make_fast_voice();
    for (float rate : {0.7F, 1.0F, 2.5F}) {
        SpeechOptions options;
        options.rate = rate;
        auto const result = subtitled(*voice, options);
        check(result);
        for (auto const& subtitle : result.subtitles) {
            EXPECT_EQ(subtitle.times, WordTimes::told);
        }
        for (auto const& [sound, words] : result.sounds) {
            EXPECT_GE(words.size(), 3U);
            double last = 0;
            for (auto const& word : words) {
                EXPECT_GE(word.start_s, last) << word.text;
                EXPECT_LT(word.start_s, sound.seconds()) << word.text;
                last = word.start_s;
            }
        }
    }
}

TEST(SpeechSubtitles, TheSameWordsTwiceAreTheFirstAndTheSecond) {
    AudioBuffer const sound{1000, std::vector<float>(4000, 0.5F)};
    auto const words = word_times("the 2 cups and the dog", sound,
                                  {{"the", 0}, {"two", 0.5}, {"cups", 1}, {"and", 1.5}, {"the", 2}, {"dog", 2.5}});
    ASSERT_EQ(words.size(), 6U);
    for (std::size_t i = 0; i < words.size(); ++i) {
        EXPECT_NEAR(words[i].start_s, 0.5 * static_cast<double>(i), 1e-9);
    }
}

TEST(SpeechSubtitles, WordsTheVoiceDoesNotTellShareTheTimeBetween) {
    AudioBuffer const sound{1000, std::vector<float>(4000, 0.5F)};
    auto const words = word_times("a xx yy b", sound, {{"a", 0}, {"b", 3}});
    ASSERT_EQ(words.size(), 4U);
    EXPECT_NEAR(words[1].start_s, 1, 1e-9);
    EXPECT_NEAR(words[2].start_s, 2, 1e-9);
    EXPECT_NEAR(words[3].start_s, 3, 1e-9);
}

// Estimates are held against what espeak-ng itself says.
TEST(SpeechSubtitles, EstimatedTimesAreNearTheTrueOnes) {
    SKIP_WITHOUT_ESPEAK();
    auto const voice = make_fast_voice();
    auto const told = subtitled(*voice, {}), estimated = subtitled(*voice, {}, true);
    check(estimated);
    std::vector<double> errors;
    for (std::size_t i = 0; i < told.subtitles.size(); ++i) {
        EXPECT_EQ(estimated.subtitles[i].times, WordTimes::estimated);
        for (std::size_t k = 0; k < told.subtitles[i].words.size(); ++k) {
            errors.push_back(std::abs(told.subtitles[i].words[k].start_s - estimated.subtitles[i].words[k].start_s));
        }
    }
    std::sort(errors.begin(), errors.end());
    RecordProperty("median_ms", std::to_string(1000 * errors[errors.size() / 2]));
    RecordProperty("worst_tenth_ms", std::to_string(1000 * errors[errors.size() * 9 / 10]));
    EXPECT_LT(errors[errors.size() / 2], 0.12);
    EXPECT_LT(errors[errors.size() * 9 / 10], 0.4);
}

TEST(SpeechSubtitles, SilenceIsNoCaptionAndKeepsItsTime) {
    std::vector<Subtitle> got;
    SpeechSubtitles subtitles([&](Subtitle const& subtitle) { got.push_back(subtitle); });
    subtitles.expect("Nothing is heard.");
    subtitles.write({std::vector<float>(1000), 1000, 0, true});
    subtitles.expect("Heard.");
    std::vector<float> sound(1000);
    std::fill(sound.begin() + 200, sound.begin() + 700, 0.5F);
    subtitles.write({{sound.begin(), sound.begin() + 450}, 1000, 1000, false});
    subtitles.write({{sound.begin() + 450, sound.end()}, 1000, 1450, true});
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(got[0].text, "Heard.");
    EXPECT_NEAR(got[0].start_s, 1.2, 0.011);
    EXPECT_NEAR(got[0].end_s, 1.7, 0.011);
}

TEST(SpeechSubtitles, TwoChannelsHaveTheTimesOfOne) {
    std::vector<Subtitle> got;
    SpeechSubtitles subtitles([&](Subtitle const& subtitle) { got.push_back(subtitle); });
    std::vector<float> frames(2000);
    for (std::size_t i = 600; i < 1600; i += 2) {
        frames[i] = 0.5F; // left only
    }
    subtitles.expect("Left.");
    subtitles.write({frames, 1000, 0, true, 2});
    ASSERT_EQ(got.size(), 1U);
    EXPECT_NEAR(got[0].start_s, 0.3, 0.011);
    EXPECT_NEAR(got[0].end_s, 0.8, 0.011);
}

TEST(SpeechSubtitles, ACutSentenceIsACaptionToo) {
    std::vector<Subtitle> got;
    SpeechSubtitles subtitles([&](Subtitle const& subtitle) { got.push_back(subtitle); });
    subtitles.expect("A long story\xff.");
    subtitles.write({std::vector<float>(500, 0.5F), 1000, 0, false});
    subtitles.finish();
    subtitles.finish();
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(got[0].text, "A long story\uFFFD.");
}

TEST(SpeechSubtitles, WhatFollowsAnEndedAnswerKeepsItsOwnWords) {
    std::vector<Subtitle> got;
    SpeechSubtitles subtitles([&](Subtitle const& subtitle) { got.push_back(subtitle); });
    for (auto const* sentence : {"Begun.", "Never spoken.", "Nor this."}) {
        subtitles.expect(sentence);
    }
    subtitles.write({std::vector<float>(500, 0.5F), 1000, 0, false});
    subtitles.finish();
    subtitles.expect("Another answer.");
    subtitles.write({std::vector<float>(500, 0.5F), 1000, 500, true});
    ASSERT_EQ(got.size(), 2U);
    EXPECT_EQ(got[1].text, "Another answer.");
    EXPECT_NEAR(got[1].start_s, 0.5, 0.011);
}

} // namespace
} // namespace echollama
