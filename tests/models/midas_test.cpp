// DPT-Hybrid and MiDaS v2.1 small against the numbers of the original code.
#include "base/error.h"
#include "convert/checkpoint.h"
#include "convert/midas.h"
#include "media/image_io.h"
#include "models/midas.h"
#include "models/net_checks.h"

#include <fstream>

namespace echollama::test {
namespace {

using convert::WeightType;

std::filesystem::path convert_dpt(TempDir const& dir, WeightType type) {
    write_safetensors(dir / "dpt.safetensors", synthetic_weights(golden("dpt-hybrid/weights.tsv")));
    convert::convert_dpt_hybrid(convert::open_checkpoint(dir / "dpt.safetensors"), dir / "dpt.gguf", type);
    return dir / "dpt.gguf";
}

std::filesystem::path convert_small(TempDir const& dir, WeightType type) {
    write_torch_zip(dir / "small.pt", synthetic_weights(golden("midas-small/weights.tsv")));
    convert::convert_midas_small(convert::open_checkpoint(dir / "small.pt"), dir / "small.gguf", type);
    return dir / "small.gguf";
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

class MidasOn : public testing::TestWithParam<char const*> {};

TEST_P(MidasOn, DptHybridEqualsTheOriginal) {
    SKIP_WITHOUT(golden("dpt-hybrid/weights.tsv"));
    TempDir dir;
    Midas net(convert_dpt(dir, WeightType::f32), 2, GetParam(), true);
    auto input = named_input("input", 160, 128, 1);
    net.run(std::span(&input, 1));
    expect_taps(net, Golden("dpt-hybrid/small.safetensors"));
    expect_photo(net, "dpt-hybrid/chelsea-hf.safetensors", DptRecipe::hugging_face);
    expect_photo(net, "dpt-hybrid/chelsea-hub.safetensors", DptRecipe::torch_hub);
}

TEST_P(MidasOn, MidasSmallEqualsTheOriginal) {
    SKIP_WITHOUT(golden("midas-small/weights.tsv"));
    TempDir dir;
    Midas net(convert_small(dir, WeightType::f32), 2, GetParam(), true);
    auto input = named_input("input", 160, 96, 1.5F);
    net.run(std::span(&input, 1));
    expect_taps(net, Golden("midas-small/small.safetensors"));
    expect_photo(net, "midas-small/chelsea.safetensors", DptRecipe::hugging_face);
}

// As a GPU would compute: ggml's own operations.
INSTANTIATE_TEST_SUITE_P(Devices, MidasOn, testing::Values(nn::cpu_device, nn::plain_device), [](auto const& device) {
    return std::string(device.param) == nn::cpu_device ? "OwnLayers" : "GgmlLayers";
});

} // namespace
} // namespace echollama::test
