#include "base/error.h"
#include "media/sound/audio_io.h"
#include "media/sound/resample.h"
#include "media/sound/sound_file.h"
#include "support/sound_writer.h"
#include "support/support.h"

#include <sndfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <limits>

namespace echollama {
namespace {

using Bytes = std::vector<std::uint8_t>;
using test::refusal;
using test::write_sound;

Bytes read_bytes(std::filesystem::path const& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::uint32_t number_at(Bytes const& bytes, std::size_t at) {
    return bytes.at(at) | static_cast<std::uint32_t>(bytes.at(at + 1)) << 8 |
           static_cast<std::uint32_t>(bytes.at(at + 2)) << 16 | static_cast<std::uint32_t>(bytes.at(at + 3)) << 24;
}

std::vector<float> tone(std::size_t count, double step) {
    std::vector<float> samples(count);
    for (std::size_t i = 0; i < count; ++i) {
        samples[i] = static_cast<float>(0.6 * std::sin(step * static_cast<double>(i)));
    }
    return samples;
}

TEST(Pcm16, ClipsWithoutWrappingAndNeverProducesNoise) {
    EXPECT_EQ(to_pcm16(0), 0);
    EXPECT_EQ(to_pcm16(1), 32767);
    EXPECT_EQ(to_pcm16(-1), -32767);
    EXPECT_EQ(to_pcm16(1.5F), 32767);
    EXPECT_EQ(to_pcm16(-1e30F), -32767);
    EXPECT_EQ(to_pcm16(std::numeric_limits<float>::infinity()), 32767);
    EXPECT_EQ(to_pcm16(std::numeric_limits<float>::quiet_NaN()), 0);
    for (float x = -2; x < 2; x += 0.001F) { // rising, and odd
        EXPECT_LE(to_pcm16(x), to_pcm16(x + 0.001F));
        EXPECT_EQ(to_pcm16(x), -to_pcm16(-x));
    }
}

TEST(Wav, WhatIsWrittenIsReadBack) {
    test::TempDir dir;
    auto const samples = tone(24001, 0.05);
    SoundFile writer(dir / "a.wav", 24000);
    for (std::size_t at = 0; at < samples.size(); at += 1000) {
        EXPECT_FALSE(std::filesystem::exists(dir / "a.wav"));
        writer.write(std::span(samples).subspan(at, std::min<std::size_t>(1000, samples.size() - at)));
    }
    EXPECT_EQ(writer.frames_written(), 24001);
    writer.finish();
    writer.finish(); // nothing more happens
    auto const audio = load_audio(dir / "a.wav");
    EXPECT_EQ(audio.rate, 24000);
    ASSERT_EQ(audio.samples.size(), samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        ASSERT_NEAR(audio.samples[i], samples[i], 1.5 / 32768) << i;
    }
    auto const bytes = read_bytes(dir / "a.wav");
    EXPECT_EQ(bytes.size(), 44 + 2 * samples.size());
    EXPECT_EQ(number_at(bytes, 4), bytes.size() - 8);
    EXPECT_EQ(number_at(bytes, 40), bytes.size() - 44);
    EXPECT_THROW(writer.write(samples), std::logic_error);
}

TEST(Wav, AnAbandonedOneLeavesNothingAndTheOldOneStays) {
    test::TempDir dir;
    std::ofstream(dir / "a.wav") << "older";
    {
        SoundFile writer(dir / "a.wav", 16000);
        writer.write(tone(100, 0.1));
    }
    EXPECT_EQ(std::filesystem::file_size(dir / "a.wav"), 5U);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1);
    SoundFile(dir / "nothing.wav", 16000).finish(); // silence of no length is a whole file
    EXPECT_EQ(std::filesystem::file_size(dir / "nothing.wav"), 44U);
}

TEST(Wav, TwoWritersOfOneNameDoNotMix) {
    test::TempDir dir;
    SoundFile first(dir / "a.wav", 16000), second(dir / "a.wav", 16000);
    first.write(tone(100, 0.1));
    second.write(tone(50, 0.1));
    second.finish();
    first.finish();
    EXPECT_EQ(load_audio(dir / "a.wav").samples.size(), 100U);
}

TEST(Wav, APipeGetsAHeaderOfUnknownLengthAndSamplesAtOnce) {
    test::TempDir dir;
    ASSERT_EQ(mkfifo((dir / "pipe").c_str(), 0600), 0);
    pid_t const reader = fork();
    if (reader == 0) {
        auto const bytes = read_bytes(dir / "pipe");
        bool const good =
            bytes.size() == 44 + 200 && number_at(bytes, 4) == 0xFFFFFFFFU && number_at(bytes, 40) == 0xFFFFFFFFU;
        std::ofstream(dir / "got.wav", std::ios::binary)
            .write(reinterpret_cast<char const*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        _exit(good ? 0 : 1);
    }
    SoundFile writer(dir / "pipe", 16000);
    writer.write(tone(100, 0.1));
    writer.finish();
    int status = 0;
    waitpid(reader, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(std::filesystem::is_fifo(dir / "pipe"));
}

TEST(Wav, PlacesThatCannotBeWrittenAreToldAtOnce) {
    test::TempDir dir;
    EXPECT_NE(refusal([&] { SoundFile(dir / "no/such/a.wav", 16000); }).find("Cannot write the speech"),
              std::string::npos);
    EXPECT_NE(refusal([&] { SoundFile(dir.path(), 16000); }).find("is a folder"), std::string::npos);
    auto const full = refusal([&] {
        SoundFile writer("/dev/full", 16000);
        writer.write(tone(100000, 0.1));
    });
    EXPECT_NE(full.find("No space left"), std::string::npos) << full;
}

TEST(SoundFile, TwoChannelsStaySideBySide) {
    test::TempDir dir;
    SoundFile writer(dir / "a.wav", 24000, 2);
    writer.write(std::vector<float>{0.5F, -0.25F, 0.5F, -0.25F});
    EXPECT_EQ(writer.frames_written(), 2);
    writer.finish();
    auto const bytes = read_bytes(dir / "a.wav");
    ASSERT_EQ(bytes.size(), 44U + 8U);
    EXPECT_EQ(bytes[22], 2);                             // channels
    EXPECT_EQ(number_at(bytes, 28), 24000U * 4);         // bytes a second
    EXPECT_EQ(number_at(bytes, 44), 0xE0004000U);        // left 0.5, right -0.25
    auto const mono = load_audio(dir / "a.wav").samples; // channels are averaged
    ASSERT_EQ(mono.size(), 2U);
    EXPECT_NEAR(mono[0], 0.125F, 1e-4);
}

// Root mean square of the difference of two sounds, the shorter one continued with silence.
double rms_difference(std::vector<float> const& a, std::vector<float> const& b) {
    double sum = 0;
    auto const at = [](std::vector<float> const& v, std::size_t i) {
        return i < v.size() ? static_cast<double>(v[i]) : 0.0;
    };
    auto const count = std::max(a.size(), b.size());
    for (std::size_t i = 0; i < count; ++i) {
        sum += std::pow(at(a, i) - at(b, i), 2);
    }
    return std::sqrt(sum / static_cast<double>(count));
}

TEST(SoundFile, EveryFormatIsReadBackFromFilesAndFromPipes) {
    test::TempDir dir;
    struct Case {
        SoundFormat format;
        int rate, written_rate;
        double tolerance;
    };
    for (auto const& c : {Case{SoundFormat::wav, 22050, 22050, 1e-4}, Case{SoundFormat::flac, 22050, 22050, 1e-4},
                          Case{SoundFormat::opus, 24000, 24000, 0.1}, Case{SoundFormat::opus, 22050, 24000, 0.1},
                          Case{SoundFormat::mp3, 22050, 22050, -1}}) {
        auto const samples = tone(static_cast<std::size_t>(c.rate), 0.05);
        std::vector<std::uint8_t> piped;
        auto encoder = make_sound_encoder(
            c.format, c.rate, 1,
            {[&](std::span<std::uint8_t const> bytes) { piped.insert(piped.end(), bytes.begin(), bytes.end()); }, {}});
        SoundFile file(dir / "sound", c.format, c.rate);
        std::size_t at_half = 0;
        for (std::size_t at = 0; at < samples.size(); at += 333) {
            auto const piece = std::span(samples).subspan(at, std::min<std::size_t>(333, samples.size() - at));
            encoder->write(piece);
            file.write(piece);
            at_half = at < samples.size() / 2 ? piped.size() : at_half;
        }
        encoder->finish();
        file.finish();
        EXPECT_GT(at_half, piped.size() / 8) << "it is given out while it is made";
        for (auto const& audio : {load_audio(dir / "sound"), decode_audio(piped, "pipe")}) {
            EXPECT_EQ(audio.rate, c.written_rate);
            EXPECT_NEAR(audio.seconds(), static_cast<double>(samples.size()) / c.rate, c.tolerance < 0 ? 0.1 : 0.001);
            if (c.tolerance >= 0) {
                auto const wanted = resample({c.rate, samples}, c.written_rate).samples;
                EXPECT_LT(rms_difference(audio.samples, wanted), c.tolerance) << static_cast<int>(c.format);
            }
        }
    }
}

TEST(SoundFile, RawIsNothingButSamples) {
    test::TempDir dir;
    SoundFile file(dir / "a.pcm", 16000);
    file.write(std::vector<float>{0.5F, -0.25F});
    file.finish();
    EXPECT_EQ(number_at(read_bytes(dir / "a.pcm"), 0), 0xE0004000U);
    EXPECT_EQ(std::filesystem::file_size(dir / "a.pcm"), 4U);
}

TEST(SoundFile, TheNameChoosesTheFormat) {
    EXPECT_EQ(sound_format_of("a.FLAC"), SoundFormat::flac);
    EXPECT_EQ(sound_format_of("a.ogg"), SoundFormat::opus);
    EXPECT_EQ(sound_format_of("-"), SoundFormat::wav);
    EXPECT_EQ(sound_format_of("noise"), SoundFormat::wav);
    EXPECT_NE(refusal([] { sound_format_of("a.aac"); }).find("wav, flac"), std::string::npos);
    EXPECT_NE(refusal([] { parse_sound_format("aac"); }).find("'aac'"), std::string::npos);
}

TEST(SoundFile, AFullDiskIsToldForEveryFormat) {
    for (auto format : {SoundFormat::flac, SoundFormat::opus, SoundFormat::mp3, SoundFormat::raw}) {
        auto const full = refusal([&] {
            SoundFile file("/dev/full", format, 24000);
            for (int i = 0; i < 50; ++i) {
                file.write(tone(24000, 1));
            }
            file.finish();
        });
        EXPECT_NE(full.find("No space left"), std::string::npos) << full;
    }
}

TEST(LoadAudio, EveryFormatAndChannelsAreAveraged) {
    test::TempDir dir;
    auto const mono = tone(16000, 0.1);
    std::vector<float> stereo;
    for (float s : mono) { // left twice as loud as wanted, right silent
        stereo.insert(stereo.end(), {s, 0.0F});
    }
    struct Case {
        char const* name;
        int format, rate;
        double tolerance; // root mean square error
    };
    for (auto const& c : {Case{"a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 1e-4},
                          Case{"b.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 22050, 1e-6},
                          Case{"c.wav", SF_FORMAT_WAV | SF_FORMAT_ULAW, 8000, 0.02},
                          Case{"d.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 48000, 1e-5},
                          Case{"e.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 16000, 0.02},
                          Case{"f.opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 16000, 0.05},
                          Case{"g.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 16000, -1},
                          Case{"h.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 44100, 1e-4}}) {
        write_sound(dir / c.name, c.format, c.rate, 2, stereo);
        auto const audio = load_audio(dir / c.name);
        EXPECT_EQ(audio.rate, c.rate) << c.name;
        double level = 0, error = 0;
        for (std::size_t i = 0; i < audio.samples.size(); ++i) {
            double const wanted = i < mono.size() ? static_cast<double>(mono[i]) / 2 : 0.0;
            level += std::pow(static_cast<double>(audio.samples[i]), 2);
            error += std::pow(static_cast<double>(audio.samples[i]) - wanted, 2);
        }
        EXPECT_NEAR(std::sqrt(level / 16000), 0.3 / std::sqrt(2.0), 0.02) << c.name;
        if (c.tolerance >= 0) { // MP3 does not tell its delay
            EXPECT_EQ(audio.samples.size(), mono.size()) << c.name;
            EXPECT_LT(std::sqrt(error / 16000), c.tolerance) << c.name;
        }
    }
}

TEST(LoadAudio, BadInputIsOneSentence) {
    test::TempDir dir;
    auto load = [&](std::string const& name) { return refusal([&] { load_audio(dir / name); }); };
    EXPECT_NE(load("missing.wav").find("check the path"), std::string::npos);
    EXPECT_NE(refusal([&] { load_audio(dir.path()); }).find("is a folder"), std::string::npos);
    std::ofstream(dir / "empty.wav").close();
    EXPECT_NE(load("empty.wav").find("is empty"), std::string::npos);
    std::ofstream(dir / "text.wav") << "These are words, and nobody speaks them aloud. " << std::string(4000, 'x');
    EXPECT_NE(load("text.wav").find("is not a recording"), std::string::npos);
    SoundFile(dir / "silent.wav", 16000).finish();
    EXPECT_NE(load("silent.wav").find("holds no sound"), std::string::npos);
}

TEST(LoadAudio, CutOrDamagedFilesNeverCrash) {
    test::TempDir dir;
    auto const mono = tone(900, 0.1);
    write_sound(dir / "a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 1, mono);
    write_sound(dir / "a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16000, 1, mono);
    write_sound(dir / "a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 16000, 1, mono);
    write_sound(dir / "a.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 16000, 1, mono);
    testing::internal::CaptureStderr(); // the libraries have opinions of their own; the user gets one sentence
    for (auto const* name : {"a.wav", "a.flac", "a.ogg", "a.mp3"}) {
        auto const bytes = read_bytes(dir / name);
        auto check = [&](Bytes const& damaged, std::size_t longest) {
            try {
                auto const audio = decode_audio(damaged, "a");
                EXPECT_GT(audio.rate, 0);
                EXPECT_LE(audio.samples.size(), longest) << name;
                for (float s : audio.samples) {
                    ASSERT_TRUE(std::isfinite(s));
                }
            } catch (Error const&) {
            }
        };
        std::size_t const step = std::max<std::size_t>(1, bytes.size() / 400);
        for (std::size_t at = 0; at < bytes.size(); at += step) {
            check({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at)}, 4000);
            auto damaged = bytes;
            damaged[at] ^= 0xFF;
            check(damaged, 1 << 20);
        }
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    // A header that promises four gigabytes costs only what is there.
    auto lying = read_bytes(dir / "a.wav");
    std::fill_n(lying.begin() + 40, 4, 0xFF);
    EXPECT_LE(decode_audio(lying, "a").samples.size(), 1000U);
}

} // namespace
} // namespace echollama
