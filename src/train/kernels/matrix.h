// A frozen weight as it is stored: rows of one of ggml's types, or NF4. Products read it block by block.
#pragma once

#include "train/kernels/nf4.h"

#include <ggml.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace echollama::train {

// y = W x with W [rows, columns], PyTorch's [out, in].
struct Matrix {
    std::int64_t rows = 0, columns = 0;
    ggml_type type = GGML_TYPE_F32;
    std::vector<std::uint8_t> bytes = {}; // rows after each other, of `type`
    std::optional<Nf4> nf4 = {};          // instead of bytes
    // Not 0: within heads of so many rows they lie in GGUF's order, neighbours instead of halves (convert/llama.h,
    // published_row); reading puts them back into Hugging Face's order.
    std::int64_t head = 0;

    std::size_t memory() const { return bytes.size() + (nf4 ? nf4->bytes() : 0); }
};

Matrix matrix_of_floats(std::int64_t rows, std::int64_t columns, std::vector<float> const& values);

// Rows [row, row + count) of columns [column, column + width) as floats, to out with `step` between rows. `column` and
// the end must be multiples of the type's block, which 256 and the number of columns are.
void read_block(Matrix const& matrix, std::int64_t row, std::int64_t count, std::int64_t column, std::int64_t width,
                float* out, std::int64_t step);

} // namespace echollama::train
