#include "nn/cpu/sequence_node.h"

#include "nn/cpu/node.h"

#include <array>

namespace echollama::nn::sequence {
namespace {

struct Optional { // which inputs there are, behind x and scratch, in this order
    bool added, also_added, noise;
};

void compute(ggml_tensor* dst, int part, int parts, void* layer) {
    ggml_tensor const *x = dst->src[0], *scratch = dst->src[1];
    if (part >= scratch->ne[1]) {
        return; // never: the graph runs with the threads it was built for
    }
    auto const has = params_of<Optional>(dst);
    int next = 2;
    auto const take = [&](bool there) { return there ? floats_of(dst->src[next++]) : nullptr; };
    Rows rows{floats_of(x), x->ne[1], {}, nullptr, static_cast<float*>(dst->data)};
    rows.added = {take(has.added), take(has.also_added)};
    rows.noise = take(has.noise);
    run(*static_cast<Layer const*>(layer), rows, static_cast<float*>(scratch->data) + part * scratch->ne[0], part,
        std::min<int>(parts, static_cast<int>(scratch->ne[1])));
}

} // namespace

ggml_tensor* node(ggml_context* ctx, Layer const& layer, NodeInputs const& inputs) {
    std::array<ggml_tensor*, 5> args{inputs.x, inputs.scratch};
    int count = 2;
    for (auto* input : {inputs.added, inputs.also_added, inputs.noise}) {
        if (input) {
            args[static_cast<std::size_t>(count++)] = input;
        }
    }
    // ggml hands the layer back; it is only read.
    auto* made = ggml_custom_4d(ctx, GGML_TYPE_F32, layer.output_channels(), layer.output_steps(inputs.x->ne[1]), 1, 1,
                                args.data(), count, compute, GGML_N_TASKS_MAX, const_cast<Layer*>(&layer));
    return with_params(made, Optional{inputs.added != nullptr, inputs.also_added != nullptr, inputs.noise != nullptr});
}

} // namespace echollama::nn::sequence
