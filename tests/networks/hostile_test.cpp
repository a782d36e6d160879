// Model files that are wrong in one place: each is refused with one sentence that names the file, or computes.
#include "base/error.h"
#include "networks/centernet.h"
#include "networks/detr.h"
#include "networks/midas.h"
#include "networks/moondream_vision.h"
#include "networks/nanodet.h"
#include "networks/net_checks.h"
#include "networks/snac.h"
#include "networks/vits.h"
#include "support/support.h"
#include "support/tiny_networks.h"

#include <gtest/gtest.h>

namespace echollama::test {
namespace {

PictureInput grey(int width, int height) {
    return named_input("input", width, height, 1);
}

// What the network computes from a small picture, all in one list.
std::vector<float> computed(TinyNetwork const& net, std::filesystem::path const& file, std::string const& device,
                            int width, int height) {
    auto const input = grey(width, height);
    if (net.architecture == "detr") {
        auto const output = Detr(file, 1, device).run(std::span(&input, 1)).at(0);
        auto all = output.logits;
        all.insert(all.end(), output.boxes.begin(), output.boxes.end());
        return all;
    }
    if (net.architecture == "centernet") {
        CenterNet centernet(file, 1);
        auto const side = static_cast<std::size_t>(centernet.params().input_size);
        return centernet.run(std::vector<float>(3 * side * side, 100)).heat;
    }
    if (net.architecture == "nanodet") {
        NanoDet nanodet(file, 1, device);
        auto const side = nanodet.params().input_size;
        auto const cells = nanodet.run(grey(side, side));
        auto all = cells[0];
        all.insert(all.end(), cells[1].begin(), cells[1].end());
        all.insert(all.end(), cells[2].begin(), cells[2].end());
        return all;
    }
    if (net.architecture == "moondream-vision") {
        Image const image{width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * width * height), 70)};
        return MoondreamVision(file, 1, device).embed(image);
    }
    if (net.architecture == "vits") { // has no other layers than ours
        Vits vits(file, 1);
        std::vector<std::int64_t> const symbols{1, 0, 4, 0, 2};
        return vits.samples(vits.prepare(symbols, {}, {}), 0, width);
    }
    return Midas(file, 1, device).run(std::span(&input, 1)).at(0);
}

// The sentence by which the file is refused, empty when it is not.
std::string refusal_of(TinyNetwork const& net, TempDir const& dir, std::string const& device = nn::cpu_device) {
    net.write(dir / "model.gguf");
    return test::refusal([&] { computed(net, dir / "model.gguf", device, 64, 32); });
}

// One pixel wide or high maps included, which ggml's operations take for another layout.
TEST(TinyNetworks, ComputeTheSameWithOurLayersAndWithGgmls) {
    TempDir dir;
    for (auto const& net : tiny_networks()) {
        net.write(dir / "model.gguf");
        for (auto [width, height] : {std::pair{64, 32}, {32, 96}, {32, 32}}) {
            auto const ours = computed(net, dir / "model.gguf", nn::cpu_device, width, height);
            auto const plain = computed(net, dir / "model.gguf", nn::plain_device, width, height);
            ASSERT_FALSE(ours.empty());
            ASSERT_EQ(ours.size(), plain.size());
            EXPECT_LT(distance(ours, plain), 1e-3) // ggml's GELU comes from a table of F16
                << net.architecture << " " << width << "x" << height;
        }
    }
}

TEST(HostileFiles, EveryMissingTensorOrValueIsNamed) {
    TempDir dir;
    for (auto const& whole : tiny_networks()) {
        for (std::size_t i = 0; i < whole.tensors.size(); ++i) {
            auto const name = whole.tensors[i].name;
            auto net = whole;
            net.tensors.erase(net.tensors.begin() + static_cast<std::ptrdiff_t>(i));
            auto const words = refusal_of(net, dir);
            // CenterNet has layers without bias, and blocks without these
            bool const optional =
                whole.architecture == "centernet" && (name.ends_with("bias") || name.ends_with("expand.weight"));
            if (!optional) {
                EXPECT_NE(words.find("model.gguf"), std::string::npos) << net.architecture << " without " << name;
            }
            net = whole;
            net.tensors[i].name += "s";
            EXPECT_NE(refusal_of(net, dir), "") << net.architecture << " with " << name << "s";
        }
        for (std::size_t i = 0; i < whole.values.size(); ++i) {
            auto const key = whole.values[i].first;
            auto net = whole;
            net.values.erase(net.values.begin() + static_cast<std::ptrdiff_t>(i));
            EXPECT_NE(refusal_of(net, dir).find(key), std::string::npos) << net.architecture << " without " << key;
        }
    }
}

