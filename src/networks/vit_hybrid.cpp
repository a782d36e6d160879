#include "networks/vit_hybrid.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace echollama {
namespace {

using namespace nn;

// A convolution without bias, its group norm, and what follows.
struct Bit {
    Net const& net;
    VitHybridParams const& params;

    ggml_tensor* conv_norm(std::string const& name, std::string const& norm, ggml_tensor* x, int kernel, int stride,
                           Net::After const& after) const {
        x = net.conv(name, x, {kernel, stride, same_padding(x->ne[1], x->ne[2], kernel, stride)}, {}, false);
        return net.group_norm(norm, x, params.groups, params.group_norm_eps, after);
    }

    // x [in, w, h, n] → [out, w / stride, h / stride, n]; activations come after the norms and after the sum
    ggml_tensor* bottleneck(std::string const& name, ggml_tensor* x, int stride) const {
        ggml_tensor* y = conv_norm(name + "conv1", name + "norm1", x, 1, 1, {.relu = true});
        y = conv_norm(name + "conv2", name + "norm2", y, 3, stride, {.relu = true});
        ggml_tensor* shortcut = x;
        if (net.weights->has(name + "shortcut.weight")) {
            shortcut = conv_norm(name + "shortcut", name + "shortcut.norm", x, 1, stride, {});
        }
        return conv_norm(name + "conv3", name + "norm3", y, 1, 1, {.add = shortcut, .relu = true});
    }
};

struct Transformer {
    Net const& net;
    VitHybridParams const& params;

    // Read by layer `next`, and by others like it.
    ggml_tensor* norm(std::string const& name, ggml_tensor* x, std::string const& next) const {
        return net.layer_norm(name, x, params.norm_eps, net.rounds(next));
    }

    // x [d, tokens, n] → the same; norms come before the layers
    ggml_tensor* block(int index, ggml_tensor* x) const {
        std::string const name = "vit." + std::to_string(index) + ".";
        ggml_tensor* y = norm(name + "norm1", x, name + "q");
        y = net.attention(name + "v", net.linear(name + "q", y), net.linear(name + "k", y), net.linear(name + "v", y),
                          params.heads, nullptr, net.rounds(name + "out"));
        x = net.linear(name + "out", y, {.add = x});
        y = net.gelu(net.linear(name + "fc1", norm(name + "norm2", x, name + "fc1")));
        return net.linear(name + "fc2", y, {.add = x});
    }
};

// Tokens [first, first + count) of [d, tokens, …], a view
ggml_tensor* some_tokens(ggml_context* ctx, ggml_tensor* x, std::int64_t first, std::int64_t count) {
    return ggml_view_3d(ctx, x, x->ne[0], count, x->ne[2], x->nb[1], x->nb[2],
                        static_cast<std::size_t>(first) * x->nb[1]);
}

// Class token and patches with their positions: patches [d, w, h, n] → [d, 1 + w h, n]. The table of positions belongs
// to a square grid; for others it is resized (bilinear, align_corners=False; DPT's vit.py _resize_pos_embed).
ggml_tensor* embed(Net const& net, ggml_tensor* patches) {
    auto d = patches->ne[0], w = patches->ne[1], h = patches->ne[2], n = patches->ne[3];
    auto positions = net.weights->dimension("vit.position", 1);
    auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(positions - 1))));
    if (side < 1 || side * side != positions - 1) {
        refuse_model(*net.weights, "its positions are not those of a square");
    }
    ggml_tensor* table = net.plain("vit.position", {d, positions});
    ggml_tensor* grid = ggml_reshape_3d(net.ctx, some_tokens(net.ctx, table, 1, side * side), d, side, side);
    if (w != side || h != side) {
        grid = resize(net.ctx, grid, w, h, Interpolation::bilinear, false);
    }
    ggml_tensor* first = ggml_add(net.ctx, net.plain("vit.cls", {d}), some_tokens(net.ctx, table, 0, 1));
    ggml_tensor* rest = ggml_add(net.ctx, patches, grid);
    return ggml_concat(net.ctx, ggml_repeat_4d(net.ctx, first, d, 1, n, 1), ggml_reshape_3d(net.ctx, rest, d, w * h, n),
                       1);
}

} // namespace

VitHybridParams read_vit_hybrid(Weights const& weights) {
    VitHybridParams p;
    p.stages = weights.i32_array("midas.stages");
    p.groups = static_cast<int>(weights.u32("midas.groups"));
    p.group_norm_eps = weights.f32("midas.group_norm_eps");
    p.norm_eps = weights.f32("midas.norm_eps");
    p.layers = static_cast<int>(weights.u32("midas.layers"));
    p.heads = static_cast<int>(weights.u32("midas.heads"));
    auto taps = weights.i32_array("midas.taps");
    auto positive = [](float x) { return x > 0 && std::isfinite(x); };
    bool stages_good =
        p.stages.size() == 3 && std::all_of(p.stages.begin(), p.stages.end(), [](int n) { return n >= 1 && n <= 64; });
    if (!stages_good || p.groups < 1 || p.groups > 1024 || !positive(p.group_norm_eps) || !positive(p.norm_eps) ||
        p.layers < 1 || p.layers > 64 || p.heads < 1 || p.heads > 64 || taps.size() != 2 || taps[0] < 0 ||
        taps[1] <= taps[0] || taps[1] >= p.layers) {
        refuse_model(weights, "its description is broken");
    }
    std::copy(taps.begin(), taps.end(), p.taps.begin());
    return p;
}

VitHybridFeatures vit_hybrid(Net const& net, Graph::Builder& builder, VitHybridParams const& params, ggml_tensor* x) {
    Bit bit{net, params};
    VitHybridFeatures found;
    x = bit.conv_norm("bit.stem", "bit.stem.norm", x, 7, 2, {.relu = true}); // [64, w/2, h/2, n]
    x = net.max_pool(x, {3, 2, same_padding(x->ne[1], x->ne[2], 3, 2)});     // [64, w/4, h/4, n]
    builder.tap("bit.stem", x);
    for (std::size_t stage = 0; stage < params.stages.size(); ++stage) {
        for (int block = 0; block < params.stages[stage]; ++block) {
            int stride = stage > 0 && block == 0 ? 2 : 1;
            x = bit.bottleneck("bit." + std::to_string(stage) + "." + std::to_string(block) + ".", x, stride);
        }
        builder.tap("bit.stage" + std::to_string(stage), x);
        if (stage < 2) {
            (stage == 0 ? found.stage0 : found.stage1) = x;
        }
    }
    x = builder.tap("patch_projection", net.conv("patch", x, {})); // [d, w/16, h/16, n]
    found.width = x->ne[1];
    found.height = x->ne[2];
    x = embed(net, x);
    Transformer transformer{net, params};
    for (int i = 0; i <= params.taps[1]; ++i) {
        x = builder.tap("vit.block" + std::to_string(i), transformer.block(i, x));
        for (std::size_t t = 0; t < 2; ++t) {
            found.tokens[t] = params.taps[t] == i ? x : found.tokens[t];
        }
    }
    return found;
}

} // namespace echollama
