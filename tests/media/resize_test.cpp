#include "media/encode.h"
#include "media/picture/image_io.h"
#include "media/picture/resize.h"
#include "support/golden.h"

#include <array>

namespace echollama {
namespace {

constexpr std::array<float, 3> imagenet_mean{0.485F, 0.456F, 0.406F}, imagenet_std{0.229F, 0.224F, 0.225F};

Image golden_photo(std::string const& name) {
    return load_image(test::golden("images/" + name + ".png")).image;
}

TEST(Resize, GoldenPhotosDecodeAndResizeAsInPillowToTheBit) {
    SKIP_WITHOUT(test::golden("detr/preprocess.safetensors"));
    convert::Safetensors const file(test::golden("detr/preprocess.safetensors"));
    auto const sizes = test::read_tsv(test::golden("detr/preprocess.tsv"));
    for (std::size_t row = 1; row < sizes.size(); ++row) {
        auto const name = sizes[row][0].substr(0, sizes[row][0].find('.'));
        auto const image = golden_photo(name);
        auto const pixels = file.integers(name + ".pixels");
        for (std::size_t i = 0; i < pixels.size(); ++i) {
            ASSERT_EQ(image.rgb.at(i * 997), pixels[i]) << name << " pixel " << i;
        }
        auto const resized = resize_bilinear(image, std::stoi(sizes[row][3]), std::stoi(sizes[row][4]));
        auto const input = file.floats(name + ".input");
        auto const plane = resized.rgb.size() / 3;
        for (std::size_t i = 0; i < input.size(); ++i) {
            auto const channel = i * 997 / plane, at = i * 997 % plane;
            auto const value = static_cast<float>(resized.rgb[at * 3 + channel]) / 255.0F;
            ASSERT_NEAR((value - imagenet_mean[channel]) / imagenet_std[channel], input[i], 1e-5F) << name << " " << i;
        }
    }
}

void expect_input(std::string const& file_name, std::vector<float> const& resized, std::array<float, 3> const& mean,
                  std::array<float, 3> const& deviation) {
    convert::Safetensors const file(test::golden(file_name));
    auto const tap = test::golden_tap(file, "input");
    auto const plane = resized.size() / 3;
    ASSERT_EQ(static_cast<std::size_t>(tap.shape.at(2) * tap.shape.at(3)), plane);
    for (std::size_t i = 0; i < tap.values.size(); ++i) {
        auto const index = i * static_cast<std::size_t>(tap.stride);
        auto const channel = index / plane;
        auto const value = (resized[index % plane * 3 + channel] - mean[channel]) / deviation[channel];
        ASSERT_NEAR(value, tap.values[i], 1e-5F) << file_name << " " << i;
    }
}

TEST(Resize, MidasRecipesAreTheOriginals) {
    SKIP_WITHOUT(test::golden("dpt-hybrid/chelsea-hub.safetensors"));
    auto const chelsea = golden_photo("chelsea");
    std::array<float, 3> const half{0.5F, 0.5F, 0.5F};
    expect_input("dpt-hybrid/chelsea-hub.safetensors", resize_cubic(chelsea, 384, 256), half, half);
    expect_input("midas-small/chelsea.safetensors", resize_cubic(chelsea, 256, 160), imagenet_mean, imagenet_std);
    auto const squashed = resize_bilinear(chelsea, 384, 384);
    std::vector<float> values(squashed.rgb.begin(), squashed.rgb.end());
    std::transform(values.begin(), values.end(), values.begin(), [](float v) { return v / 255; });
    expect_input("dpt-hybrid/chelsea-hf.safetensors", values, half, half);
}

TEST(Resize, DepthMapsGrowAsInPyTorch) {
    SKIP_WITHOUT(test::golden("midas-small/chelsea.safetensors"));
    convert::Safetensors const file(test::golden("midas-small/chelsea.safetensors"));
    auto const depth = test::golden_tap(file, "depth");
    auto const resized = resize_cubic(depth.values, 256, 160, 1, 451, 300);
    auto const expected = test::golden_tap(file, "depth.resized");
    for (std::size_t i = 0; i < expected.values.size(); ++i) {
        ASSERT_NEAR(resized.at(i * static_cast<std::size_t>(expected.stride)), expected.values[i], 2e-3F) << i;
    }
}

TEST(Resize, EvenColourStaysAndSizeOneWorks) {
    Image const even{31, 17, test::Bytes(31 * 17 * 3, 201)};
    for (auto [w, h] : {std::pair{1, 1}, {31, 17}, {100, 3}, {2, 90}, {7, 5}}) {
        for (auto const& out : {resize_bilinear(even, w, h), resize_bicubic(even, w, h)}) {
            EXPECT_EQ(out.rgb, test::Bytes(static_cast<std::size_t>(w * h) * 3, 201));
        }
        for (float v : resize_cubic(even, w, h)) {
            EXPECT_NEAR(v, 201.0F / 255, 1e-6F);
        }
    }
    EXPECT_EQ(resize_bilinear({1, 1, {1, 2, 3}}, 3, 2).rgb.size(), 18U);
    EXPECT_EQ(resize_cubic(std::vector<float>{5}, 1, 1, 1, 4, 4), std::vector<float>(16, 5));
}

TEST(Resize, SameSizeIsTheSamePicture) {
    auto const image = test::gradient(40, 30);
    EXPECT_EQ(resize_bilinear(image, 40, 30).rgb, image.rgb);
    auto const floats = resize_cubic(image, 40, 30);
    for (std::size_t i = 0; i < floats.size(); ++i) {
        ASSERT_NEAR(floats[i] * 255, image.rgb[i], 1e-3F);
    }
}

TEST(Resize, TurningAndResizingCommute) {
    auto const image = test::gradient(60, 44);
    for (int orientation = 1; orientation <= 4; ++orientation) { // the passes' order matters when the sides are swapped
        auto const first = resize_bilinear(apply_orientation(image, orientation), 23, 19);
        auto const last = apply_orientation(resize_bilinear(image, 23, 19), orientation);
        EXPECT_EQ(first.rgb, last.rgb) << orientation;
    }
}

TEST(Resize, ShrinkingAveragesInsteadOfPicking) {
    // A chequerboard of single pixels becomes grey; without antialiasing it would stay black or white.
    Image board{64, 64, test::Bytes(64 * 64 * 3)};
    for (int y = 0; y < 64; ++y) {
        for (int x = 0; x < 64; ++x) {
            std::fill_n(board.pixel(x, y), 3, static_cast<std::uint8_t>((x + y) % 2 * 255));
        }
    }
    for (auto v : resize_bilinear(board, 8, 8).rgb) {
        EXPECT_NEAR(v, 127.5, 6);
    }
}

} // namespace
} // namespace echollama
