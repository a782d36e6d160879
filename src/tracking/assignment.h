// Who belongs to whom at the least cost.
#pragma once

#include <cstddef>
#include <vector>

namespace echollama {

// Rows against columns; a pair that costs more than `limit` is never made.
struct CostTable {
    std::size_t rows = 0, columns = 0;
    std::vector<float> costs; // row-major, finite

    CostTable(std::size_t row_count, std::size_t column_count)
        : rows(row_count), columns(column_count), costs(row_count * column_count) {}
    float& at(std::size_t row, std::size_t column) { return costs[row * columns + column]; }
    float at(std::size_t row, std::size_t column) const { return costs[row * columns + column]; }
};

// The column of each row, or -1: as many pairs within the limit as their costs allow, with the least sum where leaving
// a row out costs the limit (the Hungarian method with potentials, Kuhn 1955; rows * rows * columns steps).
std::vector<int> assign(CostTable const& table, float limit);

} // namespace echollama
