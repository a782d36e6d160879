#include "base/counter_rng.h"
#include "text/speech_text.h"
#include "voice/orpheus/orpheus_edges.h"
#include "voice/orpheus/orpheus_sampler.h"
#include "voice/orpheus/orpheus_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

using namespace echollama;

TEST(OrpheusText, PromptIdsAreThoseOfTheReference) {
    std::vector<std::int32_t> text{83, 5169, 25, 22691};
    EXPECT_EQ(orpheus_prompt(text),
              (std::vector<std::int32_t>{128259, 128000, 83, 5169, 25, 22691, 128009, 128260, 128261, 128257}));
}

TEST(OrpheusText, VoiceComesFirstAndTheTextEndsWithAMark) {
    std::set<std::string> texts;
    for (auto voice : orpheus_voices) {
        texts.insert(orpheus_text("A dog.", voice));
    }
    EXPECT_EQ(texts.size(), 8u);
    EXPECT_EQ(orpheus_text("A dog.", "tara"), "tara: A dog.");
    EXPECT_EQ(orpheus_text("A dog", ""), "A dog.");
    EXPECT_EQ(orpheus_text("  A \n dog,  ", "leo"), "leo: A dog.");
    EXPECT_EQ(orpheus_text("Is it?", ""), "Is it?");
    EXPECT_EQ(orpheus_text("He said \"Stop!\"", ""), "He said \"Stop!\"");
    EXPECT_EQ(orpheus_text(" \n ", "tara"), "") << "nothing to say";
    for (auto emotion : orpheus_emotions) {
        std::string tag = "Oh <" + std::string(emotion) + ">";
        EXPECT_EQ(orpheus_text(tag, ""), tag) << "tags reach the model as they are";
    }
}

TEST(OrpheusText, NumbersBecomeWordsAndEmotionsStay) {
    EXPECT_EQ(orpheus_words("A dog, 2 m ahead <chuckle>, and <b>3</b> cats."),
              "A dog, two metres ahead <chuckle>, and three cats.");
    EXPECT_EQ(orpheus_words("<laugh> Hi."), "<laugh> Hi.");
    EXPECT_EQ(orpheus_words("<laugh"), normalise_for_speech("<laugh"));
    EXPECT_EQ(orpheus_words(""), "");
}

TEST(SpeechSampler, ChoosesOnlyWhatIsValidInTheSlot) {
    std::vector<float> logits(156940, 30.0F); // text and foreign slots are as likely as can be
    for (int slot = 0; slot < 7; ++slot) {
        for (int code = 0; code < 4096; ++code) {
            logits[static_cast<std::size_t>(audio_token_id(slot, code))] = -static_cast<float>(code) / 1000;
        }
    }
    SpeechSampler sampler(1, 1, 1.1F, 5);
    std::set<std::int32_t> codes;
    for (int i = 0; i < 700; ++i) {
        auto token = audio_token(sampler.choose(logits, i % 7, false));
        ASSERT_TRUE(token);
        ASSERT_EQ(token->slot, i % 7);
        codes.insert(token->code);
    }
    EXPECT_GT(codes.size(), 300u) << "it does not always take the best";
    EXPECT_EQ(sampler.choose(logits, 0, true), orpheus::end_of_speech);
    SpeechSampler greedy(0, 1, 1, 0);
    EXPECT_EQ(greedy.choose(logits, 3, false), audio_token_id(3, 0)) << "code 0 is a code";
}

TEST(SpeechSampler, TopPAndTemperatureShapeTheChoice) {
    std::vector<float> logits(156940, -50.0F);
    auto at = [&](int code) -> float& { return logits[static_cast<std::size_t>(audio_token_id(0, code))]; };
    at(10) = std::log(0.6F);
    at(20) = std::log(0.3F);
    at(30) = std::log(0.1F);
    std::map<int, int> counts;
    for (std::uint64_t seed = 0; seed < 20000; ++seed) {
        ++counts[audio_token(SpeechSampler(1, 0.85F, 1, seed).choose(logits, 0, false))->code];
    }
    EXPECT_EQ(counts.size(), 2u) << "0.6 + 0.3 reach 0.85";
    EXPECT_NEAR(counts[10] / 20000.0, 2.0 / 3, 0.015);
    // Half the temperature squares the odds: 4 to 1.
    counts.clear();
    for (std::uint64_t seed = 0; seed < 20000; ++seed) {
        ++counts[audio_token(SpeechSampler(0.5F, 0.9F, 1, seed).choose(logits, 0, false))->code];
    }
    EXPECT_NEAR(static_cast<double>(counts[10]) / counts[20], 4, 0.3);
}

TEST(SpeechSampler, RepetitionIsPenalisedOverTheWholeAnswer) {
    std::vector<float> logits(156940, -50.0F);
    auto at = [&](int slot, int code) -> float& {
        return logits[static_cast<std::size_t>(audio_token_id(slot, code))];
    };
    at(0, 1) = 2.0F;
    at(0, 2) = 1.9F;
    SpeechSampler sampler(0, 1, 1.1F, 0);
    EXPECT_EQ(sampler.choose(logits, 0, false), audio_token_id(0, 1));
    for (int i = 0; i < 500; ++i) { // far outside any window of 64
        sampler.choose(logits, 1 + i % 6, false);
    }
    EXPECT_EQ(sampler.choose(logits, 0, false), audio_token_id(0, 2)) << "2.0 / 1.1 is less than 1.9";
}

