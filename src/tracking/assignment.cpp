#include "tracking/assignment.h"

#include <algorithm>
#include <limits>

namespace echollama {

std::vector<int> assign(CostTable const& table, float limit) {
    std::size_t const n = table.rows;
    std::size_t const m = table.columns + n; // a column for each row to stay alone in
    auto const cost = [&](std::size_t row, std::size_t column) {
        if (column >= table.columns) {
            return static_cast<double>(limit);
        }
        double const value = table.at(row, column);
        return value <= static_cast<double>(limit) ? value : 4.0 * static_cast<double>(limit) + 1e6;
    };
    constexpr double infinite = std::numeric_limits<double>::infinity();
    std::vector<double> u(n + 1), v(m + 1);
    std::vector<std::size_t> row_of(m + 1), way(m + 1); // counted from 1; 0: none
    for (std::size_t row = 1; row <= n; ++row) {
        row_of[0] = row;
        std::size_t column = 0;
        std::vector<double> least(m + 1, infinite);
        std::vector<bool> used(m + 1);
        do {
            used[column] = true;
            std::size_t const here = row_of[column];
            std::size_t next = 0;
            double step = infinite;
            for (std::size_t j = 1; j <= m; ++j) {
                if (used[j]) {
                    continue;
                }
                double const reduced = cost(here - 1, j - 1) - u[here] - v[j];
                if (reduced < least[j]) {
                    least[j] = reduced;
                    way[j] = column;
                }
                if (least[j] < step) {
                    step = least[j];
                    next = j;
                }
            }
            for (std::size_t j = 0; j <= m; ++j) {
                if (used[j]) {
                    u[row_of[j]] += step;
                    v[j] -= step;
                } else {
                    least[j] -= step;
                }
            }
            column = next;
        } while (row_of[column] != 0);
        while (column != 0) {
            row_of[column] = row_of[way[column]];
            column = way[column];
        }
    }
    std::vector<int> columns(n, -1);
    for (std::size_t j = 1; j <= table.columns; ++j) {
        if (row_of[j] != 0 && table.at(row_of[j] - 1, j - 1) <= limit) {
            columns[row_of[j] - 1] = static_cast<int>(j) - 1;
        }
    }
    return columns;
}

} // namespace echollama
