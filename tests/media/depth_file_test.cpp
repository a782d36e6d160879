// Depth pictures of every kind, their holes and their units.
#include "base/error.h"
#include "media/containers.h"
#include "media/depth/depth_file.h"
#include "media/depth/depth_units.h"
#include "media/depth_writers.h"
#include "media/picture/png16.h"
#include "media/refused_by_name.h"
#include "media/view/units.h"
#include "support/support.h"

#include <cmath>
#include <limits>

namespace echollama {
namespace {

using test::Bytes;
using test::refusal;

constexpr int width = 19, height = 17;

// Millimetres, no two alike.
std::vector<float> slope() {
    std::vector<float> values;
    for (int i = 0; i < width * height; ++i) {
        values.push_back(static_cast<float>(1001 + i));
    }
    return values;
}

void expect_slope(Bytes const& bytes, std::string const& what, float factor = 1) {
    auto const readings = parse_depth_file(bytes, what);
    ASSERT_EQ(readings.width, width) << what;
    ASSERT_EQ(readings.height, height) << what;
    auto const wanted = slope();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        ASSERT_FLOAT_EQ(readings.values[i], wanted[i] * factor) << what << " " << i;
    }
}

TEST(DepthFile, NumpyOfEveryType) {
    for (std::string const order : {"<", ">"}) {
        for (std::string const type : {"f2", "f4", "f8", "u2", "i2", "u4", "i4", "u8", "i8"}) {
            for (bool by_columns : {false, true}) {
                for (auto const* shape : {"(17, 19)", "(17, 19, 1)", "(1, 17, 19)", "(1,17,19,1,)"}) {
                    if (type == "f2") { // holds only 11 bits
                        continue;
                    }
                    expect_slope(test::npy(slope(), width, order + type, shape, by_columns), order + type + shape);
                }
            }
        }
    }
    expect_slope(test::npy(slope(), width, "<f4", "(17, 19)", false, 2), "version 2");
    expect_slope(test::npy(slope(), width, "<f4", "(17, 19)", false, 3), "version 3");
    auto const half = parse_depth_file(test::npy({0.5F, 1.5F, 2048, 0.0625F, -1, 65504}, 3, "<f2", "(2, 3)"), "half");
    EXPECT_EQ(half.values, (std::vector<float>{0.5F, 1.5F, 2048, 0.0625F, -1, 65504}));
    auto const signed_ones = parse_depth_file(test::npy({-5, 5}, 2, "<i2", "(1, 2)"), "signed");
    EXPECT_EQ(signed_ones.values, (std::vector<float>{-5, 5}));
}

TEST(DepthFile, NumpyThatIsNoPictureIsRefused) {
    for (auto const* type : {"|O", "<c8", "<U4", "<M8", "|b1", "<f3", ""}) {
        EXPECT_THROW(parse_depth_file(test::npy(slope(), width, type, "(17, 19)"), "a.npy"), Error) << type;
    }
    for (auto const* shape :
         {"(323,)", "(17, 19, 3)", "(0, 19)", "()", "", "(99999, 99999)", "(17, 20)", "(99999999999999999999, 1)"}) {
        EXPECT_THROW(parse_depth_file(test::npy(slope(), width, "<f4", shape), "a.npy"), Error) << shape;
    }
    auto const bytes = test::npy(slope(), width, "<f4", "(17, 19)");
    for (std::size_t length = 0; length < bytes.size(); length += 5) {
        EXPECT_THROW(parse_depth_file({bytes.data(), length}, "a.npy"), Error) << length;
    }
}

TEST(DepthFile, TiffOfEveryType) {
    auto const values = slope();
    for (int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE}) {
        for (bool tiled : {false, true}) {
            for (bool big : {false, true}) {
                test::TiffSpec spec{.width = width,
                                    .height = height,
                                    .channels = 1,
                                    .bits = 16,
                                    .compression = compression,
                                    .tiled = tiled,
                                    .big_endian = big};
                expect_slope(test::encode_tiff(spec, test::samples<std::uint16_t>(values)), "16 bits");
                spec.bits = 32;
                expect_slope(test::encode_tiff(spec, test::samples<std::uint32_t>(values)), "32 bits");
                spec.format = SAMPLEFORMAT_IEEEFP;
                expect_slope(test::encode_tiff(spec, test::samples<float>(values)), "floats");
                spec.bits = 64;
                expect_slope(test::encode_tiff(spec, test::samples<double>(values)), "doubles");
            }
        }
    }
    auto const rgb = test::gradient(width, height);
    EXPECT_THROW(parse_depth_file(test::encode_tiff({.width = width, .height = height}, rgb.rgb), "a.tif"), Error);
    auto const whole = test::encode_tiff({.width = width, .height = height, .channels = 1, .bits = 16},
                                         test::samples<std::uint16_t>(values));
    for (std::size_t length : {whole.size() / 2, std::size_t{20}, std::size_t{8}}) {
        EXPECT_THROW(parse_depth_file({whole.data(), length}, "a.tif"), Error) << length;
    }
}

