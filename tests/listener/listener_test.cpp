#include "base/counter_rng.h"
#include "base/error.h"
#include "listener/whisper_listener.h"
#include "listener/whisper_text.h"
#include "media/sound/audio_io.h"
#include "media/sound/resample.h"
#include "support/devices.h"
#include "support/listening.h"
#include "support/support.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>
#include <numbers>
#include <thread>

namespace echollama {
namespace {

using test::jfk;
using test::words;

using Clock = std::chrono::steady_clock;

WhisperOptions options() {
    WhisperOptions two;
    two.threads = 2;
    two.device = test::device();
    return two;
}

std::size_t times_said(std::string const& text, std::string const& sentence) {
    std::size_t count = 0;
    auto const plain = words(text);
    for (std::size_t at = 0; (at = plain.find(sentence, at)) != std::string::npos; at += sentence.size()) {
        ++count;
    }
    return count;
}

std::string const asked = "ask not what your country can do for you";

TEST(Listener, UnderstandsTheJfkSampleAtAnyRate) {
    SKIP_WITHOUT(test::whisper_model());
    SKIP_WITHOUT(jfk());
    auto const listener = make_whisper_listener(test::whisper_model(), options());
    auto const speech = load_audio(jfk());
    for (int rate : {speech.rate, 44100, 8000}) {
        auto const transcript = listener->hear(resample(speech, rate), "", {});
        EXPECT_EQ(times_said(transcript.text, asked), 1U) << rate << ": " << transcript.text;
        ASSERT_FALSE(transcript.segments.empty());
        double last = 0;
        for (auto const& segment : transcript.segments) {
            EXPECT_GE(segment.start_s, last - 0.01);
            EXPECT_GE(segment.end_s, segment.start_s);
            EXPECT_LE(segment.start_s, speech.seconds());
            last = segment.start_s;
        }
    }
}

TEST(Listener, WorksWithTheSileroDetector) {
    SKIP_WITHOUT(test::whisper_model());
    SKIP_WITHOUT(jfk());
    auto with_vad = options();
    with_vad.vad_model = test::silero_model();
    SKIP_WITHOUT(with_vad.vad_model);
    auto const listener = make_whisper_listener(test::whisper_model(), with_vad);
    EXPECT_EQ(times_said(listener->hear(load_audio(jfk()), "", {}).text, asked), 1U);
    EXPECT_EQ(listener->hear({16000, std::vector<float>(80000)}, "", {}).text, "");
}

TEST(Listener, LongRecordingsKeepTheirTimes) {
    SKIP_WITHOUT(test::whisper_model());
    SKIP_WITHOUT(jfk());
    auto const listener = make_whisper_listener(test::whisper_model(), options());
    auto const speech = resample(load_audio(jfk()), 16000);
    AudioBuffer twice = speech;
    twice.samples.resize(twice.samples.size() + 16000 * 40);
    auto const second_s = twice.seconds();
    twice.samples.insert(twice.samples.end(), speech.samples.begin(), speech.samples.end());
    auto const transcript = listener->hear(twice, "", {});
    EXPECT_EQ(times_said(transcript.text, asked), 2U) << transcript.text;
    auto const late = std::find_if(transcript.segments.begin(), transcript.segments.end(),
                                   [&](auto const& segment) { return segment.start_s > 30; });
    ASSERT_NE(late, transcript.segments.end());
    EXPECT_NEAR(late->start_s, second_s, 1.5);
}

TEST(Listener, NothingIsHeardWhereNothingIsSaid) {
    SKIP_WITHOUT(test::whisper_model());
    auto const listener = make_whisper_listener(test::whisper_model(), options());
    AudioBuffer silence{16000, std::vector<float>(16000 * 5)};
    EXPECT_EQ(listener->hear(silence, "", {}).text, "");
    AudioBuffer noise{16000, std::vector<float>(16000 * 5)};
    AudioBuffer hum = noise;
    for (std::size_t i = 0; i < noise.samples.size(); ++i) {
        noise.samples[i] = 0.01F * normal(7, i);
        hum.samples[i] =
            0.1F * static_cast<float>(std::sin(2 * std::numbers::pi * 50 * static_cast<double>(i) / 16000));
    }
    EXPECT_EQ(listener->hear(noise, "", {}).text, "");
    EXPECT_EQ(listener->hear(hum, "", {}).text, "");
    EXPECT_EQ(listener->hear({16000, {}}, "", {}).text, "");
    EXPECT_EQ(listener->hear({16000, std::vector<float>(100, 0.5F)}, "", {}).text, "");
}

TEST(Listener, StopsSoonAndWorksAgainAfterwards) {
    SKIP_WITHOUT(test::whisper_model());
    SKIP_WITHOUT(jfk());
    auto const listener = make_whisper_listener(test::whisper_model(), options());
    auto const speech = resample(load_audio(jfk()), 16000);
    std::stop_source before;
    before.request_stop();
    EXPECT_EQ(listener->hear(speech, "", before.get_token()).text, "");
    for (int wait_ms : {1, 30, 100}) {
        std::stop_source stop;
        Clock::time_point requested;
        std::jthread stopper([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(wait_ms));
            requested = Clock::now();
            stop.request_stop();
        });
        listener->hear(speech, "", stop.get_token());
        auto const returned = Clock::now();
        stopper.join();
        EXPECT_LT(std::chrono::duration<double>(returned - requested).count(), 0.2);
    }
    EXPECT_EQ(times_said(listener->hear(speech, "", {}).text, asked), 1U);
}

TEST(Listener, OddInputIsHarmless) {
    SKIP_WITHOUT(test::whisper_model());
    SKIP_WITHOUT(jfk());
    auto const listener = make_whisper_listener(test::whisper_model(), options());
    auto speech = resample(load_audio(jfk()), 16000);
    EXPECT_EQ(times_said(listener->hear(speech, "country, fellow Americans", {}).text, asked), 1U);
    EXPECT_NO_THROW(listener->hear(speech, std::string(1 << 20, 'a'), {}));
    EXPECT_NO_THROW(listener->hear(speech, "\xFF\xFE\xC3 [[ <|endoftext|>", {}));
    for (std::size_t i = 0; i < speech.samples.size(); i += 4000) {
        speech.samples[i] = std::numeric_limits<float>::quiet_NaN();
    }
    EXPECT_EQ(times_said(listener->hear(speech, "", {}).text, asked), 1U);
    EXPECT_THROW(listener->hear({0, std::vector<float>(100)}, "", {}), Error);
}

TEST(Listener, LanguagesAreChecked) {
    SKIP_WITHOUT(test::whisper_model());
    auto wrong = options();
    wrong.language = "klingon";
    EXPECT_THROW(make_whisper_listener(test::whisper_model(), wrong), Error);
    wrong.language = "de"; // tiny.en knows only English
    EXPECT_THROW(make_whisper_listener(test::whisper_model(), wrong), Error);
    wrong.language = "auto";
    EXPECT_NO_THROW(make_whisper_listener(test::whisper_model(), wrong));
}

TEST(Listener, DamagedModelsAreErrorsNotCrashes) {
    test::TempDir dir;
    EXPECT_THROW(make_whisper_listener(dir / "missing.bin", options()), Error);
    EXPECT_THROW(make_whisper_listener(dir.path(), options()), Error);
    std::ofstream(dir / "text.bin") << "This is no model.";
    EXPECT_THROW(make_whisper_listener(dir / "text.bin", options()), Error);
    SKIP_WITHOUT(test::whisper_model());
    auto const size = std::filesystem::file_size(test::whisper_model());
    auto const cut = dir / "cut.bin";
    std::filesystem::copy_file(test::whisper_model(), cut);
    for (std::uintmax_t length :
         {size - 1, size / 2, std::uintmax_t{1000000}, std::uintmax_t{600000}, std::uintmax_t{100000},
          std::uintmax_t{64400}, std::uintmax_t{1000}, std::uintmax_t{60}, std::uintmax_t{48}, std::uintmax_t{20},
          std::uintmax_t{4}, std::uintmax_t{3}, std::uintmax_t{0}}) {
        std::filesystem::resize_file(cut, length);
        EXPECT_THROW(make_whisper_listener(cut, options()), Error) << length;
    }
    // Each number of the header in turn is a lie.
    auto const lying = dir / "lie.bin";
    std::filesystem::copy_file(test::whisper_model(), lying);
    std::fstream file(lying, std::ios::in | std::ios::out | std::ios::binary);
    for (std::streamoff field = 1; field < 14; ++field) {
        std::int32_t truth = 0;
        file.seekg(4 * field).read(reinterpret_cast<char*>(&truth), sizeof truth);
        for (std::int32_t lie : {-1, 0, 4, 5, 7, 12, 64, 81, 1000, 0x00100000, 0x7FFFFFFF}) {
            file.seekp(4 * field).write(reinterpret_cast<char const*>(&lie), sizeof lie).flush();
            if (lie != truth) {
                EXPECT_THROW(make_whisper_listener(lying, options()), Error) << field << " " << lie;
            }
        }
        file.seekp(4 * field).write(reinterpret_cast<char const*>(&truth), sizeof truth).flush();
    }
    file.close();
    EXPECT_NO_THROW(make_whisper_listener(lying, options())); // all is true again
}

// whisper.cpp looks for one word of the vocabulary by its text.
TEST(Listener, AVocabularyWithoutASpaceIsAnError) {
    SKIP_WITHOUT(test::whisper_model());
    test::TempDir dir;
    auto const model = dir / "model.bin";
    std::filesystem::copy_file(test::whisper_model(), model);
    std::fstream file(model, std::ios::in | std::ios::out | std::ios::binary);
    std::string head(1'000'000, '\0');
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    auto const space = head.find(std::string("!\1\0\0\0\"", 6)); // where tokens begin: "!" and a quotation mark
    auto const entry = head.find(std::string("\1\0\0\0 ", 5), space);
    ASSERT_LT(entry, head.size());
    file.seekp(static_cast<std::streamoff>(entry) + 4).put('\1');
    file.close();
    try {
        make_whisper_listener(model, options());
        ADD_FAILURE() << "loaded";
    } catch (Error const& error) {
        EXPECT_NE(std::string(error.what()).find("no space"), std::string::npos) << error.what();
    }
}

TEST(WhisperText, AnnotationsAreDropped) {
    EXPECT_EQ(without_annotations(" [BLANK_AUDIO]"), "");
    EXPECT_EQ(without_annotations(" (music) Where is the cup? [LAUGHTER]"), "Where is the cup?");
    EXPECT_EQ(without_annotations("*coughs* Yes."), "Yes.");
    for (auto const* broken : {"\xC3", " \xE2\x99", "\x99\xAA", "\xFF", "\xF0\x9F\x8E"}) {
        EXPECT_EQ(without_annotations(broken), "") << "a part of a character is no word";
    }
    EXPECT_EQ(without_annotations("caf\xC3\xA9 \xE2\x82"), "caf\xC3\xA9");
    EXPECT_EQ(without_annotations("♪ la la ♪ Hello ♪"), "Hello");
    EXPECT_EQ(without_annotations(" ... "), "");
    EXPECT_EQ(without_annotations("  What   is\n this? "), "What is this?");
    EXPECT_EQ(without_annotations("An (open sign"), "An (open sign");
    EXPECT_EQ(without_annotations("Où est-ce ?"), "Où est-ce ?");
}

TEST(WhisperText, MadeUpPhrasesNeedEvidence) {
    EXPECT_TRUE(is_made_up(" Thank you.", 0.5F, 0.8F));
    EXPECT_TRUE(is_made_up("Thanks for watching!", 0.1F, 0.4F));
    EXPECT_FALSE(is_made_up("Thank you.", 0.05F, 0.9F)); // said clearly
    EXPECT_FALSE(is_made_up("Where is the door?", 0.5F, 0.6F));
    EXPECT_TRUE(is_made_up("Where is the door?", 0.9F, 0.2F));
}

TEST(WhisperText, LoopsAreNoticed) {
    EXPECT_FALSE(repeats({}, "Yes."));
    EXPECT_FALSE(repeats({"Yes."}, "Yes."));
    EXPECT_TRUE(repeats({"No.", "Yes.", "yes"}, "Yes!"));
    EXPECT_FALSE(repeats({"Yes.", "No."}, "Yes."));
}

TEST(WhisperText, ListsOfWordsBecomeAQuestion) {
    EXPECT_EQ(hint_prompt("cup, dining table", "en"), "Where is the cup, dining table?");
    EXPECT_EQ(hint_prompt("Read the book.", "en"), "Read the book.");
    EXPECT_EQ(hint_prompt("Tasse, Tisch", "de"), "Tasse, Tisch");
    EXPECT_EQ(hint_prompt("", "en"), "");
}

TEST(WhisperText, HintsAreBounded) {
    EXPECT_EQ(bounded_hint("cup, table"), "cup, table");
    EXPECT_EQ(bounded_hint("cup table", 5), "cup");
    EXPECT_EQ(bounded_hint("cup table", 3), "cup");
    EXPECT_EQ(bounded_hint(std::string(5000, 'x')), "");
    EXPECT_LE(bounded_hint(std::string(5000, 'x') + " y").size(), 800U);
}

TEST(RunsInCircles, WhatIsSaidAgainAndAgainOrFasterThanAnybodySpeaks) {
    for (auto const* text : {"How far is the door? How far is the door?", "the cup the cup", "a dog a dog a dog a dog",
                             "It is it is it is it is it is",
                             "one two three four five six seven eight nine ten eleven "
                             "twelve thirteen fourteen fifteen sixteen seventeen "
                             "eighteen nineteen"}) {
        EXPECT_TRUE(runs_in_circles(text, 2)) << text;
    }
    for (auto const* text : {"", "no no", "How far is the door?", "Is it near or is it far?", "bye bye now",
                             "The cup. Where is the cup?", "two by two by two"}) {
        EXPECT_FALSE(runs_in_circles(text, 2)) << text;
    }
}

} // namespace
} // namespace echollama
