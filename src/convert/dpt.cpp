#include "convert/midas.h"
#include "convert/vision_weights.h"

#include <array>

namespace echollama::convert {
namespace {

constexpr std::int64_t d = 768, feed_forward = 3072, fused = 256, positions = 577;
constexpr int layers = 12;
constexpr std::array<int, 3> stage_blocks{3, 4, 9};

bool replace(std::string& text, std::string const& from, std::string const& to) {
    auto at = text.find(from);
    if (at != std::string::npos) {
        text.replace(at, from.size(), to);
    }
    return at != std::string::npos;
}

// Hugging Face's name → the original one (transformers' convert_dpt_hybrid_to_pytorch, reversed).
std::string original_name(std::string name) {
    replace(name, "dpt.embeddings.backbone.bit.embedder.convolution",
            "pretrained.model.patch_embed.backbone.stem.conv");
    replace(name, "dpt.embeddings.backbone.bit.embedder.norm", "pretrained.model.patch_embed.backbone.stem.norm");
    if (replace(name, "dpt.embeddings.backbone.bit.encoder.", "pretrained.model.patch_embed.backbone.")) {
        replace(name, ".layers.", ".blocks.");
        return name;
    }
    replace(name, "dpt.embeddings.cls_token", "pretrained.model.cls_token");
    replace(name, "dpt.embeddings.position_embeddings", "pretrained.model.pos_embed");
    replace(name, "dpt.embeddings.projection", "pretrained.model.patch_embed.proj");
    if (replace(name, "dpt.encoder.layer.", "pretrained.model.blocks.")) {
        replace(name, "layernorm_before", "norm1");
        replace(name, "layernorm_after", "norm2");
        replace(name, "attention.output.dense", "attn.proj");
        replace(name, "intermediate.dense", "mlp.fc1");
        replace(name, "output.dense", "mlp.fc2");
        return name;
    }
    for (int i = 2; i < 4; ++i) {
        std::string const index = std::to_string(i), root = "pretrained.act_postprocess" + std::to_string(i + 1);
        replace(name, "neck.reassemble_stage.readout_projects." + index + ".0", root + ".0.project.0");
        replace(name, "neck.reassemble_stage.layers." + index + ".projection", root + ".3");
        replace(name, "neck.reassemble_stage.layers." + index + ".resize", root + ".4");
    }
    for (int i = 0; i < 4; ++i) {
        replace(name, "neck.convs." + std::to_string(i), "scratch.layer" + std::to_string(i + 1) + "_rn");
        replace(name, "neck.fusion_stage.layers." + std::to_string(i), "scratch.refinenet" + std::to_string(4 - i));
    }
    replace(name, "residual_layer", "resConfUnit");
    replace(name, "convolution", "conv");
    if (name.starts_with("scratch.refinenet")) {
        replace(name, ".projection", ".out_conv");
    }
    replace(name, "head.head.", "scratch.output_conv.");
    return name;
}

int packed_part(std::string const& name) {
    constexpr char const* parts[] = {"attention.attention.query", "attention.attention.key",
                                     "attention.attention.value"};
    for (int i = 0; i < 3; ++i) {
        if (name.find(parts[i]) != std::string::npos) {
            return i;
        }
    }
    return -1;
}

// query, key and value lie one after the other in attn.qkv
std::vector<float> read_packed(Checkpoint const& file, std::string name, int part, std::vector<std::int64_t> shape) {
    constexpr char const* parts[] = {"attention.attention.query", "attention.attention.key",
                                     "attention.attention.value"};
    replace(name, parts[part], "attn.qkv");
    auto count = static_cast<std::ptrdiff_t>(element_count(shape));
    shape[0] *= 3;
    auto all = file.read(original_name(name), shape);
    return {all.begin() + part * count, all.begin() + (part + 1) * count};
}

ReadTensor reader(Checkpoint const& file) {
    if (file.has("dpt.embeddings.cls_token")) {
        return
            [&file](std::string const& name, std::vector<std::int64_t> const& shape) { return file.read(name, shape); };
    }
    return [&file](std::string const& name, std::vector<std::int64_t> const& shape) {
        int part = packed_part(name);
        return part < 0 ? file.read(original_name(name), shape) : read_packed(file, name, part, shape);
    };
}

struct DptConversion {
    GgufWriter writer{"dpt-hybrid"};
    ReadTensor read;
    WeightType wanted;

