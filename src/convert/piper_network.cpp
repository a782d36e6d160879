#include "convert/piper_network.h"

#include "base/error.h"
#include "convert/sequence_weights.h"
#include "formats/onnx_file.h"
#include "nn/sequence_panels.h"

#include <map>
#include <optional>

namespace echollama::convert {
namespace {

// Sizes that all of Piper's voices share (piper_train/vits/models.py).
constexpr std::int64_t heads = 2, encoder_layers = 6, encoder_taps = 3, flow_layers = 4, flow_taps = 5, pre_taps = 7;
constexpr std::int64_t spline_numbers = 29; // 3 · 10 bins - 1
constexpr std::int64_t separable_layers = 3, separable_taps = 3, blocks_a_level = 3, convolutions_a_block = 2;

std::string numbered(std::string const& prefix, std::int64_t i) {
    return prefix + std::to_string(i);
}

// Caught in convert_piper_network().
void expect(bool condition) {
    if (!condition) {
        throw Error("The voice is of another kind.");
    }
}

// The export folds weight norm into numbers without a name: those of a convolution are called after its bias.
std::map<std::string, std::string> names_of_weights(OnnxFile const& onnx) {
    std::map<std::string, std::string> names;
    std::string const bias = ".bias";
    for (auto const& node : onnx.nodes) {
        bool const convolution = node.operation == "Conv" || node.operation == "ConvTranspose";
        if (convolution && node.inputs.size() == 3 && node.inputs[2].ends_with(bias)) {
            auto const& name = node.inputs[2];
            names[name.substr(0, name.size() - bias.size()) + ".weight"] = node.inputs[1];
        }
    }
    // What becomes of symbols first, and how the durations' first flow scales.
    expect(!onnx.inputs.empty());
    auto const* embedding = onnx.reader_of("Gather", onnx.inputs.front());
    auto const* shifted = onnx.reader_of("Sub", "dp.flows.0.m");
    expect(embedding && shifted && !embedding->inputs.empty() && !shifted->outputs.empty());
    auto const* scaled = onnx.reader_of("Mul", shifted->outputs.front());
    expect(scaled && scaled->inputs.size() == 2);
    names["enc_p.emb.weight"] = embedding->inputs.front();
    names["dp.flows.0.scale"] = scaled->inputs[scaled->inputs[0] == shifted->outputs.front() ? 1 : 0];
    return names;
}

class PiperConversion {
  public:
    PiperConversion(OnnxFile const& onnx, int sample_rate) : onnx_(onnx), names_(names_of_weights(onnx)) {
        channels_ = shape("enc_p.proj.weight", 3)[1];
        writer_.set("general.name", std::string("Piper voice"));
        writer_.set("vits.sample_rate", static_cast<std::uint32_t>(sample_rate));
        writer_.set("vits.heads", static_cast<std::uint32_t>(heads));
    }

    void network() {
        expect(onnx_.inputs.size() == 3); // a fourth is the speaker
        encoder();
        durations();
        for (std::int64_t i = 0; i < 2 * flow_layers; i += 2) {
            coupling(numbered("flow.flows.", i), i % 4 == 2);
        }
        generator();
    }

    GgufWriter& writer() { return writer_; }

  private:
    std::string const& source(std::string const& name) const {
        auto const found = names_.find(name);
        return found == names_.end() ? name : found->second;
    }

    std::vector<std::int64_t> shape(std::string const& name, std::size_t rank) const {
        expect(onnx_.weights.has(source(name)));
        auto const& found = onnx_.weights.tensor(source(name)).shape;
        expect(found.size() == rank);
        return found;
    }

    // The whole-numbered attribute of the convolution `name` that must have one value for each end or dimension.
    std::int64_t attribute(std::string const& operation, std::string const& name, std::string const& key) const {
        auto const* node = onnx_.reader_of(operation, source(name + ".weight"));
        expect(node && node->numbers.contains(key) && !node->numbers.at(key).empty());
        auto const& values = node->numbers.at(key);
        expect(values.front() == values.back());
        return values.front();
    }

    using Rows = std::vector<float>;

    Rows rows(std::string const& name, std::int64_t in, std::int64_t out, std::int64_t taps = 1) const {
        return weights_.rows(name, in, out, taps);
    }
    Rows bias(std::string const& name, std::int64_t out) const {
        return weights_.require(name + ".bias", {out}).values;
    }

    // A product, as panels; bias may be empty.
    void product(std::string const& name, Rows const& rows, Rows const& bias, std::int64_t outputs) {
        auto const inputs = static_cast<std::int64_t>(rows.size()) / outputs;
        auto const matrix = nn::sequence::pack(rows, static_cast<int>(inputs), static_cast<int>(outputs));
        constexpr std::int64_t columns = nn::sequence::panel_columns;
        writer_.add(name + ".weight", {columns, inputs, (outputs + columns - 1) / columns}, matrix.panels,
                    WeightType::f32);
        if (!bias.empty()) {
            writer_.add(name + ".bias", {outputs}, bias, WeightType::f32);
        }
    }
    void convolution(std::string const& name, std::int64_t in, std::int64_t out, std::int64_t taps = 1) {
        product(name, rows(name, in, out, taps), bias(name, out), out);
    }

