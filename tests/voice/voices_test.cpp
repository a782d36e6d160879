// Which voice speaks: choice, standing by, checking; with fakes, and with the real voices where they are installed.
#include "base/error.h"
#include "base/log.h"
#include "listener/whisper_listener.h"
#include "support/heard.h"
#include "support/needs_espeak.h"
#include "support/simulated_device.h"
#include "support/support.h"
#include "verify/checked_voice.h"
#include "verify/key_words.h"
#include "voice/espeak.h"
#include "voice/standby_voice.h"
#include "voice/voices.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

namespace echollama {
namespace {

using test::listen;

using namespace std::chrono_literals;

std::string warnings_of(auto const& work) {
    testing::internal::CaptureStderr();
    work();
    return testing::internal::GetCapturedStderr();
}

int count(std::string const& text, std::string const& part) {
    int found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

TEST(FastVoice, TheSameTextGivesTheSameBytes) {
    SKIP_WITHOUT_ESPEAK();
    auto voice = make_fast_voice();
    auto const once = listen(*voice, "There are 3 cups, 2.5 m ahead.");
    for (float rate : {1.0F, 1.7F, 3.0F}) { // espeak-ng carries much from one text to the next
        listen(*voice, "Something else.", {.rate = rate});
        listen(*make_fast_voice("de"), "Zwei Hunde und");
        EXPECT_EQ(listen(*voice, "There are 3 cups, 2.5 m ahead.").samples, once.samples);
    }
    espeak::phonemes("Two dogs and sea", "en-us");
    EXPECT_EQ(listen(*voice, "There are 3 cups, 2.5 m ahead.").samples, once.samples);
    EXPECT_EQ(listen(*make_fast_voice(), "There are three cups, two point five metres ahead.").samples, once.samples)
        << "numbers become words";
}

TEST(FastVoice, StopsWhileItSpeaks) {
    SKIP_WITHOUT_ESPEAK();
    auto voice = make_fast_voice();
    std::stop_source stop;
    std::int64_t frames = 0;
    voice->say(
        "This is a long sentence that would take a good many seconds to speak to its very end.", {},
        [&](AudioChunk&& chunk) {
            frames += chunk.frames();
            stop.request_stop();
        },
        stop.get_token());
    EXPECT_LT(frames, voice->sample_rate());
    EXPECT_GT(frames, 0);
}

TEST(FastVoice, SpeaksFrom80To900WordsAMinute) {
    SKIP_WITHOUT_ESPEAK();
    auto voice = make_fast_voice();
    std::string const text = "The red cup stands on the wooden table beside the open window of the kitchen.";
    auto seconds = [&](float words_per_minute) {
        auto const heard = listen(*voice, text, {.rate = words_per_minute / normal_words_per_minute});
        return static_cast<double>(heard.samples.size()) / heard.rate;
    };
    double before = 1e9;
    for (float rate : {80.0F, 120.0F, 175.0F, 260.0F, 350.0F, 450.0F, 600.0F, 900.0F}) {
        double const now = seconds(rate);
        EXPECT_LT(now, before * 0.95) << rate;
        EXPECT_NEAR(now, 15 * 60 / static_cast<double>(rate), 15 * 60 / static_cast<double>(rate) * 0.5) << rate;
        before = now;
    }
}

TEST(FastVoice, SpeaksOtherLanguagesAndRefusesWhatIsNone) {
    SKIP_WITHOUT_ESPEAK();
    auto const english = listen(*make_fast_voice(), "2");
    auto const german = listen(*make_fast_voice("de"), "2");
    EXPECT_NE(english.samples, german.samples);
    EXPECT_EQ(listen(*make_fast_voice("de"), "zwei").samples, german.samples) << "numbers in its own language";
    EXPECT_THROW(listen(*make_fast_voice("xx-none"), "2"), Error);
}

// The hour is run by hand (bench_speak hour); the same code, shorter.
TEST(FastVoice, MinutesOfSpeechHaveNoGapNoLostSampleAndNoGrowth) {
    SKIP_WITHOUT_ESPEAK();
    auto voice = make_fast_voice();
    test::SimulatedDevice device(voice->sample_rate(), 8);
    std::size_t warm = 0;
    for (int i = 0; device.pushed() < 180 * voice->sample_rate(); ++i) {
        voice->say("This is sentence " + std::to_string(i) + " of many.", {},
                   [&](AudioChunk&& chunk) { device.push(chunk.samples); }, {});
        warm = warm == 0 && device.pushed() > 30 * voice->sample_rate() ? test::resident_bytes() : warm;
    }
    device.drain();
    EXPECT_EQ(device.underruns(), 0);
    EXPECT_EQ(device.played(), device.pushed());
    EXPECT_LT(device.silence_seconds(), 1);
    EXPECT_LT(test::resident_bytes(), warm + (8U << 20));
}

// Speaks a constant as long as the text, after a delay; can fail.
struct FakeVoice : Speaker {
    float level = 0.5F;
    int rate = 24000;
    std::chrono::milliseconds delay{0};
    bool fails = false;
    int said = 0;

    int sample_rate() const override { return rate; }
    void say(std::string const& sentence, SpeechOptions const&, AudioSink const& sink, std::stop_token stop) override {
        ++said;
        auto const until = std::chrono::steady_clock::now() + delay;
        while (std::chrono::steady_clock::now() < until && !stop.stop_requested()) {
            std::this_thread::sleep_for(2ms);
        }
        if (fails) {
            throw Error("The voice is hoarse.");
        }
        std::vector<float> samples(sentence.size() * static_cast<std::size_t>(rate) / 10, level);
        auto const count = static_cast<std::int64_t>(samples.size());
        sink({std::move(samples), rate, 0, false});
        sink({{}, rate, count, true});
    }
};

struct Standby {
    std::shared_ptr<FakeVoice> voice = std::make_shared<FakeVoice>();
    std::unique_ptr<Speaker> speaker;

    explicit Standby(std::chrono::milliseconds patience, std::chrono::milliseconds loading = 0ms) {
        auto fast = std::make_unique<FakeVoice>();
        fast->level = -0.5F;
        fast->rate = 22050;
        std::shared_future<std::shared_ptr<Speaker>> future =
            std::async(std::launch::async, [=, v = voice]() -> std::shared_ptr<Speaker> {
                std::this_thread::sleep_for(loading);
                return v;
            });
        if (loading == 0ms) {
            future.wait();
        }
        speaker = with_standby(future, std::move(fast), {patience});
    }

    // Was it the voice itself?
    bool voice_speaks(std::uint64_t answer, std::string const& text = "Ten letter") {
        auto const heard = listen(*speaker, text, {.answer = answer});
        EXPECT_NEAR(static_cast<double>(heard.samples.size()) / heard.rate, static_cast<double>(text.size()) / 10,
                    0.01);
        return heard.samples.at(heard.samples.size() / 2) > 0;
    }
};

TEST(StandbyVoice, TheVoiceSpeaksWhereItCan) {
    for (auto patience : {0ms, 500ms}) {
        Standby s(patience);
        EXPECT_EQ(warnings_of([&] {
                      EXPECT_TRUE(s.voice_speaks(1));
                      EXPECT_TRUE(s.voice_speaks(1));
                      EXPECT_TRUE(s.voice_speaks(2));
                  }),
                  "");
    }
}

TEST(StandbyVoice, AFailingVoiceIsReplacedToTheEndOfTheAnswerAndToldOnce) {
    for (auto patience : {0ms, 500ms}) {
        Standby s(patience);
        auto const told = warnings_of([&] {
            EXPECT_TRUE(s.voice_speaks(1));
            s.voice->fails = true;
            EXPECT_FALSE(s.voice_speaks(1));
            s.voice->fails = false;
            EXPECT_FALSE(s.voice_speaks(1)) << "one answer keeps its voice";
            EXPECT_TRUE(s.voice_speaks(2));
            s.voice->fails = true;
            EXPECT_FALSE(s.voice_speaks(3));
        });
        EXPECT_EQ(count(told, "The voice is hoarse. The fast voice speaks instead."), 1) << told;
        auto const last = listen(*s.speaker, "xyz", {.answer = 3});
        EXPECT_EQ(last.rate, 24000) << "at the rate of the first sound";
        EXPECT_NEAR(last.samples[last.samples.size() / 2], -0.29, 0.01) << "no louder than the voice it stands for";
    }
}

TEST(StandbyVoice, WhatIsSaidAgainIsToldWhenItIsHeard) {
    struct Breaks : FakeVoice {
        void say(std::string const&, SpeechOptions const&, AudioSink const& sink, std::stop_token) override {
            sink({std::vector<float>(12000, level), rate, 0, false, 1, {{"Ten", 0.1}}});
            throw Error("The voice is hoarse.");
        }
    };
    struct Tells : FakeVoice {
        void say(std::string const&, SpeechOptions const&, AudioSink const& sink, std::stop_token) override {
            sink({std::vector<float>(24000, level), rate, 0, false, 1, {{"Ten", 0.2}, {"letter", 0.6}}});
            sink({{}, rate, 24000, true});
        }
    };
    for (auto patience : {0ms, 500ms}) {
        std::promise<std::shared_ptr<Speaker>> broken;
        broken.set_value(std::make_shared<Breaks>());
        auto const speaker = with_standby(broken.get_future().share(), std::make_unique<Tells>(), {patience});
        std::vector<double> times_s;
        auto const keep = [&](AudioChunk&& chunk) {
            for (auto const& word : chunk.words) {
                times_s.push_back(word.start_s);
            }
        };
        warnings_of([&] {
            speaker->say("Ten letter", {}, keep, {});
            EXPECT_EQ(listen(*speaker, "Ten letter", {.answer = 1}).samples.size(), 36000U);
        });
        ASSERT_EQ(times_s.size(), 3U);
        EXPECT_NEAR(times_s[1], 0.5 + 0.2, 1e-9);
        EXPECT_NEAR(times_s[2], 0.5 + 0.6, 1e-9);
    }
}

TEST(StandbyVoice, ALateVoiceIsReplacedOnlyWhereSomebodyWaits) {
    Standby live(100ms);
    live.voice->delay = 600ms;
    auto const begin = std::chrono::steady_clock::now();
    auto const told = warnings_of([&] { EXPECT_FALSE(live.voice_speaks(1)); });
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 500ms);
    EXPECT_EQ(count(told, "late"), 1);
    live.voice->delay = 0ms;
    std::this_thread::sleep_for(50ms); // until it has noticed that nobody waits
    EXPECT_TRUE(live.voice_speaks(2));

    Standby file(0ms);
    file.voice->delay = 300ms;
    EXPECT_TRUE(file.voice_speaks(1));
}

TEST(StandbyVoice, AVoiceThatIsStillLoadingDoesNotHoldUpTheAnswer) {
    Standby s(50ms, 400ms);
    EXPECT_EQ(count(warnings_of([&] { EXPECT_FALSE(s.voice_speaks(1)); }), "still loading"), 1);
    std::this_thread::sleep_for(450ms);
    EXPECT_TRUE(s.voice_speaks(2));
    EXPECT_EQ(listen(*s.speaker, "x", {.answer = 2}).rate, 22050) << "at the rate of the first sound";
}

TEST(StandbyVoice, AVoiceSlowerThanSpeechFinishesItsAnswerOnly) {
    Standby s(5000ms);
    s.voice->delay = 1300ms; // for a second of sound
    EXPECT_TRUE(s.voice_speaks(1, "Eleven chars"));
    EXPECT_EQ(count(warnings_of([&] { EXPECT_FALSE(s.voice_speaks(2)); }), "slower than speech"), 1);
}

TEST(StandbyVoice, AFullDiskIsNoFailureOfTheVoice) {
    for (auto patience : {0ms, 500ms}) {
        Standby s(patience);
        EXPECT_THROW(s.speaker->say("Hello", {}, [](AudioChunk&&) { throw Error("The disk is full."); }, {}), Error);
        EXPECT_EQ(s.voice->said, 1);
    }
}

TEST(KeyWords, WhatMustBeHeard) {
    using Words = std::vector<std::string>;
    EXPECT_EQ(missing_key_words("There is a cup on the left.", "there is a cup on the left"), Words{});
    EXPECT_EQ(missing_key_words("There is a cup on the left.", "there is a cup"), Words{"left"});
    EXPECT_EQ(missing_key_words("There is a cup on the left.", "There is a cup on the right."), Words{"left"});
    EXPECT_EQ(missing_key_words("There is no door.", "There is door."), Words{"no"});
    EXPECT_EQ(missing_key_words("There is a door.", "There is no door."), Words{"no"}) << "nothing may be added either";
    EXPECT_EQ(missing_key_words("It isn't safe.", "It is not safe."), Words{});
    EXPECT_EQ(missing_key_words("You cannot pass.", "You can pass."), Words{"not"});
    EXPECT_EQ(missing_key_words("Two chairs, 3 m ahead.", "2 chairs 3 meters ahead"), Words{});
    EXPECT_EQ(missing_key_words("Two chairs, 3 m ahead.", "To chairs three metres ahead."), Words{});
    EXPECT_EQ(missing_key_words("A dining table and two cups.", "A dining table and two cup."), Words{});
    EXPECT_EQ(missing_key_words("A dining table and a cup.", "A table and a cup."), Words{"dining table"});
    EXPECT_EQ(missing_key_words("A cup beside a cup.", "A cup."), Words{"cup"}) << "as often as it is said";
    EXPECT_EQ(missing_key_words("A cup on the left.", "I cop on the left."), Words{});
    EXPECT_EQ(missing_key_words("A cup on the left.", "A cup on the loft."), Words{"left"});
    EXPECT_EQ(missing_key_words("Twenty-one people.", "21 people"), Words{});
    EXPECT_EQ(missing_key_words("Hello there.", "Yellow hair."), Words{}) << "nothing that must be heard";
    EXPECT_EQ(missing_key_words("A dog stands before you.", "A dog stands behind you."), Words{"behind"});
    EXPECT_EQ(missing_key_words("It is 14 March.", "It is the 40th of March."), Words{"fourteenth"});
    EXPECT_EQ(missing_key_words("Three people wait.", "Free people wait."), Words{}) << "heard so often";
    EXPECT_EQ(missing_key_words("A car is coming.", "A cat is coming."), Words{"car"}) << "another thing";
    EXPECT_EQ(missing_key_words("A pan on the stove.", "A pen on the stove."), Words{"pan"});
    EXPECT_EQ(missing_key_words("Turn left, then right.", "Turn right, then left.").size(), 2u) << "in their order";
    EXPECT_EQ(missing_key_words("A dog left of a chair.", "A chair left of a dog.").size(), 2u);
    EXPECT_EQ(missing_key_words("It is 2.5 m away.", "It is 5.2 meters away."), Words{"25"});
    EXPECT_EQ(missing_key_words("It is 2.5 m away.", "It is two point five metres away."), Words{});
    EXPECT_EQ(missing_key_words("It is 3 m away.", "It is 3 centimetres away."), Words{"meters"});
    EXPECT_EQ(missing_key_words("It is 40 cm to the left.", "It is 40 centimeters to the left."), Words{});
    EXPECT_EQ(missing_key_words("It is 2 metres to the left.", "It is meters to the left."), Words{"2"})
        << "the to is another one";
}

// The marks of a sentence are pauses to the natural voice, and words stay apart.
TEST(Phonemes, KeepEveryPauseAndEveryWord) {
    SKIP_WITHOUT_ESPEAK();
    auto const marks_and_words = [](char const* text) {
        std::string marks;
        std::size_t words = 1;
        for (auto const code : espeak::phonemes(text, "en-us")) {
            marks += code < 128 && std::string_view(".,;:!?").find(static_cast<char>(code)) != std::string_view::npos
                         ? std::string(1, static_cast<char>(code))
                         : "";
            words += code == ' ' ? 1 : 0;
        }
        return marks + " " + std::to_string(words);
    };
    EXPECT_EQ(marks_and_words("Left, a dog; then: go! Now? Yes. End"), ",;:!?. 8");
    EXPECT_EQ(marks_and_words("Eat, \u00E9clairs."), ",. 2") << "the letter after the mark is more than one byte";
    EXPECT_EQ(marks_and_words("A, B."), ",. 2");
    EXPECT_EQ(marks_and_words("He said: \"no, never\". Go."), ":,.. 5");
    EXPECT_EQ(marks_and_words(""), " 1");
}

// A sound that carries its text, a character a sample, so that a fake listener can read it.
struct TextVoice : Speaker {
    std::vector<std::string> drops; // the word that each attempt leaves out; then none
    std::size_t said = 0;
    int rate = 16000;

