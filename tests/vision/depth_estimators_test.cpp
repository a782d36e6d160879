// Which depth network is found, named and told apart.
#include "formats/gguf_writer.h"
#include "support/support.h"
#include "vision/depth_estimators.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>

namespace echollama {
namespace {

TEST(DepthEstimators, TheBestInstalledOneIsFound) {
    test::TempDir models;
    EXPECT_TRUE(installed_depth_model(models.path()).empty());
    std::ofstream(models / "midas-small.gguf") << "x";
    EXPECT_EQ(installed_depth_model(models.path()), models / "midas-small.gguf");
    std::ofstream(preferred_depth_model(models.path())) << "x";
    EXPECT_EQ(installed_depth_model(models.path()), preferred_depth_model(models.path()));
}

TEST(DepthEstimators, AnotherKindOfModelIsRefusedWithWhatIsNeeded) {
    test::TempDir folder;
    convert::GgufWriter writer("detr");
    std::array<float, 4> const values{1, 2, 3, 4};
    writer.add("numbers", {4}, values, convert::WeightType::f32);
    writer.write(folder / "detr.gguf");
    try {
        make_depth_estimator(folder / "detr.gguf", 1);
        FAIL() << "a detector was taken for a depth network";
    } catch (Error const& error) {
        EXPECT_NE(std::string(error.what()).find("'detr'"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find(depth_model_titles()), std::string::npos) << error.what();
    }
    std::ofstream(folder / "none.gguf") << "no model";
    EXPECT_THROW(make_depth_estimator(folder / "none.gguf", 1), Error);
    EXPECT_THROW(make_depth_estimator(folder / "absent.gguf", 1), Error);
}

} // namespace
} // namespace echollama