TEST(DepthFile, OpenExrWithZOrOneChannel) {
    for (auto const* channel : {"Z", "depth", "Depth", "ViewLayer.Depth.Z", "R"}) {
        for (int compression = 0; compression < 6; ++compression) {
            expect_slope(test::exr(slope(), width, height, {channel}, compression), channel);
        }
    }
    expect_slope(test::exr(slope(), width, height, {"A", "B", "G", "R", "Z"}, 3), "beside colours");
    EXPECT_NE(refusal([] {
                  parse_depth_file(test::exr(slope(), width, height, {"B", "G", "R"}, 3), "a");
              }).find("Z"),
              std::string::npos);
    auto const bytes = test::exr(slope(), width, height, {"Z"}, 2);
    for (std::size_t length : {bytes.size() - 40, bytes.size() / 2, std::size_t{40}, std::size_t{4}}) {
        EXPECT_THROW(parse_depth_file({bytes.data(), length}, "a.exr"), Error) << length;
    }
}

TEST(DepthFile, GreyMapsAndPng) {
    auto pgm = test::bytes_from("P5\n# by a camera\n19 17\n65535\n");
    for (float value : slope()) {
        test::put_number(pgm, static_cast<std::size_t>(value), 2, true);
    }
    expect_slope(pgm, "PGM");
    pgm.pop_back();
    EXPECT_THROW(parse_depth_file(pgm, "a.pgm"), Error);
    EXPECT_NE(refusal([] { parse_depth_file(test::bytes_from("P5\n2 2\n255\n0123"), "a"); }).find("16 bits"),
              std::string::npos);
    test::TempDir dir;
    auto const values = slope();
    save_png16(dir / "a.png", width, height, std::vector<std::uint16_t>(values.begin(), values.end()));
    EXPECT_EQ(load_depth_file(dir / "a.png").values, values);
}

TEST(DepthFile, OtherKindsAreRefusedByTheirName) {
    test::expect_refused_by_name({{"\xFF\xD8\xFF\xE0", "JPEG"},
                                  {"PK\3\4", ".npz"},
                                  {"Pf\n2 2\n-1\n", "PFM"},
                                  {"\x89HDF\r\n", "HDF5"},
                                  {"MATLAB 5.0", "MATLAB"},
                                  {"#?RADIANCE", "Radiance"},
                                  {"ply\n", "cloud"},
                                  {"hello", "16 bits"},
                                  {"", "16 bits"}},
                                 [](std::string_view bytes) { parse_depth_file(test::bytes_from(bytes), "x"); });
}

TEST(DepthHoles, SaturatedReadingsAreNone) {
    float const nan = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();
    std::vector<float> readings{0, 1500, 65535, 65534, -3, nan, infinite, -infinite, 1e10F, 65504, 2000, 65499};
    remove_saturated(readings);
    EXPECT_EQ(readings, (std::vector<float>{0, 1500, 0, 0, 0, 0, 0, 0, 0, 0, 2000, 65499}));
    for (float most : {1023.0F, 2047.0F, 4095.0F, 8191.0F, 16383.0F, 32767.0F, 32768.0F}) {
        std::vector<float> many;
        for (int i = 0; i < 5000; ++i) {
            many.push_back(i % 10 == 0 ? most : 300.0F + static_cast<float>(i % 700));
        }
        remove_saturated(many);
        EXPECT_EQ(many[0], 0) << most;
        EXPECT_EQ(many[1], 301) << most;
    }
    // A wall at 3 metres is none, and neither is a slope that happens to end at 4095.
    std::vector<float> wall(1000, 3000.0F);
    remove_saturated(wall);
    EXPECT_EQ(wall[0], 3000);
    std::vector<float> ramp;
    for (int i = 0; i < 40000; ++i) {
        ramp.push_back(static_cast<float>(96 + i % 4000));
    }
    remove_saturated(ramp);
    EXPECT_EQ(ramp[3999], 4095);
    std::vector<float> none;
    remove_saturated(none);
}