    void norm(std::string const& name) {
        weights_.vector(name + ".gamma", channels_);
        weights_.vector(name + ".beta", channels_);
    }

    void encoder() {
        auto const symbols = shape("enc_p.emb.weight", 2)[0];
        writer_.add("enc_p.emb.weight", {channels_, symbols},
                    weights_.require("enc_p.emb.weight", {symbols, channels_}).values, WeightType::f32);
        for (std::int64_t i = 0; i < encoder_layers; ++i) {
            std::string const attention = numbered("enc_p.encoder.attn_layers.", i);
            Rows all, biases; // q, k and v beside each other
            for (auto const* part : {".conv_q", ".conv_k", ".conv_v"}) {
                auto const one = rows(attention + part, channels_, channels_), ends = bias(attention + part, channels_);
                all.insert(all.end(), one.begin(), one.end());
                biases.insert(biases.end(), ends.begin(), ends.end());
            }
            product(attention + ".qkv", all, biases, 3 * channels_);
            convolution(attention + ".conv_o", channels_, channels_);
            auto const places = shape(attention + ".emb_rel_k", 3)[1];
            weights_.flat(attention + ".emb_rel_k", {1, places, channels_ / heads});
            weights_.flat(attention + ".emb_rel_v", {1, places, channels_ / heads});
            norm(numbered("enc_p.encoder.norm_layers_1.", i));
            std::string const forward = numbered("enc_p.encoder.ffn_layers.", i);
            auto const wide = shape(forward + ".conv_1.weight", 3)[0];
            convolution(forward + ".conv_1", channels_, wide, encoder_taps);
            convolution(forward + ".conv_2", wide, channels_, encoder_taps);
            norm(numbered("enc_p.encoder.norm_layers_2.", i));
        }
        convolution("enc_p.proj", channels_, 2 * channels_);
    }

    // Dilated depthwise-separable convolutions.
    void separable(std::string const& name) {
        for (std::int64_t i = 0; i < separable_layers; ++i) {
            weights_.depthwise(numbered(name + ".convs_sep.", i), channels_, separable_taps);
            norm(numbered(name + ".norms_1.", i));
            convolution(numbered(name + ".convs_1x1.", i), channels_, channels_);
            norm(numbered(name + ".norms_2.", i));
        }
    }

    void durations() {
        convolution("dp.pre", channels_, channels_);
        separable("dp.convs");
        convolution("dp.proj", channels_, channels_);
        // They run backwards, 7 first, with a reversal of the two channels before each: 7 bends the first.
        for (int const flow : {3, 5, 7}) {
            std::string const name = numbered("dp.flows.", flow);
            Rows of_both; // of the channel that is bent nothing
            for (float const w : rows(name + ".pre", 1, channels_)) {
                of_both.insert(of_both.end(), {flow == 5 ? w : 0, flow == 5 ? 0 : w});
            }
            product(name + ".pre", of_both, bias(name + ".pre", channels_), channels_);
            separable(name + ".convs");
            convolution(name + ".proj", channels_, spline_numbers);
        }
        weights_.flat("dp.flows.0.m", {2, 1});
        weights_.flat("dp.flows.0.scale", {2, 1});
    }

    // z - post(…(pre(z))), where pre sees half of the channels and post changes the others; both become products of
    // all. `reversed`: running backwards, an odd number of reversals of the channels lies before it.
    void coupling(std::string const& name, bool reversed) {
        std::int64_t const half = channels_ / 2;
        auto const place = [&](std::int64_t channel) { return reversed ? channels_ - 1 - channel : channel; };
        auto const at = [](std::int64_t row, std::int64_t of, std::int64_t width) {
            return static_cast<std::size_t>(row * width + of);
        };
        auto const pre = rows(name + ".pre", half, channels_), post = rows(name + ".post", channels_, half);
        auto const shift = bias(name + ".post", half);
        Rows seen(at(channels_, 0, channels_)), changed(seen.size()), shifts(static_cast<std::size_t>(channels_));
        for (std::int64_t i = 0; i < half; ++i) {
            auto const to = place(half + i);
            shifts[static_cast<std::size_t>(to)] = -shift[static_cast<std::size_t>(i)];
            for (std::int64_t k = 0; k < channels_; ++k) {
                seen[at(k, place(i), channels_)] = pre[at(k, i, half)];
                changed[at(to, k, channels_)] = -post[at(i, k, channels_)];
            }
        }
        product(name + ".pre", seen, bias(name + ".pre", channels_), channels_);
        for (std::int64_t i = 0; i < flow_layers; ++i) {
            std::string const in = numbered(name + ".enc.in_layers.", i);
            expect(attribute("Conv", in, "dilations") == 1);
            convolution(in, channels_, 2 * channels_, flow_taps);
            residual_and_skip(numbered(name + ".enc.res_skip_layers.", i), i + 1 == flow_layers);
        }
        product(name + ".post", changed, shifts, channels_);
    }

