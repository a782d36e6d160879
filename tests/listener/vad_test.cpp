#include "base/counter_rng.h"
#include "base/error.h"
#include "listener/vad.h"
#include "listener/vad_silero.h"
#include "media/sound/audio_io.h"
#include "media/sound/resample.h"
#include "support/listening.h"
#include "support/support.h"

#include <cmath>
#include <fstream>
#include <numbers>

namespace echollama {
namespace {

std::vector<float> tone(double seconds, float level, double hertz = 220) {
    std::vector<float> samples(static_cast<std::size_t>(seconds * speech_rate));
    for (std::size_t i = 0; i < samples.size(); ++i) {
        samples[i] =
            level * static_cast<float>(std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / speech_rate));
    }
    return samples;
}

std::vector<float> noise(double seconds, float level, std::uint64_t seed = 1) {
    std::vector<float> samples(static_cast<std::size_t>(seconds * speech_rate));
    for (std::size_t i = 0; i < samples.size(); ++i) {
        samples[i] = level * normal(seed, i);
    }
    return samples;
}

std::vector<float> joined(std::initializer_list<std::vector<float>> parts) {
    std::vector<float> all;
    for (auto const& part : parts) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

TEST(SpeechSpans, ShortGapsAreBridgedAndShortSpeechIsDropped) {
    std::vector<float> p(100, 0.0F);
    auto set = [&](std::size_t from, std::size_t to, float value) {
        std::fill(p.begin() + static_cast<std::ptrdiff_t>(from), p.begin() + static_cast<std::ptrdiff_t>(to), value);
    };
    set(10, 20, 0.9F);
    set(22, 30, 0.9F); // a gap of two frames, 64 ms
    set(50, 53, 0.9F); // 96 ms
    set(70, 90, 0.9F);
    set(75, 80, 0.4F); // between the two thresholds: speech goes on
    SpeechSpanOptions options;
    options.pad_s = 0;
    auto const spans = speech_spans(p, 100 * vad_frame, options);
    EXPECT_EQ(spans, (std::vector<SampleSpan>{{10 * vad_frame, 30 * vad_frame}, {70 * vad_frame, 90 * vad_frame}}));
}

TEST(SpeechSpans, PaddingNeverOverlapsOrLeavesTheRecording) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        std::vector<float> p(60);
        for (std::size_t i = 0; i < p.size(); ++i) {
            p[i] = uniform(seed, i / 6);
        }
        auto const samples = static_cast<std::int64_t>(p.size()) * vad_frame - 100;
        SpeechSpanOptions options;
        options.pad_s = 0.5;
        std::int64_t last = 0;
        for (auto const& span : speech_spans(p, samples, options)) {
            EXPECT_GE(span.begin, last);
            EXPECT_GT(span.end, span.begin);
            EXPECT_LE(span.end, samples);
            last = span.end;
        }
    }
}

TEST(EnergyProbabilities, SilenceNoiseAndHumAreNotSpeech) {
    for (auto const& sound : {std::vector<float>(speech_rate * 3), noise(3, 0.02F), tone(3, 0.3F, 50), tone(3, 0.0005F),
                              std::vector<float>()}) {
        auto const p = energy_probabilities(sound);
        EXPECT_EQ(std::count(p.begin(), p.end(), 1.0F), 0);
    }
}

TEST(EnergyProbabilities, WhatStandsOutOfTheNoiseIsSpeech) {
    for (float floor : {0.0F, 0.0005F, 0.005F}) {
        auto const sound = joined({noise(1, floor), tone(1, 0.2F), noise(1, floor)});
        SpeechSpanOptions options;
        options.pad_s = 0;
        auto const spans = speech_spans(energy_probabilities(sound), static_cast<std::int64_t>(sound.size()), options);
        ASSERT_EQ(spans.size(), 1U) << floor;
        EXPECT_NEAR(static_cast<double>(spans[0].begin), speech_rate, vad_frame);
        EXPECT_NEAR(static_cast<double>(spans[0].end), 2 * speech_rate, vad_frame);
    }
}

TEST(RecognitionPieces, HoldAllSpeechFitTheWindowAndDoNotOverlap) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        auto const sound = std::vector<float>(speech_rate * 120, 0.1F);
        std::vector<SampleSpan> spans;
        std::int64_t at = 0;
        for (std::uint64_t i = 0; at < 90 * speech_rate; i += 2) {
            auto const begin = at + static_cast<std::int64_t>(uniform(seed, i) * 5 * speech_rate);
            at = begin + 4000 + static_cast<std::int64_t>(uniform(seed, i + 1) * 40 * speech_rate);
            spans.push_back({begin, std::min<std::int64_t>(at, 120 * speech_rate)});
        }
        auto const pieces = recognition_pieces(spans, sound);
        std::int64_t last = 0;
        for (auto const& piece : pieces) {
            EXPECT_GE(piece.begin, last);
            EXPECT_GT(piece.end, piece.begin);
            EXPECT_LE(piece.end - piece.begin, 28 * speech_rate);
            last = piece.end;
        }
        for (auto const& span : spans) { // every sample of speech lies in a piece
            std::int64_t covered = 0;
            for (auto const& piece : pieces) {
                covered += std::max<std::int64_t>(0, std::min(span.end, piece.end) - std::max(span.begin, piece.begin));
            }
            EXPECT_EQ(covered, span.end - span.begin);
        }
    }
}

