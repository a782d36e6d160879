#include "base/counter_rng.h"
#include "base/error.h"
#include "encode.h"
#include "media/depth/stereo.h"
#include "media/picture/image_io.h"
#include "mpo.h"
#include "support/support.h"

#include <algorithm>
#include <cmath>
#include <fstream>

namespace echollama {
namespace {

using Bytes = std::vector<std::uint8_t>;

// Blotches of a few pixels, so that neighbours tell one place from another.
Image texture(int width, int height, std::uint64_t seed) {
    Image image{width, height, Bytes(static_cast<std::size_t>(3 * width * height))};
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            for (std::uint64_t c = 0; c < 3; ++c) {
                auto const blotch = static_cast<std::uint64_t>(y / 3 * 4096 + x / 3) * 3 + c;
                image.pixel(x, y)[c] = static_cast<std::uint8_t>(splitmix64(seed, blotch));
            }
        }
    }
    return image;
}

// What the right eye sees: the middle of the picture is nearer (12 pixels) than the rest (4 pixels).
Image right_of(Image const& left, int down = 0) {
    Image right = left;
    for (int y = 0; y < left.height; ++y) {
        for (int x = 0; x < left.width; ++x) {
            int const from_y = std::clamp(y - down, 0, left.height - 1);
            auto const near = [&](int at) {
                return at > left.width / 3 && at < 2 * left.width / 3 && from_y > left.height / 3;
            };
            int const shift = near(x + 12) ? 12 : 4;
            std::copy_n(left.pixel(std::min(x + shift, left.width - 1), from_y), 3, right.pixel(x, y));
        }
    }
    return right;
}

double share_within(Disparity const& found, int x0, int x1, int y0, int y1, float wanted) {
    int right = 0, all = 0;
    for (int y = y0; y < y1; ++y) {
        for (int x = x0; x < x1; ++x) {
            ++all;
            right += std::abs(found.pixels[static_cast<std::size_t>(y * found.width + x)] - wanted) < 0.6F;
        }
    }
    return static_cast<double>(right) / all;
}

TEST(Stereo, ShiftsComeBack) {
    auto const left = texture(240, 160, 1);
    auto const found = match_stereo(left, right_of(left));
    EXPECT_GT(share_within(found, 95, 145, 70, 150, 12), 0.95);
    EXPECT_GT(share_within(found, 20, 220, 5, 45, 4), 0.95);
    EXPECT_GT(share_within(found, 4, 20, 5, 45, 4), 0.7) << "the columns at the edge are matched too";
}

TEST(Stereo, RowsOfPhotosAreAligned) {
    auto const left = texture(240, 160, 2);
    auto const right = right_of(left, 4);
    EXPECT_GT(share_within(match_stereo(left, right, {-0.06F, 0.14F, true}), 95, 145, 70, 150, 12), 0.9);
}

TEST(Stereo, PicturesThatAreNoPairAreRefused) {
    auto const left = texture(240, 160, 3);
    EXPECT_THROW(match_stereo(left, texture(240, 160, 4)), Error);
    EXPECT_THROW(match_stereo(right_of(left), left), Error) << "exchanged";
    EXPECT_THROW(match_stereo(left, texture(200, 160, 3)), Error);
    EXPECT_THROW(match_stereo(texture(8, 8, 1), texture(8, 8, 1)), Error);
}

TEST(Stereo, MetresFollowFromFocalLengthAndBaseline) {
    auto const depth = stereo_metres({4, 1, {10, 40, NAN, -31}}, 1000, 0.1F, 30);
    EXPECT_FLOAT_EQ(depth.values[0], 2.5F);
    EXPECT_FLOAT_EQ(depth.values[1], 100.0F / 70);
    EXPECT_EQ(depth.values[2], 0);
    EXPECT_EQ(depth.values[3], 0);
    EXPECT_EQ(depth.kind, DepthKind::metres);
}

// Rows of 32-bit floats as NumPy writes them.
std::vector<float> load_npy(std::filesystem::path const& path) {
    std::ifstream file(path, std::ios::binary);
    std::string const bytes{std::istreambuf_iterator<char>(file), {}};
    auto const begin = 10 + static_cast<std::size_t>(static_cast<unsigned char>(bytes.at(8))) +
                       256 * static_cast<std::size_t>(static_cast<unsigned char>(bytes.at(9)));
    std::vector<float> values((bytes.size() - begin) / 4);
    std::memcpy(values.data(), bytes.data() + begin, 4 * values.size());
    return values;
}

