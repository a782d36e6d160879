#include "networks/dpt.h"

namespace echollama {
namespace {

// Readout "project": every patch token beside the class token goes through a linear layer and GELU; then a map again.
// tokens [d, 1 + w h, n] → [d, w, h, n]
ggml_tensor* reassemble(Net const& net, std::string const& name, ggml_tensor* tokens, std::int64_t w, std::int64_t h) {
    auto d = tokens->ne[0], count = w * h, n = tokens->ne[2];
    ggml_tensor* patches = ggml_view_3d(net.ctx, tokens, d, count, n, tokens->nb[1], tokens->nb[2], tokens->nb[1]);
    ggml_tensor* first = ggml_view_3d(net.ctx, tokens, d, 1, n, tokens->nb[1], tokens->nb[2], 0);
    ggml_tensor* both = ggml_concat(net.ctx, patches, ggml_repeat_4d(net.ctx, first, d, count, n, 1), 0); // [2 d, …]
    ggml_tensor* x = net.gelu(net.linear(name + ".readout", both));
    return net.conv(name, ggml_reshape_4d(net.ctx, x, x->ne[0], w, h, n), {});
}

} // namespace

std::array<ggml_tensor*, 4> dpt_features(Net const& net, nn::Graph::Builder& builder, VitHybridParams const& params,
                                         ggml_tensor* x) {
    auto found = vit_hybrid(net, builder, params, x);
    ggml_tensor* third = reassemble(net, "reassemble.3", found.tokens[0], found.width, found.height);
    ggml_tensor* fourth = reassemble(net, "reassemble.4", found.tokens[1], found.width, found.height);
    fourth = net.conv("reassemble.4.down", fourth, {3, 2, nn::all_sides(1)}); // [d, w/32, h/32, n]
    builder.tap("reassemble3", third);
    builder.tap("reassemble4", fourth);
    return {found.stage0, found.stage1, third, fourth};
}

} // namespace echollama
