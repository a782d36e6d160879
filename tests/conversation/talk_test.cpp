// Turns, interruptions and what is remembered of them, with a voice and an ear of the test's own and no device.
#include "base/counter_rng.h"
#include "base/error.h"
#include "conversation/talk.h"
#include "support/hard_sound.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <numbers>
#include <sstream>
#include <thread>

namespace echollama {
namespace {

constexpr int rate = 8000;
constexpr double word_s = 0.2;
constexpr float first_level = 0.1F, level_step = 0.01F; // each word of an answer is a sound of its own level

std::vector<std::string> words_of(std::string const& text) {
    std::istringstream in(text);
    std::vector<std::string> words;
    for (std::string word; in >> word;) {
        words.push_back(word);
    }
    return words;
}

// Speaks each word of a sentence as a fifth of a second of its own level, in pieces of half a word.
void speak(std::string const& sentence, std::size_t first_word, AudioSink const& audio, std::stop_token const& stop) {
    auto const words = words_of(sentence);
    for (std::size_t w = 0; w < words.size() && !stop.stop_requested(); ++w) {
        auto const half = static_cast<std::size_t>(word_s * rate / 2);
        float const level = first_level + level_step * static_cast<float>(first_word + w);
        AudioChunk chunk{.samples = std::vector<float>(half, level), .rate = rate};
        chunk.words = {{words[w], word_s * static_cast<double>(w)}};
        audio(AudioChunk(chunk));
        chunk.words.clear();
        chunk.end = w + 1 == words.size();
        audio(std::move(chunk));
    }
}

// A conversation with somebody who says the same long answer to everything.
class Partner {
  public:
    explicit Partner(TalkOptions options = {},
                     std::vector<std::string> answer = {"one two three four.", "five six seven eight nine."})
        : answer_(std::move(answer)) {
        options.rate = rate;
        talk = std::make_unique<Talk>(
            options,
            TalkWork{[this](AudioBuffer const& phrase, std::stop_token) {
                         phrases.push_back(phrase.seconds());
                         return hears;
                     },
                     [this](ConversationLine const& line, TalkOutput const& output, std::stop_token stop) {
                         lines.push_back(line.text);
                         if (line.text == "stop it") {
                             return LineDone{LineDone::Act::stop, 1};
                         }
                         if (line.text == "fail") {
                             throw Error("The model file is gone.");
                         }
                         std::size_t word = 0;
                         for (auto const& sentence : answer_) {
                             output.sentence(sentence);
                             speak(sentence, word, output.audio, stop);
                             word += words_of(sentence).size();
                         }
                         return line.text == "quit" ? LineDone{LineDone::Act::end, 1} : LineDone{};
                     },
                     [this](std::string const& words) { heard.push_back(words); },
                     [](std::string const& text) { return text.ends_with('?'); }},
            energy_classifier());
    }

    // Time passes, at its own pace; `sound` is what somebody says meanwhile (else there is quiet), `echo` how loud what
    // is played comes back 40 ms later.
    void pass(double seconds, float sound = 0, float echo = 0) {
        auto const steps = static_cast<int>(std::lround(seconds * 1000 / Talk::step_ms));
        std::vector<float> mic(Talk::heard_samples), out(talk->played_samples());
        for (int i = 0; i < steps; ++i, ++step_) {
            for (std::size_t k = 0; k < mic.size(); ++k) {
                auto const t = static_cast<double>(step_ * mic.size() + k) / 16000;
                auto const back = (step_ * mic.size() + k) * rate / 16000;
                auto const delay = static_cast<std::size_t>(rate) / 25;
                mic[k] = sound * static_cast<float>(std::sin(2 * std::numbers::pi * 300 * t)) +
                         0.0005F * normal(1, step_ * 320 + k) +
                         (echo > 0 && back >= delay && back - delay < played.size() ? echo * played[back - delay] : 0);
            }
            talk->settle();
            talk->step(mic, out);
            played.insert(played.end(), out.begin(), out.end());
            for (auto& event : talk->take_events()) {
                events.push_back(std::move(event));
            }
        }
    }
    void until_quiet() {
        for (int i = 0; i < 2000 && !talk->is_quiet(); ++i) {
            pass(0.02);
            talk->settle();
        }
    }