TEST(OrpheusText, LengthGuardAllowsSlowSpeechAndGrowsWithTheText) {
    std::string sentence = "There is a chair two metres ahead of you, slightly to the left.";
    double seconds = static_cast<double>(most_frames(sentence)) * 2048 / 24000;
    EXPECT_GT(seconds, static_cast<double>(sentence.size()) / 8) << "eight letters a second is slow speech";
    EXPECT_LT(seconds, 30);
    EXPECT_GT(most_frames("1234567"), most_frames("abcdefg"));
    EXPECT_GT(most_frames("Oh <laugh>"), most_frames("Oh laugh"));
}

namespace {

SnacFrame random_frame(std::uint64_t i) {
    SnacFrame frame;
    for (std::size_t j = 0; j < 7; ++j) {
        frame[j] = static_cast<std::int32_t>(splitmix64(11, i * 7 + j) >> 52);
    }
    return frame;
}

// Frames pushed until the detector says loop; 0: never within `limit`.
template <typename Make>
std::size_t frames_until_loop(Make make, std::size_t limit) {
    LoopDetector detector;
    for (std::size_t i = 0; i < limit; ++i) {
        if (detector.push(make(i))) {
            return i + 1;
        }
    }
    return 0;
}

} // namespace

TEST(OrpheusText, LoopsAreNoticedWithinThreeRounds) {
    for (std::size_t period : {1u, 2u, 5u, 8u, 13u, 24u, 40u, 48u}) {
        auto frames =
            frames_until_loop([&](std::size_t i) { return random_frame(i < 30 ? 1000 + i : i % period); }, 400);
        EXPECT_GT(frames, 30u);
        EXPECT_LE(frames, 30 + std::max<std::size_t>(24, 3 * period)) << "period " << period;
    }
}

TEST(OrpheusText, SpeechIsNotALoop) {
    EXPECT_EQ(frames_until_loop([](std::size_t i) { return random_frame(i); }, 2000), 0u);
    // A pause of three seconds: the coarse code stands still, the fine ones do not.
    auto pause = [](std::size_t i) {
        auto frame = random_frame(i);
        frame[0] = i % 100 < 35 ? 7 : frame[0];
        return frame;
    };
    EXPECT_EQ(frames_until_loop(pause, 1000), 0u);
    // A word said twice.
    EXPECT_EQ(frames_until_loop([](std::size_t i) { return random_frame(i < 40 ? i % 20 : i); }, 500), 0u);
    // Endless silence ends.
    auto silence = [](std::size_t i) {
        auto frame = random_frame(i);
        frame[0] = 7;
        return frame;
    };
    EXPECT_EQ(frames_until_loop(silence, 1000), 59u);
}

namespace {

std::vector<float> tone(std::size_t silence, std::size_t length) {
    std::vector<float> samples(silence, 0.0005F);
    for (std::size_t i = 0; i < length; ++i) {
        float phase = static_cast<float>(i) * 0.1F;
        samples.push_back(0.5F * (silence > 0 ? std::sin(phase) : std::cos(phase)));
    }
    return samples;
}

std::vector<float> through_edges(std::vector<float> const& samples, std::size_t piece) {
    SpeechEdges edges(24000);
    std::vector<float> out;
    auto append = [&](std::vector<float> const& more) { out.insert(out.end(), more.begin(), more.end()); };
    for (std::size_t i = 0; i < samples.size(); i += piece) {
        append(edges.push(std::span(samples).subspan(i, std::min(piece, samples.size() - i))));
    }
    append(edges.finish());
    return out;
}

} // namespace

TEST(SpeechEdges, CutsLeadingSilenceAndFadesBothEnds) {
    auto out = through_edges(tone(9600, 24000), 1000); // 400 ms of near-silence
    EXPECT_LE(out.size(), 24000u + 600u);
    EXPECT_GE(out.size(), 24000u) << "no sound is lost";
    EXPECT_NEAR(out.front(), 0, 1e-3);
    EXPECT_NEAR(out.back(), 0, 1e-3);
    // Joined with a sentence that begins in the middle of a wave, no step is larger than the waves' own.
    auto joined = out;
    auto sudden = through_edges(tone(0, 5000), 1000);
    joined.insert(joined.end(), sudden.begin(), sudden.end());
    float largest = 0;
    for (std::size_t i = 1; i < joined.size(); ++i) {
        largest = std::max(largest, std::abs(joined[i] - joined[i - 1]));
    }
    EXPECT_LT(largest, 0.06F);
}

TEST(SpeechEdges, ResultDoesNotDependOnThePieces) {
    auto samples = tone(9600, 5000);
    auto whole = through_edges(samples, samples.size());
    for (std::size_t piece : {1u, 119u, 120u, 121u, 1024u, 4096u}) {
        EXPECT_EQ(through_edges(samples, piece), whole) << piece;
    }
}

TEST(SpeechEdges, SoundFromTheStartKeepsItsLength) {
    EXPECT_EQ(through_edges(tone(0, 2048), 512).size(), 2048u);
    EXPECT_TRUE(through_edges({}, 1).empty());
    // All silence: at most the limit is cut, and it ends.
    auto silence = through_edges(std::vector<float>(48000, 0.0F), 2048);
    EXPECT_GE(silence.size(), 12000u - 1u);
}
