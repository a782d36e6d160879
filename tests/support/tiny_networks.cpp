#include "support/tiny_networks.h"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace echollama::test {
namespace {

using Strings = std::vector<std::string>;
using Ints = std::vector<std::int32_t>;
using Floats = std::vector<float>;

// Adds layers under the names that the converters give them.
struct Builder {
    TinyNetwork net;

    void plain(std::string const& name, std::vector<std::int64_t> const& shape) {
        net.tensors.push_back({name, shape});
    }
    void layer(std::string const& name, std::int64_t in, std::int64_t out, int kernel = 1, bool bias = true) {
        plain(name + ".weight", {in * kernel * kernel, out});
        if (bias) {
            plain(name + ".bias", {out});
        }
    }
    void norm(std::string const& name, std::int64_t channels) {
        plain(name + ".weight", {channels});
        plain(name + ".bias", {channels});
    }
    void depthwise(std::string const& name, std::int64_t channels, int kernel) {
        plain(name + ".weight", {channels, kernel, kernel});
        plain(name + ".bias", {channels});
    }
    void attention(std::string const& name, std::int64_t d) {
        for (char part : {'q', 'k', 'v'}) {
            layer(name + part, d, d);
        }
        layer(name + "out", d, d);
    }
    // A product as panels of 16 columns (nn/sequence_panels.h).
    void panels(std::string const& name, std::int64_t inputs, std::int64_t outputs, bool bias = true) {
        plain(name + ".weight", {16, inputs, (outputs + 15) / 16});
        if (bias) {
            plain(name + ".bias", {outputs});
        }
    }
    void gamma_and_beta(std::string const& name, std::int64_t channels) {
        plain(name + ".gamma", {channels});
        plain(name + ".beta", {channels});
    }
    void mlp(std::string const& name, std::int64_t d, std::int64_t inner) {
        layer(name + "fc1", d, inner);
        layer(name + "fc2", inner, d);
    }
};

std::string numbered(std::string const& name, int index) {
    return name + "." + std::to_string(index) + ".";
}

void midas_decoder(Builder& b, std::vector<std::int64_t> const& features, std::int64_t fused) {
    for (int level = 1; level <= 4; ++level) {
        auto const name = numbered("fusion", level);
        b.layer(name + "input", features[static_cast<std::size_t>(level - 1)], fused, 3, false);
        for (std::string const unit : {"unit1", "unit2"}) {
            if (level < 4 || unit == "unit2") {
                b.layer(name + unit + ".conv1", fused, fused, 3);
                b.layer(name + unit + ".conv2", fused, fused, 3);
            }
        }
        b.layer(name + "out", fused, fused);
    }
    b.layer("head.0", fused, fused, 3);
    b.layer("head.2", fused, 8, 3);
    b.layer("head.4", 8, 1);
}

std::vector<float> numbers(TinyNetwork::Tensor const& tensor) {
    std::size_t count = 1;
    for (auto n : tensor.shape) {
        count *= static_cast<std::size_t>(n);
    }
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = tensor.scale * static_cast<float>(static_cast<int>(i * 37 % 17) - 8);
    }
    return values;
}

} // namespace

TinyNetwork::Value& TinyNetwork::value(std::string const& key) {
    auto found = std::find_if(values.begin(), values.end(), [&](auto const& v) { return v.first == key; });
    return found != values.end() ? found->second : throw std::logic_error("no value " + key);
}

TinyNetwork::Tensor& TinyNetwork::tensor(std::string const& name) {
    auto found = std::find_if(tensors.begin(), tensors.end(), [&](auto const& t) { return t.name == name; });
    return found != tensors.end() ? *found : throw std::logic_error("no tensor " + name);
}

bool TinyNetwork::write(std::filesystem::path const& path) const {
    std::set<std::string> keys, names;
    convert::GgufWriter writer(architecture);
    for (auto const& [key, held] : values) {
        if (!keys.insert(key).second) {
            return false;
        }
        std::visit([&, &name = key](auto const& v) { writer.set(name, v); }, held);
    }
    for (auto const& tensor : tensors) {
        if (!names.insert(tensor.name).second) {
            return false;
        }
        writer.add(tensor.name, tensor.shape, numbers(tensor), tensor.type);
    }
    writer.write(path);
    return true;
}

