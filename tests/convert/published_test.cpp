#include "base/error.h"
#include "convert/detr.h"
#include "convert/published.h"
#include "support/synthetic.h"

#include <filesystem>
#include <fstream>

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

using Labels = std::vector<std::string>;

// Of a DETR with so many classes, "no object" among them, and this config.json beside it; empty: none.
Labels labels_of(std::int64_t classes, std::string const& config, std::string const& name = "class_labels_classifier") {
    TempDir dir;
    write_safetensors(dir / "model.safetensors", {{name + ".weight", {classes, 2}, [classes] {
                                                       return std::vector<float>(static_cast<std::size_t>(2 * classes));
                                                   }}});
    if (!config.empty()) {
        std::ofstream(dir / "config.json") << config;
    }
    return convert::detr_labels(convert::open_checkpoint(dir / "model.safetensors"));
}

TEST(DetrLabels, AreThoseOfItsConfiguration) {
    EXPECT_EQ(labels_of(4, R"({"id2label": {"0": "door", "1": "keys", "2": "stairs"}})"),
              (Labels{"door", "keys", "stairs", "no object"}));
    EXPECT_EQ(labels_of(4, R"({"id2label": {"2": "stairs", "0": "door"}, "num_labels": 3})", "class_embed"),
              (Labels{"door", "N/A", "stairs", "no object"}));
}

TEST(DetrLabels, AreCocosWhereNothingElseIsSaid) {
    for (char const* config : {"", "{}", R"({"id2label": {"0": "NEGATIVE", "1": "POSITIVE"}})", R"({"id2label": 7})"}) {
        auto const labels = labels_of(92, config);
        ASSERT_EQ(labels.size(), 92U) << config;
        EXPECT_EQ(labels[1], "person") << config;
        EXPECT_EQ(labels[91], "no object") << config;
    }
}

TEST(DetrLabels, AreAskedForWhereTheyAreNotKnown) {
    for (char const* config : {"", "{}", R"({"id2label": {"0": "door"}})", R"({"id2label": {"0": "door", "3": "key"}})",
                               R"({"id2label": {"0": "door", "1": 5, "2": "key"}})",
                               R"({"id2label": {"0": "door", "one": "x", "2": "key"}})"}) {
        try {
            labels_of(4, config);
            ADD_FAILURE() << config;
        } catch (Error const& error) {
            EXPECT_NE(std::string(error.what()).find("config.json"), std::string::npos) << error.what();
        }
    }
    EXPECT_THROW(labels_of(1, ""), Error);
}

} // namespace
} // namespace echollama::test
