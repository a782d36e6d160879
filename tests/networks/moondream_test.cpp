#include "base/error.h"
#include "media/picture/resize.h"
#include "networks/moondream_vision.h"
#include "nn/cpu/gelu.h"
#include "support/moondream.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace echollama::test {
namespace {

std::filesystem::path vision(std::filesystem::path const& text) {
    return convert::moondream_vision_path(text);
}

// Channel-last → PyTorch's order, values back to bytes.
std::vector<int> planar_bytes(std::vector<float> const& picture) {
    std::vector<int> bytes;
    auto pixels = picture.size() / 3;
    for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t i = 0; i < pixels; ++i) {
            bytes.push_back(static_cast<int>(std::lround((picture[3 * i + c] * 0.5F + 0.5F) * 255)));
        }
    }
    return bytes;
}

TEST(MoondreamPictures, SizesFollowTheOriginalRuleWithItsSlip) {
    struct Case {
        int width, height;
        PictureSize size;
    };
    for (auto const& c : {Case{640, 480, {378, 378}},
                          {640, 427, {378, 378}},
                          {640, 426, {756, 378}},
                          {480, 640, {378, 378}},
                          {427, 640, {378, 756}},
                          {640, 640, {756, 756}},
                          {1024, 768, {756, 756}},
                          {300, 168, {378, 378}},
                          {511, 100, {378, 378}}}) {
        EXPECT_EQ(moondream_tiled_size(c.width, c.height, 378), c.size) << c.width << "x" << c.height;
    }
}

TEST(MoondreamPictures, SquashedAndTiledPixelsEqualPillows) {
    MoondreamNumbers numbers;
    for (std::string const name : {"small", "wide", "tall", "square", "slip"}) {
        auto image = moondream_picture(name);
        auto size = moondream_tiled_size(image.width, image.height, 378);
        auto resized = resize_bicubic(image, size.width, size.height);
        auto expected = numbers.integers(name + ".pixels");
        auto plane = resized.rgb.size() / 3;
        for (std::size_t i = 0; i < expected.size(); ++i) {
            auto at = i * 499;
            ASSERT_EQ(resized.rgb[at % plane * 3 + at / plane], expected[i]) << name << " " << i;
        }
    }
}

TEST(MoondreamPictures, OverlappingCropsEqualTheOriginals) {
    MoondreamNumbers numbers;
    for (auto [name, tiling] : {std::pair{"small", Tiling{1, 1}}, {"wide", Tiling{2, 4}}, {"square", Tiling{3, 3}}}) {
        auto cut = cut_picture(moondream_picture(name), MoondreamCrops::overlap, 378, 14);
        EXPECT_EQ((Tiling{cut.rows, cut.columns}), tiling);
        std::vector<int> all;
        for (auto const& picture : cut.pictures) {
            auto bytes = planar_bytes(picture);
            all.insert(all.end(), bytes.begin(), bytes.end());
        }
        if (cut.pictures.size() == 1) { // the original has the whole picture twice
            std::vector<int> const once = all;
            all.insert(all.end(), once.begin(), once.end());
        }
        auto expected = numbers.integers(std::string("2025.") + name + ".pixels");
        for (std::size_t i = 0; i < expected.size(); ++i) {
            ASSERT_EQ(all.at(i * 1999), expected[i]) << name << " " << i;
        }
    }
}

TEST(MoondreamPictures, AnySizeIsCutIntoTwelvePartsAtMost) {
    for (int width : {1, 20, 377, 378, 379, 700, 1500, 6000, 12000}) {
        for (int height : {1, 300, 400, 900, 9000}) {
            auto tiling = moondream_tiling(width - 112, height - 112, 266, 12);
            EXPECT_GE(std::min(tiling.rows, tiling.columns), 1);
            EXPECT_LE(tiling.rows * tiling.columns, 12) << width << "x" << height;
        }
    }
}