TinyNetwork tiny_detr() {
    constexpr std::int64_t d = 16, mid = 8, out = 16;
    Builder b{{"detr",
               {{"detr.stages", Ints{1, 1, 1, 1}},
                {"detr.encoder_layers", 1U},
                {"detr.decoder_layers", 1U},
                {"detr.heads", 2U},
                {"detr.norm_eps", 1e-5F},
                {"detr.temperature", 10000.0F},
                {"detr.short_side", 32U},
                {"detr.long_side", 64U},
                {"detr.mean", Floats{0.5F, 0.5F, 0.5F}},
                {"detr.std", Floats{0.5F, 0.5F, 0.5F}},
                {"detr.labels", Strings{"cat", "dog", "no object"}}},
               {}}};
    b.layer("resnet.stem", 3, mid, 7);
    for (int stage = 0; stage < 4; ++stage) {
        auto const name = numbered("resnet", stage) + "0.";
        auto const in = stage == 0 ? mid : out;
        b.layer(name + "conv1", in, mid);
        b.layer(name + "conv2", mid, mid, 3);
        b.layer(name + "conv3", mid, out);
        b.layer(name + "shortcut", in, out);
    }
    b.layer("projection", out, d);
    b.attention("encoder.0.self.", d);
    b.norm("encoder.0.norm1", d);
    b.mlp("encoder.0.", d, 24);
    b.norm("encoder.0.norm2", d);
    b.attention("decoder.0.self.", d);
    b.norm("decoder.0.norm1", d);
    b.attention("decoder.0.cross.", d);
    b.norm("decoder.0.norm2", d);
    b.mlp("decoder.0.", d, 24);
    b.norm("decoder.0.norm3", d);
    b.norm("decoder.norm", d);
    b.plain("queries", {d, 3});
    b.layer("class", d, 3);
    b.layer("box.0", d, d);
    b.layer("box.1", d, d);
    b.layer("box.2", d, 4);
    return b.net;
}

TinyNetwork tiny_dpt() {
    constexpr std::int64_t d = 16, mid = 8, out = 16, fused = 8;
    Builder b{{"dpt-hybrid",
               {{"midas.input_size", 32U},
                {"midas.mean", Floats{0.5F, 0.5F, 0.5F}},
                {"midas.std", Floats{0.5F, 0.5F, 0.5F}},
                {"midas.stages", Ints{1, 1, 1}},
                {"midas.groups", 2U},
                {"midas.group_norm_eps", 1e-5F},
                {"midas.norm_eps", 1e-6F},
                {"midas.layers", 2U},
                {"midas.heads", 2U},
                {"midas.taps", Ints{0, 1}}},
               {}}};
    b.layer("bit.stem", 3, mid, 7, false);
    b.norm("bit.stem.norm", mid);
    for (int stage = 0; stage < 3; ++stage) {
        auto const name = numbered("bit", stage) + "0.";
        auto const in = stage == 0 ? mid : out;
        b.layer(name + "conv1", in, mid, 1, false);
        b.layer(name + "conv2", mid, mid, 3, false);
        b.layer(name + "conv3", mid, out, 1, false);
        b.layer(name + "shortcut", in, out, 1, false);
        b.norm(name + "norm1", mid);
        b.norm(name + "norm2", mid);
        b.norm(name + "norm3", out);
        b.norm(name + "shortcut.norm", out);
    }
    b.layer("patch", out, d);
    b.plain("vit.cls", {d});
    b.plain("vit.position", {d, 5});
    for (int i = 0; i < 2; ++i) {
        auto const name = numbered("vit", i);
        b.norm(name + "norm1", d);
        b.attention(name, d);
        b.norm(name + "norm2", d);
        b.mlp(name, d, 24);
    }
    b.layer("reassemble.3.readout", 2 * d, d);
    b.layer("reassemble.3", d, d);
    b.layer("reassemble.4.readout", 2 * d, d);
    b.layer("reassemble.4", d, d);
    b.layer("reassemble.4.down", d, d, 3);
    midas_decoder(b, {out, out, d, d}, fused);
    return b.net;
}

TinyNetwork tiny_midas_small() {
    Builder b{{"midas-small",
               {{"midas.input_size", 32U},
                {"midas.mean", Floats{0.5F, 0.5F, 0.5F}},
                {"midas.std", Floats{0.5F, 0.5F, 0.5F}},
                {"midas.block.stride", Ints{2, 2, 2, 2, 1}},
                {"midas.block.residual", Ints{0, 0, 0, 0, 1}},
                {"midas.block.layer", Ints{1, 2, 3, 4, 4}}},
               {}}};
    b.layer("stem", 3, 8, 3);
    for (int i = 0; i < 5; ++i) {
        auto const name = numbered("block", i);
        std::int64_t const inner = i == 0 ? 8 : 16;
        if (i > 0) {
            b.layer(name + "expand", 8, inner);
        }
        b.depthwise(name + "depthwise", inner, i % 2 == 0 ? 3 : 5);
        b.layer(name + "project", inner, 8);
    }
    midas_decoder(b, {8, 8, 8, 8}, 8);
    return b.net;
}

