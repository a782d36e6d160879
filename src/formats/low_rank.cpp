#include "formats/low_rank.h"

#include <algorithm>
#include <vector>

namespace echollama::convert {

void add_low_rank(std::span<float> values, std::int64_t columns, std::span<float const> a, std::span<float const> b,
                  std::int64_t rank, double factor) {
    auto const width = static_cast<std::size_t>(columns), depth = static_cast<std::size_t>(rank);
    std::vector<double> sums(width);
    for (std::size_t row = 0; row < values.size() / width; ++row) {
        std::fill(sums.begin(), sums.end(), 0.0);
        for (std::size_t i = 0; i < depth; ++i) {
            auto const weight = static_cast<double>(b[row * depth + i]);
            float const* line = a.data() + i * width;
            for (std::size_t column = 0; column < width; ++column) {
                sums[column] += weight * static_cast<double>(line[column]);
            }
        }
        float* to = values.data() + row * width;
        for (std::size_t column = 0; column < width; ++column) {
            to[column] = static_cast<float>(static_cast<double>(to[column]) + factor * sums[column]);
        }
    }
}

} // namespace echollama::convert