float median_of(std::vector<float> values) {
    auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

TEST(Stereo, MotorcycleAgreesWithTheMeasuredDisparity) {
    auto const photos = test::models_dir().parent_path() / "photos";
    SKIP_WITHOUT(photos / "motorcycle_disp.npy");
    auto const found = match_stereo(load_image(photos / "motorcycle_left.png").image,
                                    load_image(photos / "motorcycle_right.png").image);
    auto const truth = load_npy(photos / "motorcycle_disp.npy"); // structured light, infinite where unknown
    ASSERT_EQ(truth.size(), found.pixels.size());
    std::vector<float> errors;
    std::size_t bad = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        if (std::isfinite(truth[i]) && std::isfinite(found.pixels[i])) {
            errors.push_back(std::abs(found.pixels[i] - truth[i]));
            bad += errors.back() > 2;
        }
    }
    RecordProperty("median", std::to_string(median_of(errors)));
    EXPECT_GT(found.matched(), 0.6);
    EXPECT_LT(median_of(errors), 2.0F);
    EXPECT_LT(static_cast<double>(bad), 0.15 * static_cast<double>(errors.size()));
}

TEST(StereoPhotos, LikeHalvesAreRecognised) {
    auto const photos = test::models_dir().parent_path() / "photos";
    SKIP_WITHOUT(photos / "motorcycle_right.png");
    auto const left = load_image(photos / "motorcycle_left.png").image;
    auto const right = load_image(photos / "motorcycle_right.png").image;
    Image both{2 * left.width, left.height, {}};
    for (int y = 0; y < left.height; ++y) {
        both.rgb.insert(both.rgb.end(), left.pixel(0, y), left.pixel(0, y) + 3 * left.width);
        both.rgb.insert(both.rgb.end(), right.pixel(0, y), right.pixel(0, y) + 3 * left.width);
    }
    EXPECT_TRUE(has_like_halves(both));
    EXPECT_EQ(halves_of(both).first.rgb, left.rgb);
    EXPECT_EQ(halves_of(both).second.rgb, right.rgb);
    EXPECT_FALSE(has_like_halves(left)) << "not wide";
    for (auto const* name : {"coffee", "chelsea", "astronaut", "motorcycle_left"}) {
        auto const photo = load_image(photos / (std::string(name) + ".png")).image;
        Image wide{photo.width, photo.width / 3, photo.rgb};
        wide.rgb.resize(3 * static_cast<std::size_t>(wide.width) * static_cast<std::size_t>(wide.height));
        EXPECT_FALSE(has_like_halves(wide)) << name;
    }
    EXPECT_FALSE(has_like_halves({300, 100, Bytes(90000, 77)})) << "nothing to tell halves by";
}

TEST(StereoPhotos, MpoPairIsFoundWithItsBaseline) {
    auto const left = test::encode_jpeg({.width = 32, .height = 16}, test::gradient(32, 16).rgb);
    auto const right = test::encode_jpeg({.width = 16, .height = 16}, test::gradient(16, 16).rgb);
    auto const file = test::mpo(left, right, {});
    auto const pair = find_mpo_pair(file);
    ASSERT_TRUE(pair);
    EXPECT_EQ(decode_image(pair->left, "left").image.width, 32);
    EXPECT_EQ(decode_image(pair->right, "right").image.width, 16);
    EXPECT_NEAR(pair->baseline_m.value_or(0), 0.075, 1e-6);
    EXPECT_FALSE(find_mpo_pair(left));
    EXPECT_FALSE(find_mpo_pair(test::mpo(left, right, {.second_type = 0x010001}))) << "a large thumbnail";
    for (std::size_t length = 0; length < file.size(); ++length) { // never beyond the end
        if (auto const cut = find_mpo_pair(std::span(file).first(length))) {
            EXPECT_LE(cut->left.data() + cut->left.size(), file.data() + length);
            EXPECT_LE(cut->right.data() + cut->right.size(), file.data() + length);
        }
    }
    for (std::size_t i = 0; i < 200; ++i) { // any change is survived
        auto broken = file;
        broken[splitmix64(5, 2 * i) % 200] = static_cast<std::uint8_t>(splitmix64(5, 2 * i + 1));
        find_mpo_pair(broken);
    }
}

} // namespace
} // namespace echollama
