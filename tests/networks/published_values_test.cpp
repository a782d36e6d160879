// The numbers that transformers' own tests expect of the published checkpoints (test_modeling_detr.py,
// test_modeling_dpt_hybrid.py; COCO val2017 000000039769, two cats). They run where the models folder
// (ECHOLLAMA_MODELS) holds the converted files in F32 and the picture, and skip with their reason elsewhere.
#include "media/picture/image_io.h"
#include "networks/detr.h"
#include "networks/midas.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <cmath>

namespace echollama::test {
namespace {

std::filesystem::path two_cats() {
    return models_dir() / "000000039769.jpg";
}

// The published numbers have four decimals and are compared there with this absolute and relative tolerance.
void expect_near(double got, double published, double tolerance) {
    EXPECT_NEAR(got, published, tolerance * (1 + std::abs(published)));
}

TEST(PublishedValues, DetrFindsTheTwoCats) {
    SKIP_WITHOUT(models_dir() / "detr-f32.gguf");
    SKIP_WITHOUT(two_cats());
    constexpr double tolerance = 2e-4;
    Detr net(models_dir() / "detr-f32.gguf", 2, nn::cpu_device, true);
    auto picture = load_image(two_cats()).image;
    ASSERT_EQ(std::pair(picture.width, picture.height), std::pair(640, 480)) << two_cats();
    auto input = detr_input(picture, net.params());
    auto output = net.run(std::span(&input, 1)).at(0);
    auto decoded = net.graph().read("decoder.norm");
    ASSERT_EQ(output.classes, 92);
    auto const width = decoded.size() / static_cast<std::size_t>(output.queries);
    float const states[3][3] = {
        {0.0616F, -0.5146F, -0.4032F}, {-0.7629F, -0.4934F, -1.7153F}, {-0.4768F, -0.6403F, -0.7826F}};
    float const logits[3][3] = {
        {-19.1194F, -0.0893F, -11.0154F}, {-17.3640F, -1.8035F, -14.0219F}, {-20.0461F, -0.5837F, -11.1060F}};
    float const boxes[3][3] = {{0.4433F, 0.5302F, 0.8852F}, {0.5494F, 0.2517F, 0.0529F}, {0.4998F, 0.5360F, 0.9955F}};
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t k = 0; k < 3; ++k) {
            expect_near(decoded[i * width + k], states[i][k], tolerance);
            expect_near(output.logits[i * 92 + k], logits[i][k], tolerance);
            expect_near(output.boxes[i * 4 + k], boxes[i][k], tolerance);
        }
    }
    struct Expected {
        int id;
        char const* label;
        double score, box[4];
        double rounding; // of the published box
    };
    std::vector<Expected> expected{{75, "remote", 0.9982, {40.1615, 70.8090, 175.5476, 117.9810}, 0},
                                   {75, "remote", 0.9960, {333.24, 72.55, 368.33, 187.66}, 0.005},
                                   {63, "couch", 0.9955, {-0.02, 1.15, 639.73, 473.76}, 0.005},
                                   {17, "cat", 0.9988, {13.24, 52.05, 314.02, 470.93}, 0.005},
                                   {17, "cat", 0.9987, {345.4, 23.85, 640.37, 368.72}, 0.005}};
    for (float threshold : {0.3F, 0.9F}) {
        auto found = detr_decode(output, net.params().labels, threshold, picture.width, picture.height);
        ASSERT_EQ(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
            auto const& d = found[i].detection;
            EXPECT_EQ(d.label_id, expected[i].id);
            EXPECT_EQ(d.label, expected[i].label);
            expect_near(d.score, expected[i].score, tolerance);
            double const got[] = {d.box.x0, d.box.y0, d.box.x1, d.box.y1};
            for (std::size_t k = 0; k < 4; ++k) {
                double const published = expected[i].box[k];
                EXPECT_NEAR(got[k], published, expected[i].rounding + tolerance * (1 + std::abs(published)));
            }
        }
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
            EXPECT_NEAR(depth[y * 384 + x] / 100, expected[y][x], 1e-4 + 1e-5 * expected[y][x]);
        }
    }
}

} // namespace
} // namespace echollama::test
