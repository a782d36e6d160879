#include "convert/snac.h"

#include "base/error.h"
#include "formats/checkpoint.h"

#include <array>
#include <cmath>

namespace echollama::convert {

namespace {

using Shape = std::vector<std::int64_t>;

std::string text(Shape const& shape) {
    std::string out;
    for (auto n : shape) {
        out += (out.empty() ? "" : "x") + std::to_string(n);
    }
    return out;
}

SourceTensor expect(SourceTensor tensor, std::string const& name, Shape const& shape) {
    std::size_t count = 1;
    for (auto n : shape) {
        count *= static_cast<std::size_t>(n);
    }
    if (tensor.shape != shape || tensor.values.size() != count) {
        throw Error("The tensor '" + name + "' is " + text(tensor.shape) + " instead of " + text(shape) +
                    "; only the 24 kHz SNAC model can be converted.");
    }
    return tensor;
}

SourceTensor require(TensorLookup const& find, std::string const& name, Shape const& shape) {
    auto found = find(name);
    if (!found) {
        throw Error("The checkpoint has no tensor '" + name + "'; only the 24 kHz SNAC model can be converted.");
    }
    return expect(std::move(*found), name, shape);
}

struct Converter {
    TensorLookup const& find;
    GgufWriter& out;
    WeightType type;

    void vector(std::string const& name, std::int64_t n) {
        out.add(name, {n}, require(find, name, {n}).values, WeightType::f32);
    }
    void alpha(std::string const& name, std::int64_t n) {
        out.add(name, {n}, require(find, name, {1, n, 1}).values, WeightType::f32);
    }

    // Conv1d [out, in, taps] → rows of a window, channel fastest: ggml [in, taps, out]
    void conv(std::string const& name, std::int64_t in, std::int64_t n_out, std::int64_t taps, bool bias = true) {
        auto w = expect(folded_weight(find, name), name + ".weight", {n_out, in, taps});
        std::vector<float> rows;
        rows.reserve(w.values.size());
        for (std::int64_t o = 0; o < n_out; ++o) {
            for (std::int64_t k = 0; k < taps; ++k) {
                for (std::int64_t i = 0; i < in; ++i) {
                    rows.push_back(w.values[static_cast<std::size_t>((o * in + i) * taps + k)]);
                }
            }
        }
        out.add(name + ".weight", {in, taps, n_out}, rows, type);
        if (bias) {
            vector(name + ".bias", n_out);
        }
    }

    // Depthwise [channels, 1, 7] → ggml [channels, 7]
    void depthwise(std::string const& name, std::int64_t channels) {
        auto w = expect(folded_weight(find, name), name + ".weight", {channels, 1, 7});
        std::vector<float> taps;
        for (std::int64_t k = 0; k < 7; ++k) {
            for (std::int64_t c = 0; c < channels; ++c) {
                taps.push_back(w.values[static_cast<std::size_t>(c * 7 + k)]);
            }
        }
        out.add(name + ".weight", {channels, 7}, taps, WeightType::f32);
        vector(name + ".bias", channels);
    }

    // ConvTranspose1d [in, out, taps] → ggml [in, out, taps]
    void transposed(std::string const& name, std::int64_t in, std::int64_t n_out, std::int64_t taps) {
        auto w = expect(folded_weight(find, name), name + ".weight", {in, n_out, taps});
        std::vector<float> values;
        values.reserve(w.values.size());
        for (std::int64_t k = 0; k < taps; ++k) {
            for (std::int64_t o = 0; o < n_out; ++o) {
                for (std::int64_t i = 0; i < in; ++i) {
                    values.push_back(w.values[static_cast<std::size_t>((i * n_out + o) * taps + k)]);
                }
            }
        }
        out.add(name + ".weight", {in, n_out, taps}, values, type);
        vector(name + ".bias", n_out);
    }

    void residual_unit(std::string const& name, std::int64_t channels) {
        alpha(name + ".block.0.alpha", channels);
        depthwise(name + ".block.1", channels);
        alpha(name + ".block.2.alpha", channels);
        conv(name + ".block.3", channels, channels, 1);
    }
};

std::string numbered(std::string const& prefix, int i) {
    return prefix + std::to_string(i);
}

} // namespace

SourceTensor folded_weight(TensorLookup const& find, std::string const& layer) {
    if (auto plain = find(layer + ".weight")) {
        return std::move(*plain);
    }
    auto g = find(layer + ".parametrizations.weight.original0");
    auto v = find(layer + ".parametrizations.weight.original1");
    if (!g || !v) {
        g = find(layer + ".weight_g");
        v = find(layer + ".weight_v");
    }
    if (!g || !v || v->shape.empty()) {
        throw Error("The checkpoint has no weight for '" + layer + "'; only the 24 kHz SNAC model can be converted.");
    }
    auto const rows = static_cast<std::size_t>(v->shape[0]);
    if (g->values.size() != rows || rows == 0 || v->values.size() % rows != 0) {
        throw Error("The two parts of the weight '" + layer + "' do not belong together; download the model again.");
    }
    std::size_t const length = v->values.size() / rows;
    for (std::size_t r = 0; r < rows; ++r) {
        double square = 0;
        for (std::size_t i = 0; i < length; ++i) {
            square += static_cast<double>(v->values[r * length + i]) * v->values[r * length + i];
        }
        double scale = g->values[r] / std::sqrt(square);
        for (std::size_t i = 0; i < length; ++i) {
            v->values[r * length + i] = static_cast<float>(v->values[r * length + i] * scale);
        }
    }
    return std::move(*v);
}

void convert_snac(TensorLookup const& find, std::filesystem::path const& out, WeightType type) {
    GgufWriter writer("snac");
    writer.set("general.name", std::string("SNAC 24 kHz"));
    writer.set("snac.sample_rate", std::uint32_t{24000});
    Converter c{find, writer, type};

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
    c.depthwise("encoder.block.5", 768);

    for (int i = 0; i < 3; ++i) {
        std::string const q = numbered("quantizer.quantizers.", i);
        c.conv(q + ".in_proj", 768, 8, 1);
        c.conv(q + ".out_proj", 8, 768, 1);
        writer.add(q + ".codebook.weight", {8, 4096}, require(find, q + ".codebook.weight", {4096, 8}).values,
                   WeightType::f32);
    }

    c.depthwise("decoder.model.0", 768);
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