    int sample_rate() const override { return rate; }
    void say(std::string const& sentence, SpeechOptions const&, AudioSink const& sink, std::stop_token) override {
        auto text = sentence;
        if (said < drops.size()) {
            if (auto at = text.find(drops[said]); at != std::string::npos) {
                text.erase(at, drops[said].size());
            }
        }
        ++said;
        std::vector<float> samples;
        for (char c : text) {
            samples.push_back(static_cast<float>(c) / 128);
        }
        auto const count = static_cast<std::int64_t>(samples.size());
        sink({std::move(samples), rate, 0, false});
        sink({{}, rate, count, true});
    }
};

std::string text_of(std::vector<float> const& samples) {
    std::string text;
    for (float s : samples) {
        text += static_cast<char>(std::lround(s * 128));
    }
    return text;
}

struct TextListener : Listener {
    bool fails = false;
    Transcript hear(AudioBuffer const& audio, std::string const&, std::stop_token) override {
        if (fails) {
            throw Error("The listener is deaf.");
        }
        return {text_of(audio.samples), {}};
    }
};

struct Checked {
    TextVoice* voice = nullptr;
    std::shared_ptr<TextListener> listener = std::make_shared<TextListener>();
    std::vector<SpeechCheck> checks;
    std::unique_ptr<Speaker> speaker;