    // Two products for the two halves of one; the last layer has only the second.
    void residual_and_skip(std::string const& name, bool last) {
        std::int64_t const outputs = last ? channels_ : 2 * channels_;
        auto const all = rows(name, channels_, outputs), biases = bias(name, outputs);
        auto const skip = static_cast<std::ptrdiff_t>(outputs - channels_),
                   row = static_cast<std::ptrdiff_t>(channels_);
        product(name + ".skip", {all.begin() + skip * row, all.end()}, {biases.begin() + skip, biases.end()},
                channels_);
        if (!last) {
            product(name + ".next", {all.begin(), all.begin() + skip * row}, {biases.begin(), biases.begin() + skip},
                    channels_);
        }
    }

    // What follows a level takes the mean of its blocks: their sum, times weights divided by their number, since leaky
    // ReLU lets a factor through.
    static Rows of_mean(Rows rows, bool after_blocks) {
        for (float& w : rows) {
            w /= after_blocks ? static_cast<float>(blocks_a_level) : 1;
        }
        return rows;
    }

    void generator() {
        auto width = shape("dec.conv_pre.weight", 3)[0];
        convolution("dec.conv_pre", channels_, width, pre_taps);
        std::vector<std::int32_t> strides, taps_of_blocks, dilations;
        for (std::int64_t level = 0; onnx_.weights.has(source(numbered("dec.ups.", level) + ".weight")); ++level) {
            std::string const up = numbered("dec.ups.", level);
            auto const stride = attribute("ConvTranspose", up, "strides");
            auto const taps = shape(up + ".weight", 3)[2];
            expect(taps == 2 * stride && attribute("ConvTranspose", up, "pads") * 2 == stride);
            auto const all =
                nn::sequence::transposed_rows(weights_.kernel(up, width, width / 2, taps), static_cast<int>(width),
                                              static_cast<int>(width / 2), static_cast<int>(stride));
            Rows biases;
            for (std::int64_t phase = 0; phase < stride; ++phase) {
                auto const one = bias(up, width / 2);
                biases.insert(biases.end(), one.begin(), one.end());
            }
            product(up, of_mean(all, level > 0), biases, stride * width / 2);
            strides.push_back(static_cast<std::int32_t>(stride));
            width /= 2;
            for (std::int64_t i = 0; i < blocks_a_level * convolutions_a_block; ++i) {
                std::string const block = numbered("dec.resblocks.", level * blocks_a_level + i / convolutions_a_block);
                std::string const conv = numbered(block + ".convs.", i % convolutions_a_block);
                auto const block_taps = shape(conv + ".weight", 3)[2];
                auto const dilation = attribute("Conv", conv, "dilations");
                expect(attribute("Conv", conv, "pads") * 2 == (block_taps - 1) * dilation);
                convolution(conv, width, width, block_taps);
                taps_of_blocks.push_back(static_cast<std::int32_t>(block_taps));
                dilations.push_back(static_cast<std::int32_t>(dilation));
            }
        }
        product("dec.conv_post", of_mean(rows("dec.conv_post", width, 1, pre_taps), true), {}, 1);
        writer_.set("vits.strides", strides);
        writer_.set("vits.taps", taps_of_blocks);
        writer_.set("vits.dilations", dilations);
    }

    OnnxFile const& onnx_;
    std::map<std::string, std::string> names_;
    GgufWriter writer_{"vits"};
    TensorLookup const find_ = [this](std::string const& name) -> std::optional<SourceTensor> {
        auto const& stored = source(name);
        if (!onnx_.weights.has(stored)) {
            return std::nullopt;
        }
        return SourceTensor{onnx_.weights.tensor(stored).shape, onnx_.weights.read(stored)};
    };
    SequenceWeights const weights_{find_, writer_, WeightType::f32, "the voice is of another kind"};
    std::int64_t channels_ = 0;
};

} // namespace

bool convert_piper_network(std::filesystem::path const& onnx, int sample_rate, std::filesystem::path const& gguf) {
    auto const file = read_onnx(onnx);
    std::optional<PiperConversion> conversion;
    try {
        conversion.emplace(file, sample_rate);
        conversion->network();
    } catch (Error const&) { // another structure, or a tensor of another shape
        return false;
    }
    conversion->writer().write(gguf);
    return true;
}

} // namespace echollama::convert