// A room from 0.8 to 4 metres, in a unit, with noise of a millimetre or rounded to `step` units.
std::vector<float> room(double per_metre, double step, double nearest = 0.8, double farthest = 4) {
    std::vector<float> values;
    for (int i = 0; i < 5000; ++i) {
        double const share = i / 5000.0;
        double const metres = nearest + (farthest - nearest) * share * share + 0.0013 * (i * 7919 % 101) / 101;
        values.push_back(static_cast<float>(std::max(1.0, std::round(metres * per_metre / step)) * step));
    }
    return values;
}

TEST(DepthUnits, TheLikeliestIsTheRightOneForRooms) {
    struct Case {
        double per_metre, step;
    };
    for (auto const& one : {Case{1000, 1}, Case{1000, 10}, Case{1000, 2}, Case{5000, 5}, Case{10000, 1},
                            Case{10000, 10}, Case{10000, 2}, Case{10000, 100}, Case{100, 1}}) {
        for (double size : {1.0, 1.5}) {
            auto const guesses = depth_unit_guesses(room(one.per_metre, one.step, 0.8 * size, 4 * size));
            ASSERT_FALSE(guesses.empty()) << one.per_metre << "/" << one.step;
            bool const close = one.per_metre == 100 && guesses.size() > 1; // to 256ths of a metre
            EXPECT_TRUE(guesses[0].per_metre == static_cast<float>(one.per_metre) ||
                        (close && guesses[1].per_metre == static_cast<float>(one.per_metre)))
                << one.per_metre << "/" << one.step << " " << size << " " << guesses[0].name;
        }
    }
    auto const metres = depth_unit_guesses(std::vector<float>{0.8F, 1.25F, 2.6F, 3.1F, 0});
    EXPECT_EQ(metres.at(0).per_metre, 1);
    auto millimetres = room(1000, 1);
    for (float& value : millimetres) {
        value += 0.25F;
    }
    EXPECT_EQ(depth_unit_guesses(millimetres).at(0).per_metre, 1000);
}

TEST(DepthUnits, WhatCannotBeToldStaysOpen) {
    // A desk at 36 centimetres in millimetres, or a room at 1.4 metres in 256ths.
    auto const guesses = depth_unit_guesses(room(256, 1, 0.9, 2.2));
    ASSERT_GE(guesses.size(), 2U);
    auto const is = [&](float unit) { return guesses[0].per_metre == unit || guesses[1].per_metre == unit; };
    EXPECT_TRUE(is(256) && is(1000)) << guesses[0].name << ", " << guesses[1].name;
    EXPECT_LT(guesses[0].weight - guesses[1].weight, 1.3);
    EXPECT_TRUE(depth_unit_guesses(std::vector<float>{0, 0}).empty());
    EXPECT_TRUE(depth_unit_guesses(std::vector<float>(100, 1)).empty()) << "a tenth of a millimetre to a centimetre";
}

TEST(DepthUnits, CloudsInMetresMillimetresOrCentimetres) {
    struct Case {
        double size;
        float per_metre;
    };
    for (auto const& one :
         {Case{0.3, 1}, Case{4, 1}, Case{60, 1}, Case{2000, 1000}, Case{6000, 1000}, Case{20000, 1000}}) {
        EXPECT_EQ(cloud_unit_guesses(one.size, 0).at(0).per_metre, one.per_metre) << one.size;
    }
    EXPECT_EQ(cloud_unit_guesses(1500, 6).at(0).per_metre, 1) << "coordinates of a map";
    for (double size : {0.0, -1.0, std::nan("")}) {
        EXPECT_EQ(cloud_unit_guesses(size, 0).at(0).per_metre, 1);
    }
}

TEST(DepthUnits, AreNamed) {
    EXPECT_EQ(units_per_metre_from("mm", "--x"), 1000);
    EXPECT_EQ(units_per_metre_from("Meters", "--x"), 1);
    EXPECT_FLOAT_EQ(units_per_metre_from("inches", "--x"), 39.37008F);
    EXPECT_EQ(units_per_metre_from("256", "--x"), 256);
    for (auto const* text : {"", "-1", "0", "5000x", "miles", "nan", "inf", "1,5"}) {
        EXPECT_THROW(units_per_metre_from(text, "--x"), UsageError) << text;
    }
    EXPECT_EQ(unit_name(1000), "millimetres");
    EXPECT_EQ(unit_name(10000), "tenths of a millimetre");
    EXPECT_EQ(unit_name(39.37008F), "inches");
    EXPECT_EQ(unit_name(42), "units of which 42 are a metre");
}

} // namespace
} // namespace echollama
