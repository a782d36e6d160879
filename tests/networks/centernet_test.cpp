// CenterNet on ggml against the original graph in TensorFlow.js (tests/tools/centernet_reference.mjs).
#include "base/counter_rng.h"
#include "base/error.h"
#include "media/picture/image_io.h"
#include "networks/centernet.h"
#include "support/support.h"

#include <cmath>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>
#include <thread>

namespace echollama {
namespace {

struct Reference {
    std::size_t stride = 1;
    float largest = 0;
    std::size_t largest_at = 0;
    std::vector<float> samples;
};

// Tap name → numbers, of one input.
std::map<std::string, Reference> references(std::string const& input) {
    std::ifstream file(test::data("centernet_tfjs.tsv"));
    std::map<std::string, Reference> found;
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::string name, tap, shape, sum;
        Reference reference;
        fields >> name >> tap >> shape >> reference.stride >> reference.largest >> reference.largest_at >> sum;
        for (float value; fields >> value;) {
            reference.samples.push_back(value);
        }
        if (name == input) {
            found[tap] = reference;
        }
    }
    return found;
}

std::vector<float> noise_input() {
    std::vector<float> values(512 * 512 * 3);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = std::floor(uniform(fnv1a64("input"), i) * 256);
    }
    return values;
}

float largest_difference(std::vector<float> const& all, Reference const& reference) {
    if ((all.size() + reference.stride - 1) / reference.stride != reference.samples.size()) {
        return INFINITY;
    }
    float worst = std::abs(all.at(reference.largest_at) - reference.largest);
    for (std::size_t i = 0; i < reference.samples.size(); ++i) {
        worst = std::max(worst, std::abs(all[i * reference.stride] - reference.samples[i]));
    }
    return worst;
}

void expect_equal(CenterNet& net, std::string const& input, std::vector<float> const& values) {
    auto expected = references(input);
    ASSERT_EQ(expected.size(), 22U); // the reference file is complete
    auto output = net.run(values);
    EXPECT_LT(largest_difference(output.heat, expected.at("heat")), 1e-4F);
    EXPECT_LT(largest_difference(output.sides, expected.at("sides")), 1e-2F); // of up to 300 pixels
    expected.erase("heat");
    expected.erase("sides");
    expected.erase("detections");
    for (auto const& [tap, reference] : expected) {
        EXPECT_LT(largest_difference(net.tap(tap), reference), 1e-4F * reference.largest) << tap;
    }
}

class CenterNetParity : public ::testing::Test {
  protected:
    void SetUp() override { SKIP_WITHOUT(test::models_dir() / "centernet.gguf"); }
};

TEST_F(CenterNetParity, EveryPartEqualsTensorFlowJsOnNoise) {
    CenterNet net(test::models_dir() / "centernet.gguf", 2, true);
    expect_equal(net, "noise", noise_input());
}

TEST_F(CenterNetParity, EveryPartEqualsTensorFlowJsOnAPhoto) {
    auto photo = test::golden("images/astronaut.png");
    SKIP_WITHOUT(photo);
    CenterNet net(test::models_dir() / "centernet.gguf", 2, true);
    expect_equal(net, "astronaut", centernet_input(load_image(photo).image, 512));
}

} // namespace
} // namespace echollama
