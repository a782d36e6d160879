// One convolution or linear layer, whichever way it is computed.
#pragma once

#include "nn/cpu/product.h"
#include "nn/cpu/winograd.h"

namespace echollama::nn {

// One of them, owned elsewhere.
struct LayerWeight {
    PackedMatrix const* plain = nullptr;
    WinogradMatrix const* squares = nullptr;
    bool operator==(LayerWeight const&) const = default;
};

// Bytes of scratch memory for each thread; width: of the input.
std::size_t convolve_scratch(LayerWeight const& weight, std::int64_t width);

// Whether the result may be BF16: the weights round as coarsely, and no sum passes through memory.
bool can_give_bf16(LayerWeight const& weight, ProductShape const& shape);
// Whether the layer itself reads BF16.
bool reads_bf16(LayerWeight const& weight);

// product() or winograd().
void convolve(LayerWeight const& weight, ProductShape const& shape, void const* x, void const* add, void* y,
              void* scratch, int part, int parts);

} // namespace echollama::nn
