// Matrix products in float32 for training: any orientation, the right-hand side in memory or a frozen weight that is
// read in its stored form. The right-hand side is packed into panels on the way, a block at a time, which costs little
// because many rows are multiplied with it; frozen weights are therefore never unpacked as a whole. The innermost loop
// is that of nn/cpu. Every sum has one fixed order, whatever the number of threads.
#pragma once

#include "nn/cpu/panels.h"
#include "train/kernels/matrix.h"
#include "train/kernels/workers.h"

#include <cstdint>

namespace echollama::train {

// Element (r, c) lies at data[r * row_step + c * column_step].
struct View {
    float const* data = nullptr;
    std::int64_t row_step = 0, column_step = 1;

    View transposed() const { return {data, column_step, row_step}; }
    float const* at(std::int64_t row, std::int64_t column = 0) const {
        return data + row * row_step + column * column_step;
    }
};

// The right-hand side [K, N]: a view, or a frozen matrix: its transpose for y = x W^T, itself for dx = dy W.
struct Right {
    View view;
    Matrix const* matrix = nullptr;
    bool transposed = false;

    Right(View const& v) : view(v) {}
    Right(Matrix const& m, bool flip) : matrix(&m), transposed(flip) {}
};

// Sizes of C [m, n] = A [m, k] B [k, n].
struct Sizes {
    std::int64_t m, n, k;
};

// C with `c_step` between rows; with `add` the product is added to what is there.
void multiply(Workers& workers, Sizes const& sizes, View const& a, Right const& b, float* c, std::int64_t c_step,
              bool add = false);

// The whole of a right-hand side, packed once for several products within one thread.
struct Packed {
    std::int64_t k = 0, n = 0;
    nn::AlignedMemory panels;
    std::int64_t capacity = 0; // floats
};
void pack(View const& b, std::int64_t k, std::int64_t n, Packed& out);
// C [m, n] (+)= A [m, k] B with the first `k` rows and `n` columns of b only.
void multiply(Sizes const& sizes, View const& a, Packed const& b, float* c, std::int64_t c_step, bool add);

} // namespace echollama::train
