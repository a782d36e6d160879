// Matrix products on the CPU from weights packed once, with the pixels of a convolution gathered on the way: no patch
// matrix in memory, bias, sum and ReLU applied while the result is still in registers. Why not ggml's own operations:
// docs/performance.md, "DETR".
// Each result is summed in one fixed order whatever the tiling and the threads, so a picture in a batch and the same
// picture alone give the same bits.
#pragma once

#include "nn/layers.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace echollama::nn {

// How panels hold numbers. Products are summed in F32 always; with bf16 the pictures are rounded to BF16 as well.
enum class PanelType { f32, f16, bf16 };

struct FreeMemory {
    void operator()(void* memory) const { std::free(memory); }
};
using AlignedMemory = std::unique_ptr<void, FreeMemory>;
AlignedMemory aligned_memory(std::size_t bytes); // throws std::bad_alloc

// A matrix [inputs, outputs] in panels of neighbouring outputs, as the product reads it; `bias` padded to whole panels.
struct PackedMatrix {
    PanelType type = PanelType::f32;
    std::int64_t inputs = 0, outputs = 0;
    AlignedMemory panels, bias;
    std::size_t bytes = 0;
};

// From a ggml matrix in memory of the CPU (F32, F16, BF16 or Q8_0) and a bias (may be nullptr). F16 stays F16; BF16 and
// Q8_0 become BF16 panels; all become F32 where the processor has no instructions for them.
PackedMatrix pack(ggml_tensor const* weight, ggml_tensor const* bias);

// Sizes of one convolution; a linear layer is one with kernel 1 over a line of tokens.
struct ProductShape {
    Convolution convolution;
    std::int64_t channels = 0, width = 0, height = 0, batch = 0; // of the input, channels fastest
    std::int64_t out_width = 0, out_height = 0;
    bool relu = false;
};

// Bytes of scratch memory for each thread.
std::size_t product_scratch();

// Part `part` of `parts` of y = convolution(x) + bias (+ add), then ReLU when asked. add: as y, or nullptr.
void product(PackedMatrix const& weight, ProductShape const& shape, float const* x, float const* add, float* y,
             void* scratch, int part, int parts);

} // namespace echollama::nn