TinyNetwork tiny_centernet() {
    constexpr int blocks = 13;
    Ints strides(blocks, 1);
    for (int i : {1, 3, 5, 12}) {
        strides[static_cast<std::size_t>(i)] = 2;
    }
    Builder b{{"centernet",
               {{"centernet.block.stride", strides},
                {"centernet.block.hard_swish", Ints(blocks, 1)},
                {"centernet.block.residual", Ints(blocks, 0)},
                {"centernet.input_size", 64U},
                {"centernet.output_stride", 4U},
                {"centernet.hard_slope", 0.16F},
                {"centernet.size_scale", 16.0F},
                {"centernet.labels", Strings{"cat", "dog"}}},
               {}}};
    auto separable = [&](std::string const& name, std::int64_t in, std::int64_t out) {
        b.depthwise(name + ".depthwise", in, 3);
        b.layer(name + ".pointwise", in, out);
    };
    b.layer("stem", 3, 16, 3);
    for (int i = 0; i < blocks; ++i) {
        auto const name = numbered("block", i);
        std::int64_t const in = i == 0 ? 16 : 8, inner = 8;
        if (i > 0) {
            b.layer(name + "expand", in, inner);
        }
        b.depthwise(name + "depthwise", i > 0 ? inner : in, 3);
        if (i % 4 == 0) {
            b.layer(name + "squeeze", i > 0 ? inner : in, 4);
            b.layer(name + "excite", 4, i > 0 ? inner : in);
        }
        b.layer(name + "project", i > 0 ? inner : in, 8);
    }
    b.layer("extern", 8, 8);
    for (std::string const level : {"c4", "c3", "c2"}) {
        b.layer("lateral." + level + ".reduce", 8, 8);
        separable("lateral." + level, 8, 8);
    }
    for (std::string const level : {"c5", "c4", "c3"}) {
        separable("up." + level + ".x", level == "c5" ? 8 : 16, 8);
        separable("up." + level + ".y", level == "c5" ? 8 : 16, 8);
    }
    b.layer("head.squeeze", 16, 4);
    b.layer("head.excite", 4, 16);
    separable("head.cls", 16, 2);
    separable("head.wh", 16, 4);
    return b.net;
}

TinyNetwork tiny_nanodet() {
    constexpr std::int64_t labels = 2, bins = 3;
    Builder b{{"nanodet",
               {{"nanodet.stage_blocks", Ints{1, 2, 1, 1}},
                {"nanodet.strides", Ints{8, 16, 32}},
                {"nanodet.bins", static_cast<std::uint32_t>(bins)},
                {"nanodet.input_size", 64U},
                {"nanodet.slope", 0.1F},
                {"nanodet.mean", Floats{100, 100, 100}},
                {"nanodet.std", Floats{50, 50, 50}},
                {"nanodet.labels", Strings{"cat", "dog"}}},
               {}}};
    std::int64_t width = 8;
    b.layer("stem", 3, width, 3);
    for (int stage = 0; stage < 4; ++stage, width *= 2) {
        auto const name = numbered("stage", stage);
        b.layer(name + "first", width, width, 3);
        for (int i = 0; i < (stage == 1 ? 2 : 1); ++i) {
            b.layer(name + numbered("block", i) + "conv1", width, width / 2, 3);
            b.layer(name + numbered("block", i) + "conv2", width / 2, width / 2, 3);
        }
        b.layer(name + "last", width, width, 3);
    }
    for (int level = 0; level < 3; ++level) {
        b.layer("lateral." + std::to_string(level), std::int64_t{32} << level, 8);
    }
    for (int level = 0; level < 3; ++level) {
        b.layer(numbered("head", level) + "conv", 8, 8, 3);
        b.layer(numbered("head", level) + "out", 8, labels + 4 * bins);
    }
    return b.net;
}