TEST(RecognitionPieces, LongSpeechIsCutWhereItIsQuiet) {
    auto const sound = joined({tone(24, 0.3F), std::vector<float>(speech_rate / 2), tone(10, 0.3F)});
    auto const pieces = recognition_pieces({{0, static_cast<std::int64_t>(sound.size())}}, sound);
    ASSERT_EQ(pieces.size(), 2U);
    EXPECT_GE(pieces[0].end, 24 * speech_rate);
    EXPECT_LE(pieces[0].end, 24 * speech_rate + speech_rate / 2);
}

TEST(EnergyThreshold, FollowsTheRoomAsSpeechRecognitionDoes) {
    EnergyThreshold threshold;
    for (int i = 0; i < 100; ++i) {
        threshold.adapt(0.1F, 0.01);
    }
    // After one second 15 % of the old threshold is left.
    EXPECT_NEAR(threshold.value, 0.15 * 300 / 32768 + 0.85 * 1.5 * 0.1, 1e-4);
}

// What happened to a stream that was pushed in pieces of the given size.
struct Heard {
    std::vector<SpeechEvent> events;
    std::size_t count(SpeechEvent::Kind kind) const {
        return static_cast<std::size_t>(
            std::count_if(events.begin(), events.end(), [&](auto const& event) { return event.kind == kind; }));
    }
};

Heard listen(std::vector<float> const& sound, std::size_t piece = 1000, EndpointerOptions options = {}) {
    Endpointer endpointer(energy_classifier(), options);
    Heard heard;
    auto take = [&](std::vector<SpeechEvent> events) {
        for (auto& event : events) {
            heard.events.push_back(std::move(event));
        }
    };
    for (std::size_t at = 0; at < sound.size(); at += piece) {
        take(endpointer.push(std::span(sound).subspan(at, std::min(piece, sound.size() - at))));
    }
    take(endpointer.finish());
    EXPECT_FALSE(endpointer.in_phrase());
    return heard;
}

TEST(Endpointer, FindsPhrasesWithPreRollWhateverThePieceSize) {
    auto const sound = joined({noise(1, 0.001F), tone(1, 0.2F), noise(1.5, 0.001F), tone(2, 0.2F), noise(1, 0.001F)});
    for (std::size_t piece : {1U, 511U, 512U, 1600U, 100000U}) {
        auto const heard = listen(sound, piece);
        ASSERT_EQ(heard.events.size(), 4U) << piece;
        EXPECT_EQ(heard.events[0].kind, SpeechEvent::Kind::started);
        EXPECT_EQ(heard.events[1].kind, SpeechEvent::Kind::ended);
        auto const& first = heard.events[1];
        EXPECT_NEAR(static_cast<double>(first.span.begin), 0.5 * speech_rate, 2 * vad_frame);
        EXPECT_NEAR(static_cast<double>(first.span.end), 2.5 * speech_rate, 2 * vad_frame);
        auto const& second = heard.events[3];
        EXPECT_NEAR(static_cast<double>(second.span.begin), 3.0 * speech_rate, 2 * vad_frame);
        // The audio is exactly that part of the stream.
        for (auto const* event : {&first, &second}) {
            ASSERT_EQ(static_cast<std::int64_t>(event->audio.samples.size()), event->span.end - event->span.begin);
            EXPECT_TRUE(std::equal(event->audio.samples.begin(), event->audio.samples.end(),
                                   sound.begin() + static_cast<std::ptrdiff_t>(event->span.begin)));
        }
    }
}

TEST(Endpointer, SpeechIsReportedSoon) {
    Endpointer endpointer(energy_classifier());
    endpointer.push(noise(1, 0.001F));
    auto const speech = tone(1, 0.2F);
    for (std::size_t at = 0;; at += 160) {
        ASSERT_LT(at, speech.size());
        if (!endpointer.push(std::span(speech).subspan(at, 160)).empty()) {
            EXPECT_LE(at + 160, static_cast<std::size_t>(0.2 * speech_rate));
            return;
        }
    }
}

TEST(Endpointer, ClicksDoNotStartAndShortSoundsAreDropped) {
    auto const clicks =
        joined({noise(1, 0.001F), tone(0.03, 0.5F), noise(1, 0.001F), tone(0.03, 0.5F), noise(1, 0.001F)});
    EXPECT_TRUE(listen(clicks).events.empty());
    auto const cough = joined({noise(1, 0.001F), tone(0.2, 0.5F), noise(1.5, 0.001F)});
    auto const heard = listen(cough);
    EXPECT_EQ(heard.count(SpeechEvent::Kind::started), 1U);
    EXPECT_EQ(heard.count(SpeechEvent::Kind::dropped), 1U);
    EXPECT_EQ(heard.count(SpeechEvent::Kind::ended), 0U);
}