    // The stem comes first and rounding grows through its 16 bottlenecks; what follows it rounds more in 8 bits, so all
    // of the stem is finer there. The last level makes the map itself.
    WeightType type_of(std::string const& name) const {
        return type_of_layer(name, wanted,
                             {{{WeightType::bf16}, {"bit.stem", "bit.0.", "bit.1."}, WeightType::f16},
                              {{WeightType::q8_0}, {"bit.", "patch"}, WeightType::f16},
                              {{WeightType::q8_0}, {"fusion.1.", "head."}, WeightType::bf16}});
    }

    void norm(std::string const& name, std::string const& source, std::int64_t size) {
        add_norm(writer, name, read(source + ".weight", {size}), read(source + ".bias", {size}));
    }
    void linear(std::string const& name, std::string const& source, std::int64_t out, std::int64_t in) {
        add_linear(writer, name, out, in, read(source + ".weight", {out, in}), read(source + ".bias", {out}),
                   type_of(name));
    }
    void conv(std::string const& name, std::string const& source, std::int64_t out, std::int64_t in,
              std::int64_t kernel, bool bias) {
        ConvWeights weights{out, in, kernel, read(source + ".weight", {out, in, kernel, kernel}), {}};
        if (bias) {
            weights.bias = read(source + ".bias", {out});
        }
        add_conv(writer, name, weights, type_of(name));
    }
    void standard_conv(std::string const& name, std::string const& source, std::int64_t out, std::int64_t in,
                       std::int64_t kernel) {
        ConvWeights weights{out, in, kernel, read(source + ".weight", {out, in, kernel, kernel}), {}};
        standardise(weights, 1e-8);
        add_conv(writer, name, weights, type_of(name));
    }

    void stem() {
        std::string const root = "dpt.embeddings.backbone.bit.";
        standard_conv("bit.stem", root + "embedder.convolution", 64, 3, 7);
        norm("bit.stem.norm", root + "embedder.norm", 64);
        std::int64_t in = 64;
        for (std::size_t s = 0; s < stage_blocks.size(); ++s) {
            std::int64_t out = 256 << s, mid = out / 4;
            for (int b = 0; b < stage_blocks[s]; ++b) {
                std::string const source =
                    root + "encoder.stages." + std::to_string(s) + ".layers." + std::to_string(b) + ".";
                std::string const name = "bit." + std::to_string(s) + "." + std::to_string(b) + ".";
                standard_conv(name + "conv1", source + "conv1", mid, in, 1);
                standard_conv(name + "conv2", source + "conv2", mid, mid, 3);
                standard_conv(name + "conv3", source + "conv3", out, mid, 1);
                norm(name + "norm1", source + "norm1", mid);
                norm(name + "norm2", source + "norm2", mid);
                norm(name + "norm3", source + "norm3", out);
                if (b == 0) {
                    standard_conv(name + "shortcut", source + "downsample.conv", out, in, 1);
                    norm(name + "shortcut.norm", source + "downsample.norm", out);
                }
                in = out;
            }
        }
    }

