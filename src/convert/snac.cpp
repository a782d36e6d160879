#include "convert/snac.h"

#include "formats/checkpoint.h"

#include <array>

namespace echollama::convert {

namespace {

struct SnacWeights : SequenceWeights {
    void alpha(std::string const& name, std::int64_t n) const { flat(name, {1, n, 1}); }

    void residual_unit(std::string const& name, std::int64_t channels) const {
        alpha(name + ".block.0.alpha", channels);
        depthwise(name + ".block.1", channels, 7);
        alpha(name + ".block.2.alpha", channels);
        conv(name + ".block.3", channels, channels, 1);
    }
};

std::string numbered(std::string const& prefix, int i) {
    return prefix + std::to_string(i);
}

} // namespace

void convert_snac(TensorLookup const& find, std::filesystem::path const& out, WeightType type) {
    GgufWriter writer("snac");
    writer.set("general.name", std::string("SNAC 24 kHz"));
    writer.set("snac.sample_rate", std::uint32_t{24000});
    SnacWeights const c{{find, writer, type, "only the 24 kHz SNAC model can be converted"}};

    constexpr std::array<int, 4> encoder_strides{2, 4, 8, 8}, decoder_strides{8, 8, 4, 2};
    c.conv("encoder.block.0", 1, 48, 7);
    std::int64_t width = 48;
    for (int i = 0; i < 4; ++i, width *= 2) {
        std::string const block = numbered("encoder.block.", i + 1);
        for (int unit = 0; unit < 3; ++unit) {
            c.residual_unit(numbered(block + ".block.", unit), width);
        }
        c.alpha(block + ".block.3.alpha", width);
        c.conv(block + ".block.4", width, width * 2, 2 * encoder_strides[static_cast<std::size_t>(i)]);
    }
    c.depthwise("encoder.block.5", 768, 7);

    for (int i = 0; i < 3; ++i) {
        std::string const q = numbered("quantizer.quantizers.", i);
        c.conv(q + ".in_proj", 768, 8, 1);
        c.conv(q + ".out_proj", 8, 768, 1);
        writer.add(q + ".codebook.weight", {8, 4096}, c.require(q + ".codebook.weight", {4096, 8}).values,
                   WeightType::f32);
    }

    c.depthwise("decoder.model.0", 768, 7);
    c.conv("decoder.model.1", 768, 1024, 1);
    width = 1024;
    for (int i = 0; i < 4; ++i, width /= 2) {
        std::string const block = numbered("decoder.model.", i + 2);
        c.alpha(block + ".block.0.alpha", width);
        c.transposed(block + ".block.1", width, width / 2, 2 * decoder_strides[static_cast<std::size_t>(i)]);
        c.conv(block + ".block.2.linear", width / 2, width / 2, 1, false);
        for (int unit = 0; unit < 3; ++unit) {
            c.residual_unit(numbered(block + ".block.", unit + 3), width / 2);
        }
    }
    c.alpha("decoder.model.6.alpha", 64);
    c.conv("decoder.model.7", 64, 1, 7);
    writer.write(out);
}

void convert_snac(std::filesystem::path const& source, std::filesystem::path const& out, WeightType type) {
    auto file = open_checkpoint(source);
    convert_snac(
        [&](std::string const& name) -> std::optional<SourceTensor> {
            if (!file.has(name)) {
                return std::nullopt;
            }
            return SourceTensor{file.tensor(name).shape, file.read(name)};
        },
        out, type);
}

} // namespace echollama::convert