    explicit Checked(std::vector<std::string> drops) {
        auto main = std::make_unique<TextVoice>();
        voice = main.get();
        voice->drops = std::move(drops);
        speaker = make_checked_voice(std::move(main), std::make_unique<TextVoice>(), listener,
                                     [this](SpeechCheck const& check) { checks.push_back(check); });
    }
};

TEST(CheckedVoice, AWordThatWasLostIsSaidAgain) {
    Checked c({"left"});
    EXPECT_EQ(text_of(listen(*c.speaker, "A cup on the left.").samples), "A cup on the left.");
    ASSERT_EQ(c.checks.size(), 1u);
    EXPECT_EQ(c.checks[0].attempts, 2);
    EXPECT_FALSE(c.checks[0].fast);
    EXPECT_TRUE(c.checks[0].missing.empty());
    listen(*c.speaker, "A dog ahead.");
    EXPECT_EQ(c.checks[1].attempts, 1) << "understood at once";
}

TEST(CheckedVoice, TheFastVoiceSaysWhatTheVoiceCannotAndGoesOnToTheAnswersEnd) {
    Checked c({"left", "cup"});
    EXPECT_EQ(text_of(listen(*c.speaker, "A cup on the left.", {.answer = 1}).samples), "A cup on the left.");
    ASSERT_EQ(c.checks.size(), 1u);
    EXPECT_EQ(c.checks[0].attempts, 3);
    EXPECT_TRUE(c.checks[0].fast);
    listen(*c.speaker, "A dog.", {.answer = 1});
    EXPECT_TRUE(c.checks[1].fast);
    EXPECT_EQ(c.voice->said, 2u);
    listen(*c.speaker, "A dog.", {.answer = 2});
    EXPECT_FALSE(c.checks[2].fast);
}

TEST(CheckedVoice, ADeafListenerLosesNothing) {
    Checked c({"left"});
    c.listener->fails = true;
    auto const told = warnings_of([&] {
        EXPECT_EQ(text_of(listen(*c.speaker, "A cup.").samples), "A cup.");
        EXPECT_EQ(text_of(listen(*c.speaker, "A dog.").samples), "A dog.");
    });
    EXPECT_EQ(count(told, "The listener is deaf. The speech is not checked."), 1);
}

TEST(CheckedVoice, TheRealVoiceIsUnderstoodAndAWrongWordIsNoticed) {
    SKIP_WITHOUT_ESPEAK();
    auto const models = test::models_dir();
    SKIP_WITHOUT(models / "piper-joe");
    SKIP_WITHOUT(models / "whisper-tiny.en.bin");
    std::shared_ptr<Listener> listener = make_whisper_listener(models / "whisper-tiny.en.bin", {{}, 2, "en"});
    std::vector<SpeechCheck> checks;
    auto speaker = make_checked_voice(make_speaker({.name = "natural"}, models, 2), make_fast_voice(), listener,
                                      [&](SpeechCheck const& check) { checks.push_back(check); });
    EXPECT_GT(listen(*speaker, "There is a dog on the left side of the street.").samples.size(), 22050u);
    ASSERT_EQ(checks.size(), 1u);
    EXPECT_TRUE(checks[0].missing.empty()) << checks[0].heard;
    EXPECT_NE(checks[0].heard.find("left"), std::string::npos) << checks[0].heard;
    // The fast voice says something else than it should: that is noticed.
    struct Mumbling : Speaker {
        std::unique_ptr<Speaker> fast = make_fast_voice();
        int sample_rate() const override { return fast->sample_rate(); }
        void say(std::string const&, SpeechOptions const& options, AudioSink const& sink,
                 std::stop_token stop) override {
            fast->say("There is a dog on the right side of the street.", options, sink, stop);
        }
    };
    checks.clear();
    auto wrong = make_checked_voice(std::make_unique<Mumbling>(), std::make_unique<Mumbling>(), listener,
                                    [&](SpeechCheck const& check) { checks.push_back(check); });
    listen(*wrong, "There is a dog on the left side of the street.");
    ASSERT_EQ(checks.size(), 1u);
    EXPECT_EQ(checks[0].missing, std::vector<std::string>{"left"}) << checks[0].heard;
    EXPECT_EQ(checks[0].attempts, 3);
}

TEST(MakeSpeaker, WithoutOrpheusTheNaturalVoiceSpeaksAndWithoutThatTheFastOne) {
    SKIP_WITHOUT_ESPEAK();
    test::TempDir empty;
    std::unique_ptr<Speaker> speaker;
    auto told = warnings_of([&] { speaker = make_speaker({.name = "tara"}, empty.path(), 1); });
    EXPECT_EQ(count(told, "There is no Orpheus model"), 1) << told;
    EXPECT_EQ(count(told, "The fast voice speaks instead."), 1) << told;
    EXPECT_EQ(warnings_of([&] {
                  EXPECT_EQ(listen(*speaker, "Hello.").samples, listen(*make_fast_voice(), "Hello.").samples);
                  listen(*speaker, "Again.", {.answer = 1});
              }),
              "")
        << "said once";
    EXPECT_EQ(warnings_of([&] { make_speaker({.name = "fast"}, empty.path(), 1); }), "");
}

TEST(MakeSpeaker, TheNaturalVoiceSpeaksForOrpheus) {
    SKIP_WITHOUT_ESPEAK();
    auto const models = test::models_dir();
    SKIP_WITHOUT(models / "piper-joe");
    std::unique_ptr<Speaker> speaker;
    auto const told = warnings_of([&] { speaker = make_speaker({.name = "zoe"}, models, 2); });
    EXPECT_EQ(count(told, "The natural voice speaks instead."), 1) << told;
    auto const heard = listen(*speaker, "Hello.");
    EXPECT_GT(heard.samples.size(), 4000u);
    EXPECT_NE(heard.samples.size(), listen(*make_fast_voice(), "Hello.").samples.size());
    auto const german = warnings_of([&] { make_speaker({.name = "natural", .language = "de"}, models, 2); });
    EXPECT_EQ(count(german, "speaks English only"), 1) << german;
}

TEST(MakeSpeaker, WhatTheUserNamesMustWork) {
    SKIP_WITHOUT_ESPEAK();
    test::TempDir empty;
    EXPECT_THROW(make_speaker({.model = empty / "absent.gguf"}, empty.path(), 1), Error);
    EXPECT_THROW(make_speaker({.model = empty.path()}, empty.path(), 1), Error);
    EXPECT_THROW(make_speaker({.name = "nobody"}, empty.path(), 1), Error);
}

} // namespace
} // namespace echollama
