// The numbers that transformers' own tests expect of the published checkpoints (test_modeling_detr.py,
// test_modeling_dpt_hybrid.py; COCO val2017 000000039769, two cats). They run where the models folder
// (ECHOLLAMA_MODELS) holds the converted files in F32 and the picture, and skip with their reason elsewhere.
#include "media/image_io.h"
#include "models/detr.h"
#include "models/midas.h"
#include "support/support.h"

#include <gtest/gtest.h>

namespace echollama::test {
namespace {

std::filesystem::path two_cats() {
    return models_dir() / "000000039769.jpg";
}

TEST(PublishedValues, DetrFindsTheTwoCats) {
    SKIP_WITHOUT(models_dir() / "detr-f32.gguf");
    SKIP_WITHOUT(two_cats());
    Detr net(models_dir() / "detr-f32.gguf", 2);
    auto picture = load_image(two_cats()).image;
    auto input = detr_input(picture, net.params());
    auto output = net.run(std::span(&input, 1)).at(0);
    float const logits[3][3] = {
        {-19.1194F, -0.0893F, -11.0154F}, {-17.3640F, -1.8035F, -14.0219F}, {-20.0461F, -0.5837F, -11.1060F}};
    float const boxes[3][3] = {{0.4433F, 0.5302F, 0.8852F}, {0.5494F, 0.2517F, 0.0529F}, {0.4998F, 0.5360F, 0.9955F}};
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t k = 0; k < 3; ++k) {
            EXPECT_NEAR(output.logits[i * 92 + k], logits[i][k], 5e-3);
            EXPECT_NEAR(output.boxes[i * 4 + k], boxes[i][k], 5e-4);
        }
    }
    struct Expected {
        char const* label;
        float box[4];
    };
    std::vector<Expected> expected{{"remote", {40.16F, 70.81F, 175.55F, 117.98F}},
                                   {"remote", {333.24F, 72.55F, 368.33F, 187.66F}},
                                   {"couch", {-0.02F, 1.15F, 639.73F, 473.76F}},
                                   {"cat", {13.24F, 52.05F, 314.02F, 470.93F}},
                                   {"cat", {345.4F, 23.85F, 640.37F, 368.72F}}};
    auto found = detr_decode(output, net.params().labels, 0.9F, picture.width, picture.height);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        auto const& d = found[i].detection;
        EXPECT_EQ(d.label, expected[i].label);
        EXPECT_NEAR(d.box.x0, expected[i].box[0], 0.1);
        EXPECT_NEAR(d.box.y0, expected[i].box[1], 0.1);
        EXPECT_NEAR(d.box.x1, expected[i].box[2], 0.1);
        EXPECT_NEAR(d.box.y1, expected[i].box[3], 0.1);
    }
}

TEST(PublishedValues, DptHybridGivesTheDepthOfTheTwoCats) {
    SKIP_WITHOUT(models_dir() / "dpt-hybrid-f32.gguf");
    SKIP_WITHOUT(two_cats());
    Midas net(models_dir() / "dpt-hybrid-f32.gguf", 2);
    auto input = midas_input(load_image(two_cats()).image, net.params(), DptRecipe::hugging_face);
    auto depth = net.run(std::span(&input, 1)).at(0);
    ASSERT_EQ(depth.size(), 384U * 384U);
    float const expected[3][3] = {
        {5.6437F, 5.6146F, 5.6511F}, {5.4371F, 5.5649F, 5.5958F}, {5.5215F, 5.5184F, 5.5293F}};
    for (std::size_t y = 0; y < 3; ++y) {
        for (std::size_t x = 0; x < 3; ++x) {
            EXPECT_NEAR(depth[y * 384 + x] / 100, expected[y][x], 1e-3);
        }
    }
}

} // namespace
} // namespace echollama::test
