// CenterNet on ggml against the original graph in TensorFlow.js (tests/tools/centernet_reference.mjs).
#include "media/picture/image_io.h"
#include "networks/centernet.h"
#include "support/devices.h"
#include "support/reference_samples.h"

namespace echollama {
namespace {

void expect_equal(CenterNet& net, std::string const& input, std::vector<float> const& values) {
    auto expected = test::reference_samples("centernet_tfjs.tsv", input);
    ASSERT_EQ(expected.size(), 22U); // the reference file is complete
    auto output = net.run(values);
    auto const slack = static_cast<float>(test::slack());
    EXPECT_LT(test::largest_difference(output.heat, expected.at("heat")), 1e-4F * slack);
    EXPECT_LT(test::largest_difference(output.sides, expected.at("sides")), 1e-2F * slack); // of up to 300 pixels
    expected.erase("heat");
    expected.erase("sides");
    expected.erase("detections");
    for (auto const& [tap, reference] : expected) {
        EXPECT_LT(test::largest_difference(net.tap(tap), reference), 1e-4F * slack * reference.largest) << tap;
    }
}

class CenterNetParity : public ::testing::Test {
  protected:
    void SetUp() override { SKIP_WITHOUT(test::models_dir() / "centernet.gguf"); }
};

TEST_F(CenterNetParity, EveryPartEqualsTensorFlowJsOnNoise) {
    for (auto const& device : test::devices()) {
        CenterNet net(test::models_dir() / "centernet.gguf", 2, device, true);
        expect_equal(net, "noise", test::noise_pixels(512 * 512 * 3));
    }
}

TEST_F(CenterNetParity, EveryPartEqualsTensorFlowJsOnAPhoto) {
    auto photo = test::golden("images/astronaut.png");
    SKIP_WITHOUT(photo);
    CenterNet net(test::models_dir() / "centernet.gguf", 2, nn::cpu_device, true);
    expect_equal(net, "astronaut", centernet_input(load_image(photo).image, 512));
}

} // namespace
} // namespace echollama
