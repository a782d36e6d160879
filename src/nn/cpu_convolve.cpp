#include "nn/cpu_convolve.h"

namespace echollama::nn {

std::size_t convolve_scratch(LayerWeight const& weight) {
    return weight.squares ? winograd_scratch(*weight.squares) : product_scratch();
}

void convolve(LayerWeight const& weight, ProductShape const& shape, void const* x, void const* add, void* y,
              void* scratch, int part, int parts) {
    if (weight.squares) {
        winograd(*weight.squares, shape, static_cast<float const*>(x), static_cast<float const*>(add),
                 static_cast<float*>(y), scratch, part, parts);
    } else {
        product(*weight.plain, shape, x, add, y, scratch, part, parts);
    }
}

} // namespace echollama::nn
