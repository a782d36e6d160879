// NanoDet on ggml against the original graph in TensorFlow.js (tests/tools/nanodet_reference.mjs).
#include "convert/nanodet.h"
#include "media/picture/image_io.h"
#include "media/picture/resize.h"
#include "networks/nanodet.h"
#include "support/devices.h"
#include "support/reference_samples.h"
#include "support/tiny_networks.h"

namespace echollama {
namespace {

using test::largest_difference;

// What the original graph gives from the cells' logits: probabilities of labels, and the logits of the sides.
struct OriginalOutputs {
    std::vector<float> scores, boxes;
};

OriginalOutputs as_original(std::vector<float> const& cells, NanoDetParams const& params) {
    auto const labels = params.labels.size(), numbers = labels + 4 * static_cast<std::size_t>(params.bins);
    OriginalOutputs outputs;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i % numbers < labels) {
            outputs.scores.push_back(1 / (1 + std::exp(-cells[i])));
        } else {
            outputs.boxes.push_back(cells[i]);
        }
    }
    return outputs;
}

void expect_equal(NanoDet& net, std::string const& input, std::vector<float> pixels) {
    auto expected = test::reference_samples("nanodet_tfjs.tsv", input);
    ASSERT_EQ(expected.size(), 14U); // the reference file is complete
    int const size = net.params().input_size;
    normalise(pixels, net.params().mean, net.params().std);
    auto const output = net.run({size, size, std::move(pixels)});
    for (std::size_t i = 0; i < 3; ++i) {
        std::string const level = std::to_string(i);
        auto const original = as_original(output[i], net.params());
        EXPECT_LT(largest_difference(original.scores, expected.at("scores." + level)),
                  1e-3F * static_cast<float>(test::slack()))
            << level;
        EXPECT_LT(largest_difference(original.boxes, expected.at("boxes." + level)),
                  1e-3F * static_cast<float>(test::slack()))
            << level;
        expected.erase("scores." + level);
        expected.erase("boxes." + level);
    }
    for (auto const& [tap, reference] : expected) {
        EXPECT_LT(largest_difference(net.tap(tap), reference), 1e-3F * static_cast<float>(test::slack())) << tap;
    }
}

// The published weights as float32, from the package that the installed model was made from.
class NanoDetParity : public ::testing::Test {
  protected:
    void SetUp() override {
        auto const package = test::models_dir().parent_path() / "packages" / "nanodet-1.8.5" / "models";
        SKIP_WITHOUT(package / "nanodet.json");
        convert::convert_nanodet(package / "nanodet.json", package / "nanodet.bin", file(), convert::WeightType::f32);
    }
    std::filesystem::path file() const { return dir_ / "nanodet.gguf"; }

  private:
    test::TempDir dir_;
};

TEST_F(NanoDetParity, EveryPartEqualsTensorFlowJsOnNoise) {
    for (auto const& device : test::devices()) {
        NanoDet net(file(), 2, device, true);
        expect_equal(net, "noise", test::noise_pixels(416 * 416 * 3));
    }
}

TEST_F(NanoDetParity, EveryPartEqualsTensorFlowJsOnAPhoto) {
    auto photo = test::golden("images/astronaut.png");
    SKIP_WITHOUT(photo);
    auto const square = resize_bilinear(load_image(photo).image, 416, 416);
    NanoDet net(file(), 2, nn::cpu_device, true);
    expect_equal(net, "astronaut", {square.rgb.begin(), square.rgb.end()});
}

// One cell says "dog" with a box of known sides: it must come back where it was in the picture.
TEST(NanoDetDecode, BoxesLandWhereTheyWereInThePicture) {
    NanoDetParams params;
    params.strides = {8, 16, 32};
    params.bins = 3;
    params.input_size = 64;
    params.labels = {"cat", "dog"};
    constexpr std::size_t numbers = 2 + 4 * 3;
    NanoDet::Output output;
    for (std::size_t cells : {8U, 4U, 2U}) {
        output.emplace_back(cells * cells * numbers, -20.0F);
    }
    float* cell = &output[0][(3 * 8 + 4) * numbers]; // column 4, row 3: its centre is (36, 28) in the square
    cell[1] = 2;
    for (std::size_t side = 0; side < 4; ++side) {
        cell[2 + 3 * side + 2] = 20; // two cells
    }
    // 128 x 64 pixels fill the square's width; 16 rows of black lie above
    auto const found = nanodet_decode(output, params, 0.5F, 128, 64);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].label, "dog");
    EXPECT_NEAR(found[0].score, 0.8808F, 1e-4F);
    EXPECT_NEAR(found[0].box.x0, 2 * (36 - 16), 1e-3F);
    EXPECT_NEAR(found[0].box.x1, 2 * (36 + 16), 1e-3F);
    EXPECT_NEAR(found[0].box.y0, 2 * (28 - 16 - 16), 1e-3F);
    EXPECT_NEAR(found[0].box.y1, 2 * (28 + 16 - 16), 1e-3F);
}

TEST(NanoDetInput, KeepsTheAspectOfEveryPicture) {
    NanoDetParams params;
    params.input_size = 64;
    params.mean = {0, 0, 0};
    params.std = {1, 1, 1};
    for (auto [width, height] : {std::pair{100, 50}, {50, 100}, {33, 33}, {1, 500}, {500, 1}}) {
        Image const white{width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * width * height), 255)};
        auto const input = nanodet_input(white, params);
        auto lit = static_cast<float>(std::count(input.values.begin(), input.values.end(), 255.0F)) / 3;
        float const ratio = static_cast<float>(std::min(width, height)) / static_cast<float>(std::max(width, height));
        EXPECT_NEAR(lit, 64 * std::max(64 * ratio, 1.0F), 33) << width << "x" << height;
    }
}

} // namespace
} // namespace echollama