TEST(MoondreamPictures, JoiningConstantMapsKeepsThem) {
    std::vector<std::vector<float>> parts(6, std::vector<float>(27 * 27 * 2));
    for (auto& part : parts) {
        for (std::size_t i = 0; i < part.size(); ++i) {
            part[i] = i % 2 ? 3.0F : -1.0F;
        }
    }
    for (auto how : {MoondreamCrops::tiles, MoondreamCrops::overlap}) {
        auto joined = join_features(parts, how, how == MoondreamCrops::tiles ? 2 : 3,
                                    how == MoondreamCrops::tiles ? 1 : 2, 27, 2);
        EXPECT_EQ(joined, parts[0]);
    }
}

TEST(Gelu, EqualsTheFormula) {
    std::vector<float> x, y;
    for (float v = -12; v < 12; v += 0.003F) {
        x.push_back(v);
    }
    x.insert(x.end(), {0, -0.0F, 1e-30F, -1e-30F, 1000, -1000});
    y.resize(x.size());
    nn::gelu_tanh(x.data(), y.data(), x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        double v = static_cast<double>(x[i]);
        double expected = 0.5 * v * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (v + 0.044715 * v * v * v)));
        ASSERT_NEAR(static_cast<double>(y[i]), expected, 4e-7 * std::max(1.0, std::abs(v))) << v;
    }
}

TEST(MoondreamVision, EqualsTheOriginal) {
    TempDir dir;
    MoondreamNumbers numbers;
    MoondreamVision net(vision(tiny_moondream(dir.path(), MoondreamAge::may_2024)), 2, nn::cpu_device, true);
    EXPECT_EQ(net.revision(), "2024-05");
    EXPECT_EQ(net.rows(), 729);
    for (std::string const name : {"small", "wide", "tall", "square", "slip"}) {
        auto image = moondream_picture(name);
        EXPECT_EQ(numbers.compare(name + ".embeddings", net.embed(image)), "");
        if (name == "small" || name == "square") { // the taps of the whole picture
            auto features = net.encode(cut_picture(image, MoondreamCrops::tiles, 378, 14).pictures[0]);
            for (int i = 0; i < 3; ++i) {
                auto tap = "hidden." + std::to_string(i);
                EXPECT_EQ(numbers.compare(name + "." + tap, net.graph().read(tap)), "");
            }
            EXPECT_EQ(numbers.compare(name + ".hidden.3", features), "");
        }
    }
}

TEST(MoondreamVision, EqualsTheOriginalUntilMay2024) {
    TempDir dir;
    MoondreamVision net(vision(tiny_moondream(dir.path(), MoondreamAge::march_2024)), 2);
    EXPECT_EQ(net.revision(), "2024-03");
    EXPECT_EQ(MoondreamNumbers().compare("narrow.embeddings", net.embed(moondream_picture("wide"))), "");
}

TEST(MoondreamVision, EqualsTheOriginalOf2025) {
    TempDir dir;
    MoondreamNumbers numbers;
    MoondreamVision net(vision(tiny_moondream(dir.path(), MoondreamAge::january_2025)), 2);
    EXPECT_EQ(net.revision(), "2025-01");
    for (std::string const name : {"small", "wide", "square"}) {
        EXPECT_EQ(numbers.compare("2025." + name + ".embeddings", net.embed(moondream_picture(name))), "");
    }
}

// As on a GPU; there GELU is ggml's, which on this device rounds to F16.
TEST(MoondreamVision, GgmlsOwnOperationsGiveNearlyTheSame) {
    TempDir dir;
    auto file = vision(tiny_moondream(dir.path(), MoondreamAge::may_2024));
    MoondreamVision fast(file, 2), plain(file, 2, devices().back());
    auto image = moondream_picture("wide");
    EXPECT_LT(deviation(plain.embed(image), fast.embed(image)).rel_l2, slack() * 1e-3);
}

TEST(MoondreamVision, AStopIsHeardBetweenCrops) {
    TempDir dir;
    MoondreamVision net(vision(tiny_moondream(dir.path(), MoondreamAge::may_2024)), 2);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THROW(net.embed(moondream_picture("square"), stop.get_token()), Cancelled);
}

TEST(MoondreamVision, OtherFilesAreRefused) {
    TempDir dir;
    auto text = tiny_moondream(dir.path(), MoondreamAge::may_2024);
    EXPECT_THROW(MoondreamVision(text, 1), Error);
    EXPECT_THROW(MoondreamVision(dir / "none.gguf", 1), Error);
}

} // namespace
} // namespace echollama::test
