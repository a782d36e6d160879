#include "networks/siglip.h"

namespace echollama {
namespace {

// q, k and v come out of one product [3 d, tokens, n]; part 0, 1 or 2 of it as [d, tokens, n].
ggml_tensor* third(ggml_context* ctx, ggml_tensor* qkv, int part) {
    auto d = qkv->ne[0] / 3;
    return ggml_view_3d(ctx, qkv, d, qkv->ne[1], qkv->ne[2], qkv->nb[1], qkv->nb[2],
                        static_cast<std::size_t>(part) * static_cast<std::size_t>(d) * sizeof(float));
}

ggml_tensor* block(Net const& net, SigLipParams const& params, std::string const& name, ggml_tensor* x) {
    auto const norm = [&](std::string const& its_name, std::string const& next) {
        return net.layer_norm(name + its_name, x, params.norm_eps, net.rounds(name + next));
    };
    ggml_tensor* qkv = net.linear(name + "qkv", norm("norm1", "qkv")); // [3 d, tokens, n]
    if (qkv->ne[0] != 3 * x->ne[0]) {
        refuse_model(*net.weights, "its attention has the wrong width");
    }
    ggml_tensor* mixed = net.attention(name + "qkv", third(net.ctx, qkv, 0), third(net.ctx, qkv, 1),
                                       third(net.ctx, qkv, 2), params.heads, nullptr, net.rounds(name + "out"));
    x = net.linear(name + "out", mixed, {.add = x});
    return gelu_mlp(net, name + "mlp", norm("norm2", "mlp.fc1"), x);
}

} // namespace

SigLipParams read_siglip_params(nn::Weights const& weights) {
    auto number = [&](char const* key) { return static_cast<int>(weights.u32(std::string("siglip.") + key)); };
    SigLipParams params{number("image_size"), number("patch_size"), number("blocks"), number("heads"),
                        weights.f32("siglip.norm_eps")};
    bool possible = params.patch >= 1 && params.patch <= 64 && params.size >= params.patch && params.size <= 1024 &&
                    params.size % params.patch == 0 && params.blocks >= 1 && params.blocks <= 256 &&
                    params.heads >= 1 && params.norm_eps > 0;
    if (!possible || weights.dimension("position", 0) % params.heads != 0) {
        refuse_model(weights, "its sizes are impossible");
    }
    return params;
}

ggml_tensor* gelu_mlp(Net const& net, std::string const& name, ggml_tensor* x, ggml_tensor* add) {
    ggml_tensor* inner = net.linear(name + ".fc1", x, {.rounded = net.rounds(name + ".fc2"), .gelu = true});
    return net.linear(name + ".fc2", inner, {.add = add});
}

ggml_tensor* siglip(Net const& net, nn::Graph::Builder& b, SigLipParams const& params, ggml_tensor* picture) {
    std::int64_t tokens = std::int64_t{params.grid()} * params.grid();
    ggml_tensor* x = net.conv("patch", picture, {params.patch, params.patch, {}}); // [d, grid, grid, n]
    auto d = x->ne[0];
    x = ggml_reshape_3d(net.ctx, x, d, tokens, picture->ne[3]);
    x = b.tap("hidden.0", ggml_add(net.ctx, x, net.plain("position", {d, tokens})));
    for (int i = 0; i < params.blocks; ++i) {
        x = b.tap("hidden." + std::to_string(i + 1), block(net, params, "block." + std::to_string(i) + ".", x));
    }
    return net.layer_norm("norm", x, params.norm_eps);
}

} // namespace echollama
