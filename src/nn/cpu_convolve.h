// One convolution or linear layer, whichever way it is computed.
#pragma once

#include "nn/cpu_product.h"
#include "nn/cpu_winograd.h"

namespace echollama::nn {

// One of them, owned elsewhere.
struct LayerWeight {
    PackedMatrix const* plain = nullptr;
    WinogradMatrix const* squares = nullptr;
    bool operator==(LayerWeight const&) const = default;
};

// Bytes of scratch memory for each thread.
std::size_t convolve_scratch(LayerWeight const& weight);

// product() or winograd(); the latter only from and to F32.
void convolve(LayerWeight const& weight, ProductShape const& shape, void const* x, void const* add, void* y,
              void* scratch, int part, int parts);

} // namespace echollama::nn
