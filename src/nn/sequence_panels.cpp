#include "nn/sequence_panels.h"

#include <algorithm>

namespace echollama::nn::sequence {
namespace {

// visit(place in the panels, row, place in the row) for each value of the panels, those beyond the last row included. A
// line of the first cache holds 16 values of a row, so as many are taken of each row before the next.
template <typename Visit>
void each_place(int inputs, int outputs, Visit visit) {
    constexpr int line = 16;
    std::size_t panel = 0;
    for (int column = 0; column < outputs; column += panel_columns) {
        for (int first = 0; first < inputs; first += line) {
            for (int j = 0; j < panel_columns; ++j) {
                for (int k = first; k < std::min(first + line, inputs); ++k) {
                    visit(panel + static_cast<std::size_t>(k * panel_columns + j), column + j,
                          static_cast<std::size_t>(k));
                }
            }
        }
        panel += static_cast<std::size_t>(inputs) * panel_columns;
    }
}

} // namespace

std::size_t panel_floats(int inputs, int outputs) {
    return static_cast<std::size_t>((outputs + panel_columns - 1) / panel_columns) * panel_columns *
           static_cast<std::size_t>(inputs);
}

Matrix pack(std::span<float const> rows, int inputs, int outputs) {
    std::size_t const size = panel_floats(inputs, outputs), length = static_cast<std::size_t>(inputs);
    auto panels = std::make_unique_for_overwrite<float[]>(size);
    each_place(inputs, outputs, [&](std::size_t at, int row, std::size_t k) {
        panels[at] = row < outputs ? rows[static_cast<std::size_t>(row) * length + k] : 0;
    });
    std::span<float const> const all(panels.get(), size);
    return {inputs, outputs, all, std::move(panels)};
}

std::vector<float> unpack(Matrix const& matrix) {
    std::size_t const length = static_cast<std::size_t>(matrix.inputs);
    std::vector<float> rows(length * static_cast<std::size_t>(matrix.outputs));
    each_place(matrix.inputs, matrix.outputs, [&](std::size_t at, int row, std::size_t k) {
        if (row < matrix.outputs) {
            rows[static_cast<std::size_t>(row) * length + k] = matrix.panels[at];
        }
    });
    return rows;
}

std::vector<float> transposed_rows(std::span<float const> kernel, int in, int out, int stride) {
    auto const inputs = static_cast<std::size_t>(in);
    std::size_t const columns = static_cast<std::size_t>(out) * static_cast<std::size_t>(stride);
    std::vector<float> rows(columns * 2 * inputs);
    for (std::size_t column = 0; column < columns; ++column) {
        auto const before = kernel.subspan((column + columns) * inputs, inputs);
        auto const here = kernel.subspan(column * inputs, inputs);
        auto const row = rows.begin() + static_cast<std::ptrdiff_t>(column * 2 * inputs);
        std::copy(here.begin(), here.end(), std::copy(before.begin(), before.end(), row));
    }
    return rows;
}

} // namespace echollama::nn::sequence
