#include "nn/cpu/convolve.h"

namespace echollama::nn {

std::size_t convolve_scratch(LayerWeight const& weight, std::int64_t width) {
    return weight.squares ? winograd_scratch(*weight.squares) : product_scratch(*weight.plain, width);
}

bool can_give_bf16(LayerWeight const& weight, ProductShape const& shape) {
    return weight.squares ? rounds_pictures(weight.squares->points.front().type) : can_give_bf16(*weight.plain, shape);
}

bool reads_bf16(LayerWeight const& weight) {
    return (weight.squares ? weight.squares->points.front() : *weight.plain).type == PanelType::bf16;
}

void convolve(LayerWeight const& weight, ProductShape const& shape, void const* x, void const* add, void* y,
              void* scratch, int part, int parts) {
    if (weight.squares) {
        winograd(*weight.squares, shape, x, add, y, scratch, part, parts);
    } else {
        product(*weight.plain, shape, x, add, y, scratch, part, parts);
    }
}

} // namespace echollama::nn
