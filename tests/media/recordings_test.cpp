// Recordings as phones, browsers, films and interrupted recorders leave them.
#include "base/counter_rng.h"
#include "media/sound/audio_io.h"
#include "support/film_writer.h"
#include "support/sound_writer.h"
#include "support/support.h"

#include <cmath>
#include <fstream>
#include <iterator>

namespace echollama {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::vector<float> tone(std::size_t samples) {
    std::vector<float> out(samples);
    for (std::size_t i = 0; i < samples; ++i) {
        out[i] = 0.3F * std::sin(0.1F * static_cast<float>(i));
    }
    return out;
}

double level(std::vector<float> const& samples) {
    double sum = 0;
    for (float sample : samples) {
        sum += static_cast<double>(sample) * sample;
    }
    return std::sqrt(sum / static_cast<double>(std::max<std::size_t>(1, samples.size())));
}

Bytes bytes_of(std::filesystem::path const& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct Kind {
    char const* name;
    AVCodecID coding;
};
constexpr Kind kinds[] = {{"a.m4a", AV_CODEC_ID_AAC},    {"a.mp4", AV_CODEC_ID_AAC},  {"a.3gp", AV_CODEC_ID_AAC},
                          {"a.mov", AV_CODEC_ID_AAC},    {"a.aac", AV_CODEC_ID_AAC},  {"a.webm", AV_CODEC_ID_VORBIS},
                          {"a.mkv", AV_CODEC_ID_VORBIS}, {"a.wma", AV_CODEC_ID_WMAV2}};

TEST(Recordings, OfPhonesBrowsersAndFilmsAreRead) {
    test::TempDir dir;
    auto const sound = tone(48000);
    for (auto const& kind : kinds) {
        test::write_film_sound(dir / kind.name, kind.coding, 48000, 2, sound);
        auto const audio = load_audio(dir / kind.name);
        EXPECT_EQ(audio.rate, 48000) << kind.name;
        EXPECT_NEAR(audio.seconds(), 1, 0.1) << kind.name;
        EXPECT_NEAR(level(audio.samples), 0.3 / std::sqrt(2.0), 0.03) << kind.name;
    }
    test::write_film_sound(dir / "misnamed.wav.m4a", AV_CODEC_ID_AAC, 44100, 1, sound);
    std::filesystem::rename(dir / "misnamed.wav.m4a", dir / "misnamed.wav");
    EXPECT_NEAR(level(load_audio(dir / "misnamed.wav").samples), 0.3 / std::sqrt(2.0), 0.03);
}

TEST(Recordings, DamagedFilmsAreHeardAsFarAsTheyGoOrRefusedInOneSentence) {
    test::TempDir dir;
    auto const sound = tone(48000);
    for (auto const& kind : kinds) {
        test::write_film_sound(dir / kind.name, kind.coding, 48000, 1, sound);
        auto const whole = bytes_of(dir / kind.name);
        for (std::uint64_t i = 0; i < 60; ++i) {
            auto damaged = whole;
            for (std::uint64_t k = 0; k < 4; ++k) {
                auto const at = static_cast<std::size_t>(uniform(i, 2 * k) * static_cast<float>(damaged.size() - 1));
                damaged[at] = static_cast<std::uint8_t>(uniform(i, 2 * k + 1) * 255);
            }
            if (i % 3 == 0) {
                damaged.resize(static_cast<std::size_t>(uniform(i, 99) * static_cast<float>(damaged.size())));
            }
            auto const said = test::refusal([&] {
                auto const audio = decode_audio(damaged, "film");
                EXPECT_LE(audio.samples.size(), 60 * 192000U) << kind.name;
            });
            EXPECT_TRUE(said.empty() || said.find("film") != std::string::npos) << said;
        }
    }
}

TEST(Recordings, AFilmWithoutSoundSaysSo) {
    Bytes const film{0, 0, 0, 16, 'f', 't', 'y', 'p', 'i', 's', 'o', 'm', 0, 0, 0, 0};
    EXPECT_NE(test::refusal([&] { decode_audio(film, "film"); }), "");
}

TEST(Recordings, AnInterruptedRecorderLosesNothing) {
    test::TempDir dir;
    auto const sound = tone(8000);
    struct Case {
        char const* name;
        int format;
        char const* chunk;
    };
    for (auto const& c : {Case{"a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, "data"},
                          Case{"b.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, "data"},
                          Case{"c.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, "SSND"}}) {
        test::write_sound(dir / c.name, c.format, 16000, 1, sound);
        auto bytes = bytes_of(dir / c.name);
        auto const whole = decode_audio(bytes, c.name);
        std::string const text(bytes.begin(), bytes.end());
        auto const at = text.find(c.chunk);
        ASSERT_NE(at, std::string::npos);
        for (std::size_t i = 0; i < 4; ++i) { // the recorder writes the lengths when it ends
            bytes[4 + i] = bytes[at + 4 + i] = 0;
        }
        if (auto const common = text.find("COMM"); std::string(c.chunk) == "SSND" && common != std::string::npos) {
            bytes[at + 7] = 8;
            for (std::size_t i = 0; i < 4; ++i) {
                bytes[common + 10 + i] = 0;
            }
        }
        auto const heard = decode_audio(bytes, c.name);
        EXPECT_NEAR(static_cast<double>(heard.samples.size()), static_cast<double>(whole.samples.size()), 32) << c.name;
        EXPECT_NEAR(level(heard.samples), level(sound), 1e-3) << c.name;
    }
}

TEST(Recordings, OneLoudChannelAmongManyIsNotAveragedAway) {
    test::TempDir dir;
    auto const sound = tone(16000);
    std::vector<float> frames;
    for (float sample : sound) {
        for (int c = 0; c < 8; ++c) {
            frames.push_back(c == 5 ? sample : 0.0F);
        }
    }
    test::write_sound(dir / "eight.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 8, frames);
    EXPECT_NEAR(level(load_audio(dir / "eight.wav").samples), level(sound), 1e-3);
}

} // namespace
} // namespace echollama
