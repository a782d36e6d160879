#include "networks/vits_layers.h"

#include "networks/net.h"
#include "networks/sequence_weights.h"

#include <algorithm>
#include <cmath>
#include <ranges>
#include <string>

namespace echollama::vits {
namespace {

using nn::Weights;
using nn::sequence::set_depthwise, nn::sequence::use_panels, nn::sequence::values;

constexpr int encoder_taps = 3, separable_taps = 3, flow_taps = 5, ends_taps = 7, spline_numbers = 29;
constexpr int most_samples_per_frame = 4096;
constexpr float slope_between = 0.1F, slope_at_end = 0.01F; // of the generator's leaky ReLU

std::string numbered(std::string const& prefix, std::size_t i) {
    return prefix + std::to_string(i);
}

int dimension(Weights const& weights, std::string const& name, int axis) {
    constexpr std::int64_t most = 1 << 14;
    auto const size = weights.dimension(name, axis);
    if (size < 1 || size > most) {
        refuse_model(weights, "the size of '" + name + "' is impossible");
    }
    return static_cast<int>(size);
}

Norm read_norm(Weights const& weights, std::string const& name, int channels) {
    return {values(weights, name + ".gamma", {channels}), values(weights, name + ".beta", {channels})};
}

Layer convolution(Weights const& weights, std::string const& name, int in, int out, int taps = 1, int dilation = 1,
                  bool bias = true) {
    Layer layer;
    layer.channels = in;
    layer.taps = taps;
    layer.spread = dilation;
    layer.pad = taps / 2 * dilation;
    use_panels(layer, weights, name, out, bias);
    return layer;
}

EncoderBlock read_encoder_block(Weights const& weights, std::size_t i, int c, int heads) {
    EncoderBlock block;
    std::string const attention = numbered("enc_p.encoder.attn_layers.", i);
    block.qkv = convolution(weights, attention + ".qkv", c, 3 * c);
    block.out = convolution(weights, attention + ".conv_o", c, c);
    int const d = c / heads, numbers = dimension(weights, attention + ".emb_rel_k", 0), places = numbers / d;
    if (numbers % d != 0 || places % 2 == 0) {
        refuse_model(weights, "its attention does not fit its channels");
    }
    block.attention = {heads, places / 2, values(weights, attention + ".emb_rel_k", {numbers}),
                       values(weights, attention + ".emb_rel_v", {numbers})};
    block.after_attention = read_norm(weights, numbered("enc_p.encoder.norm_layers_1.", i), c);
    std::string const forward = numbered("enc_p.encoder.ffn_layers.", i);
    int const wide = dimension(weights, forward + ".conv_1.bias", 0);
    if (wide % 16 != 0) {
        refuse_model(weights, "its feed forward layers do not fit its kernels");
    }
    block.widen = convolution(weights, forward + ".conv_1", c, wide, encoder_taps);
    block.narrow = convolution(weights, forward + ".conv_2", wide, c, encoder_taps);
    block.narrow.slope = 0;
    block.after_forward = read_norm(weights, numbered("enc_p.encoder.norm_layers_2.", i), c);
    return block;
}

Separable read_separable(Weights const& weights, std::string const& name, int c) {
    Separable steps;
    int dilation = 1;
    for (std::size_t i = 0; i < steps.size(); ++i, dilation *= separable_taps) {
        auto& step = steps[i];
        step.depthwise.channels = c;
        step.depthwise.taps = 0;
        set_depthwise(step.depthwise, weights, numbered(name + ".convs_sep.", i), separable_taps, dilation);
        step.first = read_norm(weights, numbered(name + ".norms_1.", i), c);
        step.mix = convolution(weights, numbered(name + ".convs_1x1.", i), c, c);
        step.second = read_norm(weights, numbered(name + ".norms_2.", i), c);
    }
    return steps;
}

SplineFlow read_spline(Weights const& weights, std::string const& name, int c, int bent) {
    return {convolution(weights, name + ".pre", 2, c), read_separable(weights, name + ".convs", c),
            convolution(weights, name + ".proj", c, spline_numbers), bent};
}

Coupling read_coupling(Weights const& weights, std::string const& name, int c) {
    Coupling coupling;
    coupling.pre = convolution(weights, name + ".pre", c, c);
    for (std::size_t i = 0; i < coupling.steps.size(); ++i) {
        auto& step = coupling.steps[i];
        step.in = convolution(weights, numbered(name + ".enc.in_layers.", i), c, 2 * c, flow_taps);
        auto const both = numbered(name + ".enc.res_skip_layers.", i);
        step.skip = convolution(weights, both + ".skip", c, c);
        if (i + 1 < coupling.steps.size()) {
            step.next = convolution(weights, both + ".next", c, c);
        }
    }
    coupling.post = convolution(weights, name + ".post", c, c);
    return coupling;
}

void read_generator(Weights const& weights, Network& network) {
    auto const strides = weights.i32_array("vits.strides"), taps = weights.i32_array("vits.taps");
    auto const dilations = weights.i32_array("vits.dilations");
    constexpr std::size_t convolutions = 6; // of a level
    auto const within = [](std::vector<std::int32_t> const& list, std::int32_t most) {
        return std::all_of(list.begin(), list.end(), [&](auto n) { return n >= 1 && n <= most; });
    };
    auto const all = [](std::vector<std::int32_t> const& list, int remainder) {
        return std::all_of(list.begin(), list.end(), [&](auto n) { return n % 2 == remainder; });
    };
    if (strides.empty() || strides.size() > 8 || dilations.size() != convolutions * strides.size() ||
        taps.size() != dilations.size() || !within(strides, 32) || !within(taps, 31) || !within(dilations, 64) ||
        !all(strides, 0) || !all(taps, 1)) {
        refuse_model(weights, "its list of levels is broken");
    }
    int width = dimension(weights, "dec.conv_pre.bias", 0);
    if (width % (16 << strides.size()) != 0) {
        refuse_model(weights, "its generator does not fit its kernels");
    }
    network.pre = convolution(weights, "dec.conv_pre", network.channels, width, ends_taps);
    for (std::size_t level = 0; level < strides.size(); ++level) {
        auto& made = network.levels.emplace_back();
        made.up = nn::sequence::transposed_shape(width, width / 2, strides[level]);
        use_panels(made.up, weights, numbered("dec.ups.", level), strides[level] * width / 2, true);
        made.up.slope = slope_between;
        width /= 2;
        for (std::size_t i = 0; i < convolutions; ++i) {
            auto const name = numbered("dec.resblocks.", level * made.blocks.size() + i / 2);
            std::size_t const at = level * convolutions + i;
            auto& block = made.blocks[i / 2];
            auto& layer = i % 2 == 0 ? block.first : block.second;
            layer = convolution(weights, numbered(name + ".convs.", i % 2), width, width, taps[at], dilations[at]);
            layer.slope = slope_between;
        }
        network.samples_per_frame *= strides[level];
        if (network.samples_per_frame > most_samples_per_frame) {
            refuse_model(weights, "its frames are impossibly long");
        }
    }
    network.post = convolution(weights, "dec.conv_post", width, 1, ends_taps, 1, false);
    network.post.slope = slope_at_end;
    network.post.finish = Layer::Finish::tanh;
}

// Steps on each side that an output step depends on, through one level after the other from the samples up.
std::int64_t reach_of(Network const& network) {
    std::int64_t reach = network.post.pad;
    for (auto const& level : std::views::reverse(network.levels)) {
        std::int64_t blocks = 0;
        for (auto const& block : level.blocks) {
            blocks = std::max<std::int64_t>(blocks, block.first.pad + block.second.pad);
        }
        std::int64_t const stride = level.up.phases;
        reach = (reach + blocks + stride / 2 + stride - 1) / stride + 1;
    }
    return reach + network.pre.pad;
}

} // namespace

Network read_network(Weights const& weights) {
    Network network;
    network.sample_rate = static_cast<int>(weights.u32("vits.sample_rate"));
    int const heads = static_cast<int>(weights.u32("vits.heads"));
    int const c = network.channels = dimension(weights, "enc_p.emb.weight", 0);
    network.symbols = dimension(weights, "enc_p.emb.weight", 1);
    if (network.sample_rate < 8000 || network.sample_rate > 96000 || heads < 1 || heads > 64 || c % (16 * heads) != 0) {
        refuse_model(weights, "its sizes are impossible");
    }
    network.embedding = values(weights, "enc_p.emb.weight", {c, network.symbols});
    for (float& v : network.embedding) {
        v *= std::sqrt(static_cast<float>(c));
    }
    for (std::size_t i = 0; i < network.encoder.size(); ++i) {
        network.encoder[i] = read_encoder_block(weights, i, c, heads);
    }
    network.prior = convolution(weights, "enc_p.proj", c, 2 * c);
    network.duration_pre = convolution(weights, "dp.pre", c, c);
    network.duration_separable = read_separable(weights, "dp.convs", c);
    network.duration_proj = convolution(weights, "dp.proj", c, c);
    // Backwards: a reversal before each, so the first bends channel 0 by channel 1; the original leaves one flow out.
    for (std::size_t i = 0; i < network.splines.size(); ++i) {
        network.splines[i] = read_spline(weights, numbered("dp.flows.", 7 - 2 * i), c, i % 2 == 0 ? 0 : 1);
    }
    network.duration_shift = values(weights, "dp.flows.0.m", {2}).front();
    network.duration_scale = values(weights, "dp.flows.0.scale", {2}).front();
    for (std::size_t i = 0; i < network.couplings.size(); ++i) {
        network.couplings[i] = read_coupling(weights, numbered("flow.flows.", 6 - 2 * i), c);
    }
    read_generator(weights, network);
    weights.expect_all_used();
    network.reach = reach_of(network);
    return network;
}

} // namespace echollama::vits
