// Films of every kind that users have, and those that lie, break off or hold no pictures.
#include "media/video/film.h"
#include "media/video/film_picture.h"
#include "support/film_pictures.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>
#include <vector>

namespace echollama {
namespace {

std::vector<Frame> all_frames(Film& film, std::size_t most = 1000) {
    std::vector<Frame> frames;
    while (frames.size() < most) {
        auto frame = film.next({});
        if (!frame) {
            break;
        }
        frames.push_back(std::move(*frame));
    }
    return frames;
}

std::vector<Frame> frames_of(std::filesystem::path const& path) {
    Film film(path);
    return all_frames(film);
}

// The four quarters' colours as letters, read in rows: "rgbw" is upright.
std::string seen_quarters(Image const& image) {
    std::string letters;
    for (int quarter = 0; quarter < 4; ++quarter) {
        auto const* pixel =
            image.pixel(image.width * (1 + 2 * (quarter % 2)) / 4, image.height * (1 + 2 * (quarter / 2)) / 4);
        bool const r = pixel[0] > 120, g = pixel[1] > 120, b = pixel[2] > 120;
        letters += r && g && b ? 'w' : r && !g && !b ? 'r' : g && !r && !b ? 'g' : b && !r && !g ? 'b' : '?';
    }
    return letters;
}

struct Kind {
    char const* name;
    test::FilmSpec spec;
    char const* seen = "rgbw";
    int width = 64, height = 48;
};

class FilmKinds : public testing::TestWithParam<Kind> {};

TEST_P(FilmKinds, GiveTheirFramesUprightAndSquare) {
    test::TempDir const dir;
    auto const& kind = GetParam();
    test::write_film(dir / kind.name, kind.spec);
    auto const frames = frames_of(dir / kind.name);
    ASSERT_EQ(frames.size(), static_cast<std::size_t>(kind.spec.frames));
    for (std::size_t i = 0; i < frames.size(); ++i) {
        auto const& image = frames[i].view.image;
        EXPECT_EQ(image.width, kind.width);
        EXPECT_EQ(image.height, kind.height);
        ASSERT_EQ(image.rgb.size(), static_cast<std::size_t>(3 * image.width * image.height));
        EXPECT_EQ(seen_quarters(image), kind.seen);
        EXPECT_NEAR(frames[i].seconds, static_cast<double>(i) / kind.spec.rate, 0.011) << i;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, FilmKinds,
    testing::Values(Kind{"a.avi", {}}, Kind{"a.mp4", {.coding = AV_CODEC_ID_H264}}, Kind{"a.mov", {}},
                    Kind{"a.mkv", {}}, Kind{"a.webm", {.coding = AV_CODEC_ID_VP8, .frames = 4}},
                    Kind{"a.ts", {.coding = AV_CODEC_ID_MPEG2VIDEO, .rate = 25}},
                    Kind{"a.mpg", {.coding = AV_CODEC_ID_MPEG1VIDEO, .rate = 25}},
                    Kind{"a.gif", {.coding = AV_CODEC_ID_GIF, .format = AV_PIX_FMT_RGB8}},
                    Kind{"odd.mkv", {.coding = AV_CODEC_ID_FFV1, .width = 63, .height = 47}, "rgbw", 63, 47},
                    Kind{"ten_bits.mkv", {.coding = AV_CODEC_ID_FFV1, .format = AV_PIX_FMT_YUV420P10}},
                    Kind{"full_colour.mkv", {.coding = AV_CODEC_ID_FFV1, .format = AV_PIX_FMT_YUV444P}},
                    Kind{"full_colour_ten_bits.mp4", {.coding = AV_CODEC_ID_H264, .format = AV_PIX_FMT_YUV444P10}},
                    Kind{"grey16.mkv", {.coding = AV_CODEC_ID_FFV1, .format = AV_PIX_FMT_RGB48}},
                    Kind{"turned90.mp4", {.turned = 90}, "brwg", 48, 64},
                    Kind{"turned180.mp4", {.turned = 180}, "wbgr"},
                    Kind{"turned270.mov", {.turned = 270}, "gwrb", 48, 64},
                    Kind{"wide_pixels.mp4", {.aspect = {2, 1}}, "rgbw", 128, 48},
                    Kind{"high_pixels.mkv", {.aspect = {1, 2}}, "rgbw", 64, 96},
                    Kind{"turned_wide.mp4", {.turned = 90, .aspect = {2, 1}}, "brwg", 48, 128},
                    Kind{"interlaced.ts", {.coding = AV_CODEC_ID_MPEG2VIDEO, .rate = 25, .interlaced = true}}),
    [](auto const& instance) {
        std::string name = instance.param.name;
        std::replace(name.begin(), name.end(), '.', '_');
        return name;
    });

TEST(Film, LargePicturesAreReduced) {
    test::TempDir const dir;
    test::write_film(dir / "large.avi", {.width = 2400, .height = 600, .frames = 2});
    auto const frames = frames_of(dir / "large.avi");
    ASSERT_EQ(frames.size(), 2U);
    EXPECT_EQ(frames[0].view.image.width, most_side);
    EXPECT_EQ(frames[0].view.image.height, 480);
}

TEST(Film, TimesThatLeapOrFallGoOnWithTheFrameRate) {
    test::TempDir const dir;
    test::write_film(dir / "times.mkv", {.coding = AV_CODEC_ID_FFV1, .frames = 8, .time = [](int i) {
                                             return i < 4 ? i : 1'000'000 + i;
                                         }});
    auto const frames = frames_of(dir / "times.mkv");
    ASSERT_EQ(frames.size(), 8U);
    for (std::size_t i = 1; i < frames.size(); ++i) {
        double const step = frames[i].seconds - frames[i - 1].seconds;
        EXPECT_GT(step, 0);
        EXPECT_LT(step, 0.3) << i;
    }
}

using Bytes = std::vector<std::uint8_t>;

// Where the text stands first from a place on; the end where it does not.
std::size_t find_in(Bytes const& bytes, std::string_view text, std::size_t from = 0) {
    auto const found =
        std::search(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.end(), text.begin(), text.end(),
                    [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
    return static_cast<std::size_t>(found - bytes.begin());
}

// Puts a number of four bytes behind a tag; how many places there were.
int lie(Bytes& bytes, std::string_view tag, std::size_t behind, std::uint32_t value, bool last_byte_first) {
    int places = 0;
    for (auto at = find_in(bytes, tag); at < bytes.size(); at = find_in(bytes, tag, at + 1)) {
        for (std::size_t i = 0; i < 4 && at + behind + i < bytes.size(); ++i) {
            bytes[at + behind + i] = static_cast<std::uint8_t>(value >> 8 * (last_byte_first ? i : 3 - i));
        }
        ++places;
    }
    return places;
}

struct Lie {
    char const* name;
    std::string_view tag;
    std::size_t behind; // bytes from the tag's first
    bool last_byte_first;
};

TEST(Film, WhatItsHeaderSaysOfItsLengthAndPaceIsNotReliedOn) {
    test::TempDir const dir;
    for (auto const& one :
         {Lie{"length.mp4", "mvhd", 20, false}, Lie{"length.mp4", "mdhd", 20, false},
          Lie{"length.mp4", "tkhd", 24, false}, Lie{"pace.mp4", "stts", 16, false}, Lie{"length.avi", "avih", 24, true},
          Lie{"length.avi", "strh", 40, true}, Lie{"pace.avi", "avih", 8, true}, Lie{"scale.avi", "strh", 28, true},
          Lie{"rate.avi", "strh", 32, true}, Lie{"start.avi", "strh", 36, true},
          Lie{"length.mkv", "\x44\x89\x88", 3, false}}) {
        for (std::uint32_t const value : {0U, 1U, 1000000U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
            SCOPED_TRACE(std::string(one.name) + " " + std::string(one.tag) + " " + std::to_string(value));
            test::write_film(dir / one.name);
            auto bytes = test::bytes_of_file(dir / one.name);
            ASSERT_GE(lie(bytes, one.tag, one.behind, value, one.last_byte_first), 1);
            std::vector<Frame> frames;
            auto const text = test::refusal([&] {
                Film film(bytes, one.name);
                frames = all_frames(film);
            });
            if (!text.empty()) {
                continue; // in one sentence, which refusal() checks
            }
            EXPECT_LE(frames.size(), 11U);
            EXPECT_GE(frames.size(), 1U);
            for (std::size_t i = 0; i < frames.size(); ++i) {
                EXPECT_EQ(seen_quarters(frames[i].view.image), "rgbw");
                EXPECT_TRUE(std::isfinite(frames[i].seconds));
                if (i > 0) {
                    EXPECT_GT(frames[i].seconds, frames[i - 1].seconds);
                    EXPECT_LT(frames[i].seconds - frames[i - 1].seconds, 10);
                }
            }
        }
    }
}

TEST(Film, TimesThatFallGoOn) {
    test::TempDir const dir;
    test::write_film(dir / "minutes.mkv", {.coding = AV_CODEC_ID_FFV1, .frames = 8, .time = [](int i) {
                                               return static_cast<std::int64_t>(i) * 600; // a cluster for each
                                           }});
    auto bytes = test::bytes_of_file(dir / "minutes.mkv");
    int clusters = 0;
    constexpr std::string_view tag = "\x1f\x43\xb6\x75";
    for (auto at = find_in(bytes, tag); at < bytes.size(); at = find_in(bytes, tag, at + 1)) {
        auto const time = find_in(bytes, "\xe7", at + tag.size());
        ASSERT_LT(time + 2, bytes.size());
        std::size_t const length = bytes[time + 1] & 0x0fU;
        if (++clusters % 2 == 0) { // every other one is back at the beginning
            std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(time + 2), length, 0);
        }
    }
    ASSERT_GE(clusters, 6);
    Film film(bytes, "minutes.mkv");
    auto const frames = all_frames(film);
    ASSERT_GE(frames.size(), 6U);
    for (std::size_t i = 1; i < frames.size(); ++i) {
        EXPECT_GT(frames[i].seconds, frames[i - 1].seconds) << i;
    }
}

TEST(Film, ChangesOfSizeMidway) {
    test::TempDir const dir;
    test::write_film(dir / "a.mjpeg", {.coding = AV_CODEC_ID_MJPEG, .format = AV_PIX_FMT_YUVJ420P, .frames = 3});
    test::write_film(
        dir / "b.mjpeg",
        {.coding = AV_CODEC_ID_MJPEG, .format = AV_PIX_FMT_YUVJ420P, .width = 96, .height = 96, .frames = 3});
    auto both = test::bytes_of_file(dir / "a.mjpeg");
    auto const second = test::bytes_of_file(dir / "b.mjpeg");
    both.insert(both.end(), second.begin(), second.end());
    Film film(both, "both.mjpeg");
    auto const frames = all_frames(film);
    ASSERT_EQ(frames.size(), 6U);
    EXPECT_EQ(frames[2].view.image.width, 64);
    EXPECT_EQ(frames[3].view.image.width, 96);
    EXPECT_EQ(seen_quarters(frames[5].view.image), "rgbw");
}

TEST(Film, CutShortAndBrokenOnesGiveWhatIsThere) {
    test::TempDir const dir;
    test::write_film(dir / "whole.mkv", {.coding = AV_CODEC_ID_FFV1, .frames = 20});
    auto bytes = test::bytes_of_file(dir / "whole.mkv");
    auto const half = std::span(bytes).first(bytes.size() / 2);
    Film cut(half, "cut.mkv");
    auto const count = all_frames(cut).size();
    EXPECT_GT(count, 2U);
    EXPECT_LT(count, 20U);
    for (std::size_t i = bytes.size() / 3; i < bytes.size() / 2; ++i) {
        bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ (i * 37 & 0xFF));
    }
    Film broken(bytes, "broken.mkv");
    auto const frames = all_frames(broken);
    EXPECT_GT(frames.size(), 2U);
    EXPECT_LE(frames.size(), 20U);
}

TEST(Film, IsRefusedInOneSentence) {
    test::TempDir const dir;
    std::vector<float> const silence(16000);
    test::write_film_sound(dir / "sound.m4a", AV_CODEC_ID_AAC, 16000, 1, silence);
    test::write_film(dir / "whole.mp4");
    auto const whole = test::bytes_of_file(dir / "whole.mp4");
    test::write_bytes(dir / "begun.mp4", std::span(whole).first(whole.size() / 10));
    test::write_bytes(dir / "empty.mp4", {});
    auto const text = std::vector<std::uint8_t>(5000, 'x');
    test::write_bytes(dir / "text.mp4", text);
    auto const opened = [&](std::string const& name) { return test::refusal([&] { frames_of(dir / name); }); };
    EXPECT_NE(opened("sound.m4a").find("holds no moving pictures"), std::string::npos) << opened("sound.m4a");
    for (auto const* name : {"begun.mp4", "empty.mp4", "text.mp4"}) {
        EXPECT_NE(opened(name), "") << name;
    }
    test::write_film(dir / "huge.avi", {.coding = AV_CODEC_ID_MPEG4, .width = 8000, .height = 6000, .frames = 1});
    EXPECT_NE(opened("huge.avi").find("too large"), std::string::npos) << opened("huge.avi");
    // A playlist names other files.
    std::string const list = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n" + (dir / "whole.mp4").string() + "\n";
    test::write_bytes(dir / "list.m3u8", std::vector<std::uint8_t>(list.begin(), list.end()));
    EXPECT_NE(opened("list.m3u8"), "");
}

TEST(Film, OrientationsOfMatrices) {
    constexpr std::int32_t one = 1 << 16;
    std::int32_t const matrices[8][9] = {{one, 0, 0, 0, one},   {-one, 0, 0, 0, one}, {-one, 0, 0, 0, -one},
                                         {one, 0, 0, 0, -one},  {0, one, 0, one, 0},  {0, one, 0, -one, 0},
                                         {0, -one, 0, -one, 0}, {0, -one, 0, one, 0}};
    for (int i = 0; i < 8; ++i) {
        EXPECT_EQ(orientation_of_matrix(matrices[i]), i + 1);
    }
    std::int32_t const zeros[9] = {};
    EXPECT_EQ(orientation_of_matrix(zeros), 1);
    EXPECT_EQ(orientation_of_matrix(nullptr), 1);
}

// Decoders pass on numbers that no version of the library has a name for; they mean what is usual.
TEST(FilmPicture, ColoursOfAnUnknownKindAreAsUsual) {
    constexpr int side = 16;
    std::vector<std::uint8_t> luma(side * side, 120), chroma(side * side / 4, 90);
    auto const shown = [&](unsigned space, unsigned range) {
        AVFrame frame{};
        frame.width = frame.height = side;
        frame.format = AV_PIX_FMT_YUV420P;
        frame.data[0] = luma.data(), frame.data[1] = frame.data[2] = chroma.data();
        frame.linesize[0] = side, frame.linesize[1] = frame.linesize[2] = side / 2;
        static_assert(sizeof(frame.colorspace) == sizeof(space) && sizeof(frame.color_range) == sizeof(range));
        std::memcpy(&frame.colorspace, &space, sizeof(space));
        std::memcpy(&frame.color_range, &range, sizeof(range));
        FilmPicture picture;
        auto const image = picture.convert(frame, 1, 1);
        return image ? image->rgb : std::vector<std::uint8_t>();
    };
    auto const usual = shown(AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_UNSPECIFIED);
    ASSERT_FALSE(usual.empty());
    EXPECT_NE(shown(AVCOL_SPC_BT709, AVCOL_RANGE_UNSPECIFIED), usual);
    for (unsigned const unknown : {98U, 255U, 0x7fffffffU, 0xffffffffU}) {
        EXPECT_EQ(shown(unknown, AVCOL_RANGE_UNSPECIFIED), usual) << unknown;
        EXPECT_EQ(shown(AVCOL_SPC_UNSPECIFIED, unknown), usual) << unknown;
    }
}

} // namespace
} // namespace echollama
