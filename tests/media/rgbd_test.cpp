#include "base/error.h"
#include "media/image_io.h"
#include "media/rgbd.h"
#include "support/support.h"

#include <algorithm>
#include <fstream>

namespace echollama {
namespace {

float median(DepthMap const& depth, int x0, int y0, int x1, int y1) {
    std::vector<float> values;
    for (int y = y0; y < y1; ++y) {
        for (int x = x0; x < x1; ++x) {
            if (auto z = depth.values[static_cast<std::size_t>(y * depth.width + x)]; z > 0) {
                values.push_back(z);
            }
        }
    }
    EXPECT_FALSE(values.empty());
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

TEST(Rgbd, SamplesAreReadInMetres) {
    SKIP_WITHOUT(test::sample("rgbd"));
    auto const tum = load_rgbd(test::sample("rgbd/tum_color.png"), test::sample("rgbd/tum_depth.png"));
    // Medians of the raw values, computed in Python: 12075 at 5000 a metre, 1861 at 1000 a metre.
    EXPECT_NEAR(median(*tum.depth, 0, 0, 640, 480), 12075 / 5000.0, 0.001);
    auto const redwood = load_rgbd(test::sample("rgbd/redwood_color.jpg"), test::sample("rgbd/redwood_depth.png"));
    EXPECT_NEAR(median(*redwood.depth, 0, 0, 640, 480), 1861 / 1000.0, 0.001);
    EXPECT_EQ(redwood.depth->kind, DepthKind::metres);
    EXPECT_TRUE(tum.camera.assumed);
    EXPECT_EQ(tum.camera.fx, 525);
    auto const camera = load_camera_json(test::sample("rgbd/camera_primesense.json"), 1280, 960);
    EXPECT_EQ(camera.fx, 1050);
    EXPECT_FALSE(camera.assumed);
    RgbdOptions given;
    given.units_per_metre = 2500;
    auto const twice = load_rgbd(test::sample("rgbd/tum_color.png"), test::sample("rgbd/tum_depth.png"), given);
    EXPECT_NEAR(median(*twice.depth, 0, 0, 640, 480), 12075 / 2500.0, 0.001);
}

TEST(Rgbd, WrittenDepthIsReadBack) {
    test::TempDir dir;
    Image const image{3, 2, std::vector<std::uint8_t>(18, 100)};
    save_png(dir / "color.png", image);
    std::vector<std::uint16_t> const raw{0, 1001, 1002, 2003, 65535, 999};
    save_png16(dir / "depth.png", 3, 2, raw);
    EXPECT_EQ(load_png16(dir / "depth.png").values, raw);
    auto const view = load_rgbd(dir / "color.png", dir / "depth.png");
    EXPECT_EQ(view.image.rgb, image.rgb);
    EXPECT_EQ(view.depth->values, (std::vector<float>{0, 1.001F, 1.002F, 2.003F, 65.535F, 0.999F}));
}

TEST(Rgbd, BadInputIsOneSentence) {
    test::TempDir dir;
    Image const image{3, 2, std::vector<std::uint8_t>(18, 100)};
    save_png(dir / "color.png", image);
    auto refuses = [&](std::filesystem::path const& depth, RgbdOptions const& options = {}) {
        EXPECT_THROW(load_rgbd(dir / "color.png", depth, options), Error) << depth;
    };
    save_png16(dir / "wide.png", 6, 1, std::vector<std::uint16_t>(6, 1001));
    refuses(dir / "wide.png");
    save_png16(dir / "zero.png", 3, 2, std::vector<std::uint16_t>(6, 0));
    refuses(dir / "zero.png");
    save_png16(dir / "far.png", 3, 2, std::vector<std::uint16_t>(6, 50001));
    refuses(dir / "far.png");
    refuses(dir / "color.png"); // 8 bits, colour
    refuses(dir / "missing.png");
    refuses(dir.path());
    save_png16(dir / "depth.png", 3, 2, std::vector<std::uint16_t>(6, 1001));
    RgbdOptions negative;
    negative.units_per_metre = -1;
    refuses(dir / "depth.png", negative);
    auto const size = std::filesystem::file_size(dir / "depth.png");
    for (auto length : {size - 1, size / 2, std::uintmax_t{8}, std::uintmax_t{0}}) {
        std::filesystem::copy_file(dir / "depth.png", dir / "cut.png",
                                   std::filesystem::copy_options::overwrite_existing);
        std::filesystem::resize_file(dir / "cut.png", length);
        refuses(dir / "cut.png");
    }
    for (auto const* text : {"", "{}", "[1]", R"({"width":0,"height":1,"intrinsic_matrix":[1,0,0,0,1,0,0,0,1]})"}) {
        std::ofstream(dir / "camera.json") << text;
        EXPECT_THROW(load_camera_json(dir / "camera.json", 640, 480), Error) << text;
    }
}

} // namespace
} // namespace echollama