TEST(HostileFiles, MisshapenTensorsNeverCrash) {
    TempDir dir;
    int refused = 0, tried = 0;
    for (auto const& whole : tiny_networks()) {
        for (std::size_t i = 0; i < whole.tensors.size(); ++i) {
            for (std::size_t d = 0; d < whole.tensors[i].shape.size(); ++d) {
                auto net = whole;
                net.tensors[i].shape[d] += i % 2 == 0 ? 1 : 8;
                refused += refusal_of(net, dir, i % 2 == 0 ? nn::plain_device : nn::cpu_device).empty() ? 0 : 1;
                ++tried;
            }
        }
    }
    EXPECT_GT(refused, tried * 9 / 10); // a wider layer may fit all that follow, such as the last one
    EXPECT_LT(refused, tried);
}

// ggml ends the program when a graph has more nodes than it was made for.
TEST(HostileFiles, AsManyLayersAsAFileMayClaimAreComputed) {
    TempDir dir;
    auto net = tiny_dpt();
    auto const once = net.tensors;
    auto repeat = [&](std::string const& prefix, int first, int count) {
        for (auto tensor : once) {
            if (tensor.name.starts_with(prefix + "0.") && tensor.name.find("shortcut") == std::string::npos) {
                auto const rest = tensor.name.substr(prefix.size() + 2);
                auto const in = prefix == "bit.0." || prefix == "bit.1." || prefix == "bit.2.";
                if (in && rest == "conv1.weight") {
                    tensor.shape[0] = 16;
                }
                for (int i = first; i < count; ++i) {
                    tensor.name = prefix + std::to_string(i) + "." + rest;
                    net.tensors.push_back(tensor);
                }
            }
        }
    };
    for (std::string const stage : {"bit.0.", "bit.1.", "bit.2."}) {
        repeat(stage, 1, 64);
    }
    repeat("vit.", 2, 64);
    net.value("midas.stages") = std::vector<std::int32_t>{64, 64, 64};
    net.value("midas.layers") = std::uint32_t{64};
    net.value("midas.taps") = std::vector<std::int32_t>{0, 63};
    EXPECT_EQ(refusal_of(net, dir, nn::plain_device), "");
    EXPECT_EQ(refusal_of(net, dir, nn::cpu_device), "");
    net.value("midas.layers") = std::uint32_t{65};
    EXPECT_NE(refusal_of(net, dir), "");
}

TEST(HostileFiles, LayersThatWouldTakeAbsurdMemoryAreRefused) {
    TempDir dir;
    auto net = tiny_centernet();
    net.value("centernet.input_size") = std::uint32_t{2048};
    for (auto& tensor : net.tensors) { // the first block becomes 16,000 channels wide
        if (tensor.name == "block.1.expand.weight") {
            tensor.shape[1] = 16000;
        } else if (tensor.name.starts_with("block.1.expand.bias") || tensor.name.starts_with("block.1.depthwise") ||
                   tensor.name == "block.1.project.weight") {
            tensor.shape[0] = 16000;
        }
    }
    EXPECT_NE(refusal_of(net, dir).find("memory"), std::string::npos);
    auto detr = tiny_detr();
    detr.tensor("queries").shape[1] = 1 << 16;
    EXPECT_NE(refusal_of(detr, dir).find("queries"), std::string::npos);
}

TEST(HostileFiles, SnacNamesTheFirstTensorThatIsMissing) {
    TempDir dir;
    convert::GgufWriter writer("snac");
    writer.add("quantizer.quantizers.0.codebook.weight", {8, 4096}, std::vector<float>(std::size_t{8} * 4096, 0.5F),
               convert::WeightType::f32);
    writer.write(dir / "model.gguf");
    auto const words = refusal([&] { Snac(dir / "model.gguf", 1); });
    EXPECT_NE(words.find("quantizer.quantizers.0.in_proj.weight"), std::string::npos) << words;
}

} // namespace
} // namespace echollama::test
