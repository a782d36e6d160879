// Matrix products on the CPU from weights packed once, with the pixels of a convolution gathered on the way: no patch
// matrix in memory, bias, sum and ReLU applied while the result is still in registers. Why not ggml's own operations:
// docs/performance.md, "DETR".
// Each result is summed in one fixed order whatever the tiling and the threads, so a picture in a batch and the same
// picture alone give the same bits.
#pragma once

#include "nn/cpu/panels.h"
#include "nn/layers.h"

#include <cstddef>
#include <cstdint>

namespace echollama::nn {

// Sizes of one convolution; a linear layer is one with kernel 1 over a line of tokens.
struct ProductShape {
    Convolution convolution;
    std::int64_t channels = 0, width = 0, height = 0, batch = 0; // of the input, channels fastest
    std::int64_t out_width = 0, out_height = 0;
    bool relu = false;
    // How the pictures lie in memory: F32, or BF16 (only where rounds_pictures() of the weights); `add` as the output.
    bool bf16_input = false, bf16_output = false;
    bool relu_input = false; // the convolution is of ReLU(x)
    bool gelu = false;       // in its tanh form, at the end; of plain products without `add`
};

// Whether pictures may be kept as BF16 between layers with such weights: they are rounded as coarsely anyway.
bool rounds_pictures(PanelType type);
// Whether the product can give BF16: sums that pass through memory must be F32.
bool can_give_bf16(PackedMatrix const& weight, ProductShape const& shape);

// Whether pixels of so many channels lie in memory as a product reads its rows: then they need not be gathered.
bool reads_in_place(PanelType type, std::int64_t channels, bool bf16_input);

// Bytes of scratch memory for each thread; width: of the input.
std::size_t product_scratch(PackedMatrix const& weight, std::int64_t width);

// Part `part` of `parts` of y = convolution(x) + bias (+ add), then ReLU when asked. add: as y, or nullptr;
// it may be y itself where the inputs are one chunk.
void product(PackedMatrix const& weight, ProductShape const& shape, void const* x, void const* add, void* y,
             void* scratch, int part, int parts);

// Only lines [from, to) of the result of picture `n`, to y; not of weights packed in lines.
void product_lines(PackedMatrix const& weight, ProductShape const& shape, std::int64_t n, std::int64_t from,
                   std::int64_t to, void const* x, void* y, void* scratch);

} // namespace echollama::nn
