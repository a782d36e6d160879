#include "base/counter_rng.h"
#include "media/sound/raw_sound.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace echollama {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr SampleFormat all_formats[] = {SampleFormat::u8,    SampleFormat::s16le, SampleFormat::s16be,
                                        SampleFormat::s24le, SampleFormat::s32le, SampleFormat::f32le};

TEST(RawSound, ZeroHalfAndTheEndsOfEveryFormat) {
    struct Case {
        SampleFormat format;
        Bytes bytes;
        std::vector<float> samples;
    };
    for (auto const& [format, bytes, samples] :
         {Case{SampleFormat::u8, {128, 192, 0}, {0, 0.5F, -1}},
          Case{SampleFormat::s16le, {0, 0, 0, 0x40, 0, 0x80, 1, 0}, {0, 0.5F, -1, 1.0F / 32768}},
          Case{SampleFormat::s16be, {0, 0, 0x40, 0, 0x80, 0, 0, 1}, {0, 0.5F, -1, 1.0F / 32768}},
          Case{SampleFormat::s24le, {0, 0, 0, 0, 0, 0x40, 0, 0, 0x80, 1, 0, 0}, {0, 0.5F, -1, 1.0F / 8388608}},
          Case{SampleFormat::s32le, {0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0x80}, {0, 0.5F, -1}},
          Case{SampleFormat::f32le, {0, 0, 0, 0, 0, 0, 0, 0x3F, 0, 0, 0x80, 0xBF}, {0, 0.5F, -1}},
          Case{SampleFormat::f32le, {0, 0, 0xC0, 0x7F, 0, 0, 0x80, 0x7F, 0, 0, 0, 0x41}, {0, 0, 1}}}) {
        EXPECT_EQ(RawSound(format).push(bytes), samples) << static_cast<int>(format);
    }
}

TEST(RawSound, PiecesOfAnySizeGiveTheSameSamples) {
    Bytes bytes(997);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(splitmix64(3, i));
    }
    for (auto const format : all_formats) {
        RawSound whole(format);
        auto const expected = whole.push(bytes);
        EXPECT_EQ(expected.size(), bytes.size() / bytes_of(format));
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            RawSound pieces(format);
            std::vector<float> samples;
            for (std::size_t at = 0, k = 0; at < bytes.size(); ++k) {
                auto const size = std::min<std::size_t>(bytes.size() - at, splitmix64(seed, k) % 11);
                auto const more = pieces.push({bytes.data() + at, size});
                samples.insert(samples.end(), more.begin(), more.end());
                at += size;
            }
            EXPECT_EQ(samples, expected) << static_cast<int>(format) << " " << seed;
            EXPECT_EQ(pieces.left_over(), bytes.size() % bytes_of(format));
        }
    }
}

TEST(RawSound, ChannelsBecomeTheirAverageAndHalfAFrameIsLeftOut) {
    EXPECT_EQ(averaged(std::vector<float>{1, 0, -1, -0.5F, 0.25F}, 2), (std::vector<float>{0.5F, -0.75F}));
    EXPECT_EQ(averaged(std::vector<float>{}, 3), std::vector<float>{});
}

} // namespace
} // namespace echollama
