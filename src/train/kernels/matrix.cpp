#include "train/kernels/matrix.h"

#include <cstring>

namespace echollama::train {
namespace {

// Where row `row` of Hugging Face's order lies: the inverse of convert::published_row.
std::int64_t stored_row(std::int64_t row, std::int64_t head) {
    auto const in_head = row % head, half = head / 2;
    return row - in_head + 2 * (in_head % half) + in_head / half;
}

} // namespace

Matrix matrix_of_floats(std::int64_t rows, std::int64_t columns, std::vector<float> const& values) {
    Matrix matrix{rows, columns};
    matrix.bytes.resize(values.size() * sizeof(float));
    std::memcpy(matrix.bytes.data(), values.data(), matrix.bytes.size());
    return matrix;
}

void read_block(Matrix const& matrix, std::int64_t row, std::int64_t count, std::int64_t column, std::int64_t width,
                float* out, std::int64_t step) {
    auto const row_bytes = ggml_row_size(matrix.type, matrix.columns);
    auto const skipped = ggml_row_size(matrix.type, column);
    for (std::int64_t i = 0; i < count; ++i, out += step) {
        auto const at = matrix.head > 0 ? stored_row(row + i, matrix.head) : row + i;
        if (matrix.nf4) {
            dequantise(*matrix.nf4, at * matrix.columns + column, width, out);
            continue;
        }
        auto const* from = matrix.bytes.data() + static_cast<std::size_t>(at) * row_bytes + skipped;
        if (matrix.type == GGML_TYPE_F32) {
            std::memcpy(out, from, static_cast<std::size_t>(width) * sizeof(float));
        } else {
            ggml_get_type_traits(matrix.type)->to_float(from, out, width);
        }
    }
}

} // namespace echollama::train