TEST(Endpointer, EndOfStreamCompletesAndLongPhrasesAreCut) {
    auto const open = joined({noise(1, 0.001F), tone(2, 0.2F)});
    EXPECT_EQ(listen(open).count(SpeechEvent::Kind::ended), 1U);
    EndpointerOptions options;
    options.max_phrase_s = 3;
    auto const heard = listen(joined({noise(1, 0.001F), tone(10, 0.2F)}), 1000, options);
    EXPECT_GE(heard.count(SpeechEvent::Kind::ended), 3U);
    for (auto const& event : heard.events) {
        EXPECT_LE(event.span.end - event.span.begin, 3 * speech_rate + vad_frame);
    }
    EXPECT_TRUE(listen({}).events.empty());
}

std::filesystem::path silero() {
    return test::silero_model();
}

TEST(Silero, HearsSpeechAndNotSilenceNoiseOrTones) {
    SKIP_WITHOUT(silero());
    std::filesystem::path const jfk = test::whisper_samples_dir() / "jfk.mp3";
    SKIP_WITHOUT(jfk);
    SileroVad vad(silero());
    auto const speech = resample(load_audio(jfk), speech_rate);
    auto share = [&](std::vector<float> const& sound) {
        auto const p = vad.probabilities(sound, {});
        EXPECT_EQ(p.size(), (sound.size() + vad_frame - 1) / vad_frame);
        return static_cast<double>(std::count_if(p.begin(), p.end(), [](float x) { return x > 0.5F; })) /
               static_cast<double>(p.size());
    };
    EXPECT_GT(share(speech.samples), 0.5);
    EXPECT_LT(share(std::vector<float>(speech_rate * 3)), 0.02);
    EXPECT_LT(share(noise(3, 0.05F)), 0.05);
    EXPECT_LT(share(tone(3, 0.3F, 440)), 0.05);
    EXPECT_GT(share(speech.samples), 0.5); // nothing is left over from before
}

TEST(Silero, FrameByFrameEqualsTheWholeRecording) {
    SKIP_WITHOUT(silero());
    SileroVad vad(silero());
    auto const sound = joined({noise(0.5, 0.05F), tone(0.5, 0.3F), noise(0.51, 0.02F)});
    auto const whole = vad.probabilities(sound, {});
    vad.reset();
    for (std::size_t i = 0; i < whole.size(); ++i) {
        auto const at = i * vad_frame;
        auto const frame = std::span(sound).subspan(at, std::min<std::size_t>(vad_frame, sound.size() - at));
        EXPECT_NEAR(vad.next(frame), whole[i], 1e-5);
    }
}

// Memory that was used before, as a program that runs has it.
TEST(Silero, ANewDetectorRemembersNothing) {
    SKIP_WITHOUT(silero());
    SKIP_WITHOUT(test::jfk());
    auto const speech = resample(load_audio(test::jfk()), speech_rate).samples;
    SileroVad first(silero());
    auto const expected = first.probabilities(std::span(speech).first(4 * speech_rate), {});
    for (int i = 0; i < 6; ++i) {
        std::vector<std::vector<float>> used;
        for (std::size_t size = 64; size < 4'000'000; size *= 3) {
            used.emplace_back(size, 1e4F * static_cast<float>(i));
        }
        used.clear();
        SileroVad vad(silero());
        for (std::size_t k = 0; k < expected.size(); ++k) {
            ASSERT_NEAR(vad.next(std::span(speech).subspan(k * vad_frame, vad_frame)), expected[k], 1e-4)
                << i << " at frame " << k;
        }
    }
}

TEST(Silero, DamagedModelsAreErrors) {
    test::TempDir dir;
    EXPECT_THROW(SileroVad(dir / "missing"), Error);
    EXPECT_THROW(SileroVad(dir.path()), Error);
    SKIP_WITHOUT(silero());
    std::ifstream file(silero(), std::ios::binary);
    std::string const bytes(std::istreambuf_iterator<char>(file), {});
    for (std::size_t length : {std::size_t{0}, std::size_t{4}, std::size_t{12}, std::size_t{60}, std::size_t{110},
                               std::size_t{50000}, bytes.size() / 2, bytes.size() - 1}) {
        std::ofstream(dir / "cut.bin", std::ios::binary) << bytes.substr(0, length);
        EXPECT_THROW(SileroVad(dir / "cut.bin"), Error) << length;
    }
    for (std::size_t at = 0; at < 120; ++at) { // any number of the header
        auto damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x7F);
        std::ofstream(dir / "bad.bin", std::ios::binary) << damaged;
        if (at >= 18 && at < 30) { // the version is not interpreted
            EXPECT_NO_THROW(SileroVad(dir / "bad.bin")) << at;
        } else if (at < 34 || at >= 38) { // nor is the context, within limits
            EXPECT_THROW(SileroVad(dir / "bad.bin"), Error) << at;
        }
    }
}

} // namespace
} // namespace echollama