    std::vector<TalkEvent> of_kind(std::string const& kind) const {
        std::vector<TalkEvent> found;
        std::copy_if(events.begin(), events.end(), std::back_inserter(found),
                     [&](auto const& e) { return e.kind == kind; });
        return found;
    }
    // Words whose sound was played from its beginning to its end, from a sample on.
    std::string words_played(std::size_t from) const {
        std::string text;
        std::size_t word = 0;
        for (auto const& sentence : answer_) {
            for (auto const& name : words_of(sentence)) {
                float const level = first_level + level_step * static_cast<float>(word++);
                auto const count = std::count_if(played.begin() + static_cast<std::ptrdiff_t>(from), played.end(),
                                                 [&](float s) { return std::abs(s - level) < 1e-4F; });
                if (static_cast<double>(count) < word_s * rate - 1) {
                    return text;
                }
                text += (text.empty() ? "" : " ") + name;
            }
        }
        return text;
    }

    std::string hears = "where is the cup?";
    std::vector<double> phrases;
    std::vector<std::string> lines, heard;
    std::vector<TalkEvent> events;
    std::vector<float> played;
    std::unique_ptr<Talk> talk;

  private:
    std::vector<std::string> answer_;
    std::size_t step_ = 0;
};

TalkOptions quiet_options() {
    TalkOptions options;
    options.earcons = false;
    return options;
}

TEST(Talk, AQuestionIsHeardAnsweredAndRemembered) {
    Partner partner(quiet_options());
    partner.pass(1);
    partner.pass(1, 0.2F);
    partner.until_quiet();
    EXPECT_EQ(partner.lines, std::vector<std::string>{"where is the cup?"});
    EXPECT_EQ(partner.heard, std::vector<std::string>{"one two three four. five six seven eight nine."});
    EXPECT_EQ(partner.words_played(0), partner.heard.back());
    ASSERT_EQ(partner.of_kind("sound begins").size(), 1U);
    double const delay = partner.of_kind("sound begins")[0].at_s - 2;
    EXPECT_LT(delay, 0.6) << "a whole question needs only the short pause";
    ASSERT_GE(partner.phrases.size(), 1U);
    EXPECT_NEAR(partner.phrases.back(), 1.5, 0.6);
}

TEST(Talk, WhatMayGoOnIsWaitedForLonger) {
    Partner partner(quiet_options());
    partner.hears = "where is the";
    partner.pass(1);
    partner.pass(1, 0.2F);
    partner.until_quiet();
    double const delay = partner.of_kind("sound begins").at(0).at_s - 2;
    EXPECT_GT(delay, 0.75);
    EXPECT_LT(delay, 1.1);

    Partner pausing(quiet_options()); // a pause of 0.3 s inside the question
    pausing.hears = "where is the cup on the left?";
    pausing.pass(1);
    pausing.pass(0.6, 0.2F);
    pausing.pass(0.3);
    pausing.pass(0.6, 0.2F);
    pausing.until_quiet();
    EXPECT_EQ(pausing.lines.size(), 1U);
    EXPECT_GE(pausing.phrases.size(), 2U) << "recognition began before the question ended";
}

TEST(Talk, TwoHundredInterruptionsStopAtOnceAndLeaveWhatWasPlayed) {
    double worst_s = 0;
    for (std::uint64_t k = 0; k < 200; ++k) {
        Partner partner(quiet_options());
        partner.pass(0.3);
        partner.talk->type("go on");
        double const wait_s = 0.02 + 1.9 * static_cast<double>(uniform(99, k));
        partner.pass(wait_s);
        bool const by_key = k % 2 == 0;
        double const asked_s = partner.talk->now_s();
        auto const asked = partner.played.size();
        if (by_key) {
            partner.talk->stop_speaking();
            partner.pass(0.3);
        } else { // some say little, some so much that nothing must be recognised to know that they mean it
            partner.hears = "stop it";
            partner.pass(k % 4 == 1 ? 0.4 : 1.5, 0.3F);
        }
        auto const last_sound =
            std::find_if(partner.played.rbegin(), partner.played.rend(), [](float s) { return s > 0.01F; });
        auto const sounded = static_cast<std::size_t>(partner.played.rend() - last_sound);
        double const late_s = sounded > asked ? static_cast<double>(sounded - asked) / rate : 0;
        worst_s = std::max(worst_s, late_s);
        EXPECT_LE(late_s, by_key ? 0.02 : 0.15) << k;
        partner.until_quiet();
        ASSERT_EQ(partner.heard.size(), by_key ? 1U : 2U) << k << " at " << asked_s;
        EXPECT_EQ(partner.heard[0], partner.words_played(0)) << k << " after " << wait_s;
        EXPECT_LE(partner.of_kind("interrupted").size(), 1U) << k << ", none where the answer had ended";
        EXPECT_FALSE(partner.talk->now_s() > 0 && partner.talk->state() == TalkState::interrupted) << k;
    }
    RecordProperty("worst_ms", static_cast<int>(worst_s * 1000));
}

// A cough, a door, a chair: silence at once, and then the sentence it was in again, whole, and all that follows.
TEST(Talk, AfterASoundThatSaidNothingTheAnswerGoesOnFromItsSentence) {
    for (std::uint64_t k = 0; k < 60; ++k) {
        Partner partner(quiet_options());
        partner.pass(0.3);
        partner.talk->type("go on");
        double const wait_s = 0.1 + 1.5 * static_cast<double>(uniform(98, k));
        partner.pass(wait_s);
        partner.hears = "";
        auto const asked = partner.played.size();
        partner.pass(k % 2 == 0 ? 0.2 : 0.6, 0.3F); // too short for a phrase; or one in which nothing was said
        auto const sounds = [&](double from_s, double to_s) {
            auto const at = partner.played.begin() + static_cast<std::ptrdiff_t>(asked);
            return std::any_of(at + std::lround(from_s * rate), at + std::lround(to_s * rate),
                               [](float s) { return s > 0.01F; });
        };
        EXPECT_FALSE(sounds(0.15, 0.2)) << "it pauses within 150 ms, " << k;
        partner.until_quiet();
        ASSERT_EQ(partner.of_kind("paused").size(), 1U) << k;
        ASSERT_EQ(partner.of_kind("resumed").size(), 1U) << k;
        EXPECT_TRUE(partner.of_kind("interrupted").empty()) << k;
        EXPECT_EQ(partner.heard, std::vector<std::string>{"one two three four. five six seven eight nine."}) << k;
        // What was heard of the sentence it was in is heard twice, all else once; between two sentences nothing is.
        auto const samples_of = [&](std::size_t word) {
            return std::count_if(partner.played.begin(), partner.played.end(), [&](float s) {
                return std::abs(s - first_level - level_step * static_cast<float>(word)) < 1e-4F;
            });
        };
        auto const once = std::lround(word_s * rate);
        auto const heard =
            std::lround((partner.of_kind("paused")[0].at_s - partner.of_kind("sound begins")[0].at_s) * rate);
        bool const second = heard >= 4 * once;
        for (std::size_t word = 0; word < 9; ++word) {
            bool const of_its_sentence = second == (word >= 4);
            auto const before = std::min(heard - static_cast<long>(word) * once, once); // of this word
            EXPECT_NEAR(samples_of(word), once + (of_its_sentence ? std::max(0L, before) : 0), 2) << k << ", " << word;
        }
    }
}

TEST(Talk, AnAnswerThatWasHeldAndThenEndedLeavesWhatWasPlayed) {
    Partner partner(quiet_options());
    partner.talk->type("go on");
    partner.pass(0.7);
    partner.hears = "";
    partner.pass(0.4, 0.3F);
    partner.pass(1.1); // it goes on, and its sentence is heard again
    ASSERT_EQ(partner.of_kind("resumed").size(), 1U);
    partner.talk->stop_speaking();
    partner.until_quiet();
    ASSERT_EQ(partner.heard.size(), 1U);
    EXPECT_TRUE(std::string("one two three four. five").starts_with(partner.heard[0])) << partner.heard[0];
    EXPECT_FALSE(partner.heard[0].empty());
}

TEST(Talk, TheNextAnswerIsWholeAfterAnInterruption) {
    Partner partner(quiet_options());
    partner.talk->type("first");
    partner.pass(0.5);
    partner.talk->type("second"); // ends the first
    partner.until_quiet();
    EXPECT_EQ(partner.lines, (std::vector<std::string>{"first", "second"}));
    ASSERT_EQ(partner.heard.size(), 2U);
    EXPECT_LT(partner.heard[0].size(), partner.heard[1].size());
    EXPECT_EQ(partner.heard[1], "one two three four. five six seven eight nine.");
}

TEST(Talk, ALineThatCameTooLateIsNotAnswered) {
    Partner partner(quiet_options());
    for (int i = 0; i < 30; ++i) {
        partner.talk->type("line " + std::to_string(i)); // all in one step
    }
    partner.until_quiet();
    EXPECT_EQ(partner.lines.back(), "line 29");
    EXPECT_EQ(partner.heard.back(), "one two three four. five six seven eight nine.");
    EXPECT_EQ(partner.heard.size(), partner.lines.size()) << "every answer that began was remembered";
}

TEST(Talk, PushToTalkHearsOnlyWhatIsSaidBetweenTheKeys) {
    auto options = quiet_options();
    options.hands_free = false;
    Partner partner(options);
    partner.pass(1, 0.3F);
    partner.until_quiet();
    EXPECT_TRUE(partner.lines.empty()) << "nobody pressed the key";
    partner.talk->talk_key();
    partner.pass(1.2, 0.3F);
    EXPECT_EQ(partner.talk->state(), TalkState::listening);
    partner.talk->talk_key();
    partner.pass(0.1);
    ASSERT_EQ(partner.lines.size(), 1U) << "nothing is waited for";
    EXPECT_NEAR(partner.phrases.at(0), 1.2, 0.03);
    partner.until_quiet();
    partner.talk->talk_key(); // ends an answer too
    partner.pass(0.1);
    EXPECT_EQ(partner.talk->state(), TalkState::listening);
}

TEST(Talk, AFaultIsToldAndTheConversationGoesOn) {
    Partner partner(quiet_options());
    partner.talk->type("fail");
    partner.until_quiet();
    ASSERT_EQ(partner.of_kind("fault").size(), 1U);
    EXPECT_EQ(partner.of_kind("fault")[0].text, "The model file is gone.");
    partner.talk->type("and now?");
    partner.until_quiet();
    EXPECT_EQ(partner.heard.back(), "one two three four. five six seven eight nine.");
    partner.talk->type("quit");
    partner.until_quiet();
    EXPECT_TRUE(partner.talk->ended());
}

TEST(Talk, EarconsTellWhoseTurnItIsAndCanBeOff) {
    for (bool const on : {true, false}) {
        auto options = quiet_options();
        options.earcons = on;
        options.hands_free = false;
        Partner partner(options, {"one."});
        partner.talk->talk_key();
        partner.pass(0.3);
        auto const loudest = [&] {
            return std::abs(*std::max_element(partner.played.begin(), partner.played.end(),
                                              [](float a, float b) { return std::abs(a) < std::abs(b); }));
        };
        EXPECT_EQ(loudest() > 0.01F, on);
        EXPECT_LT(loudest(), 0.09F) << "quiet";
        auto const before = partner.played.size();
        partner.talk->talk_key();
        partner.pass(0.06);
        bool const sounds =
            std::any_of(partner.played.begin() + static_cast<std::ptrdiff_t>(before), partner.played.end(),
                        [](float s) { return std::abs(s) > 0.01F && std::abs(s) < first_level - 0.01F; });
        EXPECT_EQ(sounds, on) << "that the question was heard is told within 100 ms";
    }
}

std::size_t memory_kb() {
    std::ifstream status("/proc/self/statm");
    std::size_t all = 0, resident = 0;
    status >> all >> resident;
    return resident * 4;
}

TEST(Talk, AThousandTurnsNeedNoMoreMemory) {
    Partner partner(quiet_options(), {"one two."});
    std::size_t after_warm_up = 0;
    for (int turn = 0; turn < 1000; ++turn) {
        partner.talk->type("line");
        partner.pass(turn % 3 == 0 ? 0.1 : 0.6); // some are interrupted by the next
        if (turn % 7 == 0) {
            partner.pass(0.5, 0.2F);
        }
        partner.played.clear();
        partner.events.clear();
        partner.heard.clear();
        partner.lines.clear();
        partner.phrases.clear();
        if (turn == 300) {
            after_warm_up = memory_kb();
        }
    }
    EXPECT_LT(memory_kb(), after_warm_up + 2048);
    partner.until_quiet();
    EXPECT_TRUE(partner.talk->is_quiet());
}

} // namespace
} // namespace echollama