TinyNetwork tiny_moondream_vision() {
    constexpr std::int64_t d = 16;
    Builder b{{"moondream-vision",
               {{"siglip.image_size", 36U},
                {"siglip.patch_size", 4U},
                {"siglip.blocks", 2U},
                {"siglip.heads", 2U},
                {"siglip.norm_eps", 1e-6F},
                {"moondream.revision", std::string("tiny")},
                {"moondream.crops", std::string("overlap")}},
               {}}};
    b.layer("patch", 3, d, 4);
    b.plain("position", {d, 81});
    for (int i = 0; i < 2; ++i) {
        auto const name = numbered("block", i);
        b.norm(name + "norm1", d);
        b.layer(name + "qkv", d, 3 * d);
        b.layer(name + "out", d, d);
        b.norm(name + "norm2", d);
        b.mlp(name + "mlp.", d, 24);
    }
    b.norm("norm", d);
    b.layer("projection.fc1", 2 * d, 24);
    b.layer("projection.fc2", 24, 12);
    return b.net;
}

TinyNetwork tiny_vits() {
    constexpr std::int64_t c = 16;
    Builder b{{"vits",
               {{"vits.sample_rate", 16000U},
                {"vits.heads", 1U},
                {"vits.strides", Ints{2, 4}},
                {"vits.taps", Ints(12, 3)},
                {"vits.dilations", Ints{1, 2, 2, 6, 3, 12, 1, 1, 1, 1, 1, 1}}},
               {}}};
    auto separable = [&](std::string const& name) {
        for (int i = 0; i < 3; ++i) {
            auto const at = std::to_string(i);
            b.plain(name + ".convs_sep." + at + ".weight", {c, 3});
            b.plain(name + ".convs_sep." + at + ".bias", {c});
            b.gamma_and_beta(name + ".norms_1." + at, c);
            b.panels(name + ".convs_1x1." + at, c, c);
            b.gamma_and_beta(name + ".norms_2." + at, c);
        }
    };
    b.plain("enc_p.emb.weight", {c, 5});
    for (int i = 0; i < 6; ++i) {
        auto const attention = numbered("enc_p.encoder.attn_layers", i), at = std::to_string(i);
        b.panels(attention + "qkv", c, 3 * c);
        b.panels(attention + "conv_o", c, c);
        b.plain(attention + "emb_rel_k", {3 * c});
        b.plain(attention + "emb_rel_v", {3 * c});
        b.gamma_and_beta("enc_p.encoder.norm_layers_1." + at, c);
        b.panels(numbered("enc_p.encoder.ffn_layers", i) + "conv_1", 3 * c, 2 * c);
        b.panels(numbered("enc_p.encoder.ffn_layers", i) + "conv_2", 3 * 2 * c, c);
        b.gamma_and_beta("enc_p.encoder.norm_layers_2." + at, c);
    }
    b.panels("enc_p.proj", c, 2 * c);
    b.panels("dp.pre", c, c);
    separable("dp.convs");
    b.panels("dp.proj", c, c);
    for (int flow : {3, 5, 7}) {
        b.panels(numbered("dp.flows", flow) + "pre", 2, c);
        separable(numbered("dp.flows", flow) + "convs");
        b.panels(numbered("dp.flows", flow) + "proj", c, 29);
    }
    b.plain("dp.flows.0.m", {2});
    b.plain("dp.flows.0.scale", {2});
    for (int flow : {0, 2, 4, 6}) {
        auto const name = numbered("flow.flows", flow);
        b.panels(name + "pre", c, c);
        for (int i = 0; i < 4; ++i) {
            b.panels(name + "enc.in_layers." + std::to_string(i), 5 * c, 2 * c);
            b.panels(numbered(name + "enc.res_skip_layers", i) + "skip", c, c);
            if (i < 3) {
                b.panels(numbered(name + "enc.res_skip_layers", i) + "next", c, c);
            }
        }
        b.panels(name + "post", c, c);
    }
    std::int64_t width = 64;
    b.panels("dec.conv_pre", 7 * c, width);
    for (int level = 0; level < 2; ++level, width /= 2) {
        b.panels("dec.ups." + std::to_string(level), 2 * width, (level == 0 ? 2 : 4) * width / 2);
        for (int i = 0; i < 6; ++i) {
            b.panels(numbered("dec.resblocks", level * 3 + i / 2) + "convs." + std::to_string(i % 2), 3 * width / 2,
                     width / 2);
        }
    }
    b.panels("dec.conv_post", 7 * width, 1, false);
    return b.net;
}

std::vector<TinyNetwork> tiny_networks() {
    return {tiny_detr(), tiny_dpt(), tiny_midas_small(), tiny_centernet(), tiny_nanodet(), tiny_moondream_vision(),
            tiny_vits()};
}

} // namespace echollama::test
