// DPT-Hybrid and MiDaS v2.1 small against the numbers of the original code.
#include "base/error.h"
#include "convert/midas.h"
#include "formats/checkpoint.h"
#include "formats/gguf_writer.h"
#include "media/picture/image_io.h"
#include "networks/midas.h"
#include "networks/net_checks.h"
#include "support/devices.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>

namespace echollama::test {
namespace {

using convert::WeightType;

// The golden checkpoint under the names of its first publication; read where tests convert it.
std::filesystem::path write_dpt(TempDir const& dir) {
    write_safetensors(dir / "dpt.safetensors", synthetic_weights(golden("dpt-hybrid/weights.tsv")));
    return dir / "dpt.safetensors";
}

std::filesystem::path write_small(TempDir const& dir) {
    write_torch_zip(dir / "small.pt", synthetic_weights(golden("midas-small/weights.tsv")));
    return dir / "small.pt";
}

std::filesystem::path converted(std::filesystem::path const& checkpoint, WeightType type) {
    auto gguf = checkpoint;
    gguf.replace_extension(".gguf");
    auto file = convert::open_checkpoint(checkpoint);
    (convert::is_midas_small(file) ? convert::convert_midas_small : convert::convert_dpt_hybrid)(file, gguf, type);
    return gguf;
}

bool same_bytes(std::filesystem::path const& a, std::filesystem::path const& b) {
    std::ifstream x(a, std::ios::binary), y(b, std::ios::binary);
    using Bytes = std::istreambuf_iterator<char>;
    return std::equal(Bytes(x), Bytes(), Bytes(y), Bytes());
}

std::vector<float> planar(PictureInput const& input) {
    return to_planar(input.values, 3, input.width, input.height);
}

// The stem's batch norm is folded into its convolution: taken out again.
std::vector<float> before_the_norm(std::vector<float> values) {
    auto part = [](char const* name, float scale, float offset) {
        return values_from_name(std::string("pretrained.layer1.1.") + name, 32, scale, offset);
    };
    auto gamma = part("weight", 0.25F, 2.5F), beta = part("bias", 1, 0.5F), mean = part("running_mean", 0.1F, 0),
         variance = part("running_var", 0.2F, 1);
    auto area = values.size() / 32;
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto c = i / area;
        values[i] = (values[i] - beta[c]) / gamma[c] * std::sqrt(variance[c] + 1e-3F) + mean[c];
    }
    return values;
}

std::vector<float> tap(Midas const& net, std::string const& name) {
    if (name == "stem.conv") {
        return before_the_norm(tap_values(net.graph(), "stem", false));
    }
    return tap_values(net.graph(), name, name.starts_with("vit."));
}

void expect_taps(Midas const& net, Golden const& reference) {
    for (auto const& name : reference.taps()) {
        if (name != "input" && name != "depth.resized") {
            EXPECT_EQ(reference.compare(name, tap(net, name)), "");
        }
    }
}

// The whole way from the photo to the map of its size.
void expect_photo(Midas& net, std::string const& file, DptRecipe recipe) {
    Golden reference(file);
    auto photo = load_image(golden("images/chelsea.png")).image;
    auto input = midas_input(photo, net.params(), recipe);
    EXPECT_EQ(reference.compare("input", planar(input)), "");
    auto depth = net.run(std::span(&input, 1)).at(0);
    expect_taps(net, reference);
    auto map = midas_depth(input, depth, photo.width, photo.height);
    EXPECT_EQ(map.kind, DepthKind::relative_inverse);
    EXPECT_EQ(reference.compare("depth.resized", map.values), "");
}

// The golden numbers of `folder`, from its small input and from the photo, on this processor and as a GPU would
// compute.
void expect_original(std::filesystem::path const& gguf, std::string const& folder, PictureInput const& small,
                     std::vector<std::pair<std::string, DptRecipe>> const& photos) {
    for (auto const& device : devices()) {
        SCOPED_TRACE(device);
        Midas net(gguf, 2, device, true);
        net.run(std::span(&small, 1));
        expect_taps(net, Golden(folder + "/small.safetensors"));
        for (auto const& [file, recipe] : photos) {
            expect_photo(net, folder + "/" + file, recipe);
        }
    }
}

TEST(Midas, DptHybridEqualsTheOriginalFromBothNamings) {
    SKIP_WITHOUT(golden("dpt-hybrid/weights.tsv"));
    TempDir dir;
    auto gguf = converted(write_dpt(dir), WeightType::f32);
    write_torch_zip(dir / "original.pt", synthetic_original_weights(golden("dpt-hybrid/weights.tsv"),
                                                                    golden("dpt-hybrid/weights-original-names.tsv")));
    EXPECT_TRUE(same_bytes(converted(dir / "original.pt", WeightType::f32), gguf));
    expect_original(
        gguf, "dpt-hybrid", named_input("input", 160, 128, 1),
        {{"chelsea-hf.safetensors", DptRecipe::hugging_face}, {"chelsea-hub.safetensors", DptRecipe::torch_hub}});
}

TEST(Midas, MidasSmallEqualsTheOriginal) {
    SKIP_WITHOUT(golden("midas-small/weights.tsv"));
    TempDir dir;
    expect_original(converted(write_small(dir), WeightType::f32), "midas-small", named_input("input", 160, 96, 1.5F),
                    {{"chelsea.safetensors", DptRecipe::hugging_face}});
}

struct Reduced {
    WeightType type;
    char const* name;
    double moved, rank; // most relative L2 distance, least Spearman correlation with F32
};

void expect_reduced(std::filesystem::path const& checkpoint, PictureInput const& input,
                    std::vector<Reduced> const& limits) {
    auto exact = Midas(converted(checkpoint, WeightType::f32), 2).run(std::span(&input, 1)).at(0);
    for (auto const& limit : limits) {
        auto depth = Midas(converted(checkpoint, limit.type), 2, device()).run(std::span(&input, 1)).at(0);
        double moved = distance(depth, exact), rank = spearman(depth, exact);
        EXPECT_LT(moved, limit.moved) << limit.name;
        EXPECT_GT(moved, 0) << limit.name;
        EXPECT_GE(rank, limit.rank) << limit.name;
    }
}

// The converters keep the layers finer whose rounding these untrained networks multiply most.
TEST(Midas, DptHybridWithReducedWeightsRanksAsF32) {
    SKIP_WITHOUT(golden("dpt-hybrid/weights.tsv"));
    TempDir dir;
    expect_reduced(write_dpt(dir), named_input("input", 160, 128, 1),
                   {{WeightType::f16, "f16", 0.015, 0.999},
                    {WeightType::bf16, "bf16", 0.025, 0.999},
                    {WeightType::q8_0, "q8_0", 0.05, 0.999}});
}

TEST(Midas, MidasSmallWithReducedWeightsRanksAsF32) {
    SKIP_WITHOUT(golden("midas-small/weights.tsv"));
    TempDir dir;
    expect_reduced(write_small(dir), named_input("input", 160, 96, 1.5F),
                   {{WeightType::f16, "f16", 0.002, 0.999},
                    {WeightType::bf16, "bf16", 0.02, 0.999},
                    {WeightType::q8_0, "q8_0", 0.04, 0.999}});
}

TEST(Midas, ChangingSizesAndBatchesGiveTheSameNumbersAndNoMemoryGrows) {
    SKIP_WITHOUT(golden("midas-small/weights.tsv"));
    TempDir dir;
    Midas net(converted(write_small(dir), WeightType::f16), 1);
    std::vector<PictureInput> pictures{named_input("input.0", 64, 32, 1.5F), named_input("input.1", 64, 32, 1.5F),
                                       named_input("input.2", 32, 64, 1.5F)};
    std::vector<std::vector<float>> alone;
    for (auto const& picture : pictures) {
        alone.push_back(net.run(std::span(&picture, 1)).at(0));
    }
    EXPECT_NE(alone[0], alone[1]);
    long before = 0;
    for (int i = 0; i < 1000; ++i) {
        if (i % 100 == 0) {
            EXPECT_EQ(net.run(pictures), alone); // two together, one of another size
        } else {
            auto k = static_cast<std::size_t>(i) % 3;
            ASSERT_EQ(net.run(std::span(&pictures[k], 1)).at(0), alone[k]);
        }
        before = i == 100 ? resident_kib() : before;
    }
    EXPECT_LT(resident_kib(), before + 2048);
}

// Every description below is impossible in one place; nothing but one sentence may come of it.
TEST(Midas, ImpossibleFilesAreRefused) {
    TempDir dir;
    auto refused = [&](char const* kind, std::function<void(convert::GgufWriter&)> const& change) {
        convert::GgufWriter writer(kind);
        writer.set("midas.mean", std::vector<float>{0.5F, 0.5F, 0.5F});
        writer.set("midas.std", std::vector<float>{0.5F, 0.5F, 0.5F});
        writer.add("stem.weight", {27, 8}, std::vector<float>(216, 0.1F), WeightType::f32);
        change(writer);
        writer.write(dir / "model.gguf");
        try {
            Midas net(dir / "model.gguf", 1);
            ADD_FAILURE() << "opened";
        } catch (Error const& error) {
            std::string words = error.what();
            EXPECT_NE(words.find("model.gguf"), std::string::npos) << words;
            return words;
        }
        return std::string();
    };
    auto size = [](convert::GgufWriter& w, std::uint32_t pixels) { w.set("midas.input_size", pixels); };
    auto blocks = [](convert::GgufWriter& w, std::vector<std::int32_t> const& strides,
                     std::vector<std::int32_t> const& layers) {
        w.set("midas.block.stride", strides);
        w.set("midas.block.residual", std::vector<std::int32_t>(strides.size(), 0));
        w.set("midas.block.layer", layers);
    };
    EXPECT_NE(refused("midas-small", [](auto&) {}).find("midas.input_size"), std::string::npos);
    refused("midas-small", [&](auto& w) { size(w, 1 << 20); });
    refused("midas-small", [&](auto& w) { size(w, 33); });
    refused("midas-small", [&](auto& w) { size(w, 64), blocks(w, {2, 2, 2, 2}, {1, 2, 3, 5}); });
    refused("midas-small", [&](auto& w) { size(w, 64), blocks(w, {2, 2, 2, 2}, {1, 2, 3, -4}); });
    refused("midas-small", [&](auto& w) { size(w, 64), blocks(w, {2, 0, 2, 2}, {1, 2, 3, 4}); });
    refused("midas-small", [&](auto& w) { size(w, 64), blocks(w, {INT32_MIN, 2, 2, 2}, {1, 2, 3, 4}); });
    refused("midas-small", [&](auto& w) { size(w, 64), blocks(w, {}, {}); });
    auto words = refused("midas-small", [&](auto& w) { size(w, 64), blocks(w, {2, 2, 2, 2}, {1, 2, 3, 4}); });
    EXPECT_NE(words.find("stem.bias"), std::string::npos) << words;
    refused("dpt-hybrid", [&](auto& w) { size(w, 64); });
    refused("detr", [&](auto& w) { size(w, 64); });
}

TEST(MidasPictures, InputSizesFollowTheOriginalRules) {
    SKIP_WITHOUT(golden("dpt-hybrid/resize-sizes.tsv"));
    auto check = [](char const* table, auto rule, int size) {
        int rows = 0;
        for (auto const& row : read_table(golden(table))) {
            EXPECT_EQ(rule(std::stoi(row.at("width")), std::stoi(row.at("height")), size),
                      std::pair(std::stoi(row.at("resized_width")), std::stoi(row.at("resized_height"))))
                << table << " " << row.at("width") << " " << row.at("height");
            ++rows;
        }
        EXPECT_GE(rows, 20);
    };
    check("dpt-hybrid/resize-sizes.tsv", dpt_input_size, 384);
    check("midas-small/resize-sizes.tsv", midas_small_input_size, 256);
}

TEST(MidasPictures, ElongatedPicturesAreSqueezedOrRefused) {
    MidasParams dpt{384, {0.5F, 0.5F, 0.5F}, {0.5F, 0.5F, 0.5F}, VitHybridParams{}};
    MidasParams small{256, {0.5F, 0.5F, 0.5F}, {0.5F, 0.5F, 0.5F}, EfficientNetParams{}};
    Image line{6000, 2, std::vector<std::uint8_t>(36000, 255)};
    auto input = midas_input(line, small);
    EXPECT_EQ(std::pair(input.width, input.height), std::pair(256, 32));
    EXPECT_FLOAT_EQ(input.values[0], 1);
    EXPECT_EQ(midas_input(line, dpt).height, 384);
    EXPECT_THROW(midas_input(Image{20000, 390, std::vector<std::uint8_t>(std::size_t{3} * 20000 * 390)}, dpt,
                             DptRecipe::torch_hub),
                 Error);
    auto map = midas_depth({32, 32, {}}, std::vector<float>(1024, 7), 1, 5);
    ASSERT_EQ(map.values.size(), 5U);
    for (float value : map.values) {
        EXPECT_FLOAT_EQ(value, 7);
    }
}

} // namespace
} // namespace echollama::test
