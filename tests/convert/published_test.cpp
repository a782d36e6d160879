#include "base/error.h"
#include "convert/published.h"
#include "support/synthetic.h"

#include <filesystem>

namespace echollama::test {
namespace {

TEST(Published, MidasSmallIsRecognisedAndHalvesInF16) {
    SKIP_WITHOUT(golden("midas-small/weights.tsv"));
    TempDir dir;
    write_torch_zip(dir / "midas.pt", synthetic_weights(golden("midas-small/weights.tsv")));
    EXPECT_EQ(convert::convert_published(dir / "midas.pt", dir / "f32.gguf", convert::WeightType::f32),
              "MiDaS v2.1 small");
    convert::convert_published(dir / "midas.pt", dir / "f16.gguf", convert::WeightType::f16);
    auto whole = std::filesystem::file_size(dir / "f32.gguf"), half = std::filesystem::file_size(dir / "f16.gguf");
    EXPECT_LT(half, whole * 6 / 10);
    EXPECT_GT(half, whole * 4 / 10);
}

TEST(Published, OtherNetworksAreRefusedAndNothingIsWritten) {
    TempDir dir;
    write_safetensors(dir / "other.safetensors", {{"encoder.weight", {2, 2}, [] { return std::vector<float>(4); }}});
    EXPECT_THROW(convert::convert_published(dir / "other.safetensors", dir / "out.gguf", convert::WeightType::f32),
                 Error);
    EXPECT_FALSE(std::filesystem::exists(dir / "out.gguf"));
}

TEST(Published, AMissingTensorIsNamed) {
    TempDir dir;
    write_safetensors(dir / "detr.safetensors",
                      {{"class_labels_classifier.weight", {92, 256}, [] { return std::vector<float>(92 * 256); }},
                       {"model.input_projection.weight", {1}, [] { return std::vector<float>(1); }}});
    try {
        convert::convert_published(dir / "detr.safetensors", dir / "out.gguf", convert::WeightType::f32);
        ADD_FAILURE() << "converted";
    } catch (Error const& error) {
        EXPECT_NE(std::string(error.what()).find("model.backbone.conv_encoder.model.conv1.weight"), std::string::npos)
            << error.what();
    }
    EXPECT_FALSE(std::filesystem::exists(dir / "out.gguf"));
}

} // namespace
} // namespace echollama::test