    void transformer() {
        conv("patch", "dpt.embeddings.projection", d, 1024, 1, true);
        writer.add("vit.cls", {d}, read("dpt.embeddings.cls_token", {1, 1, d}), WeightType::f32);
        writer.add("vit.position", {d, positions}, read("dpt.embeddings.position_embeddings", {1, positions, d}),
                   WeightType::f32);
        for (int i = 0; i < layers; ++i) {
            std::string const source = "dpt.encoder.layer." + std::to_string(i) + ".";
            std::string const name = "vit." + std::to_string(i) + ".";
            norm(name + "norm1", source + "layernorm_before", d);
            linear(name + "q", source + "attention.attention.query", d, d);
            linear(name + "k", source + "attention.attention.key", d, d);
            linear(name + "v", source + "attention.attention.value", d, d);
            linear(name + "out", source + "attention.output.dense", d, d);
            norm(name + "norm2", source + "layernorm_after", d);
            linear(name + "fc1", source + "intermediate.dense", feed_forward, d);
            linear(name + "fc2", source + "output.dense", d, feed_forward);
        }
    }

    void decoder() {
        std::string const root = "neck.reassemble_stage.";
        for (int i = 2; i < 4; ++i) {
            std::string const index = std::to_string(i), name = "reassemble." + std::to_string(i + 1);
            linear(name + ".readout", root + "readout_projects." + index + ".0", d, 2 * d);
            conv(name, root + "layers." + index + ".projection", d, d, 1, true);
        }
        conv("reassemble.4.down", root + "layers.3.resize", d, d, 3, true);
        constexpr std::array<std::int64_t, 4> widths{256, 512, d, d};
        for (std::size_t i = 0; i < 4; ++i) {
            std::string const name = "fusion." + std::to_string(i + 1) + ".";
            std::string const source = "neck.fusion_stage.layers." + std::to_string(3 - i) + ".";
            conv(name + "input", "neck.convs." + std::to_string(i), fused, widths[i], 3, false);
            for (int unit = i == 3 ? 2 : 1; unit <= 2; ++unit) { // the coarsest has a first unit that nothing uses
                for (int c = 1; c <= 2; ++c) {
                    conv(name + "unit" + std::to_string(unit) + ".conv" + std::to_string(c),
                         source + "residual_layer" + std::to_string(unit) + ".convolution" + std::to_string(c), fused,
                         fused, 3, true);
                }
            }
            conv(name + "out", source + "projection", fused, fused, 1, true);
        }
        conv("head.0", "head.head.0", 128, fused, 3, true);
        conv("head.2", "head.head.2", 32, 128, 3, true);
        conv("head.4", "head.head.4", 1, 32, 1, true);
    }

    void hyper_parameters() {
        writer.set("midas.stages", std::vector<std::int32_t>(stage_blocks.begin(), stage_blocks.end()));
        writer.set("midas.layers", static_cast<std::uint32_t>(layers));
        writer.set("midas.taps", std::vector<std::int32_t>{8, 11}); // blocks whose tokens go to the decoder
        writer.set("midas.heads", std::uint32_t{12});
        writer.set("midas.groups", std::uint32_t{32});
        writer.set("midas.group_norm_eps", 1e-5F);
        writer.set("midas.norm_eps", 1e-6F); // timm's; Hugging Face's 1e-12 gives the same to 4e-6
        writer.set("midas.input_size", std::uint32_t{384});
        writer.set("midas.mean", std::vector<float>{0.5F, 0.5F, 0.5F});
        writer.set("midas.std", std::vector<float>{0.5F, 0.5F, 0.5F});
    }
};

} // namespace

bool is_dpt_hybrid(Checkpoint const& file) {
    return file.has("dpt.embeddings.backbone.bit.embedder.convolution.weight") ||
           file.has("pretrained.model.patch_embed.backbone.stem.conv.weight");
}

void convert_dpt_hybrid(Checkpoint const& file, std::filesystem::path const& output, WeightType type) {
    DptConversion conversion;
    conversion.read = reader(file);
    conversion.wanted = type;
    conversion.hyper_parameters();
    conversion.stem();
    conversion.transformer();
    conversion.decoder();
    conversion.writer.write(output);
}

} // namespace echollama::convert
