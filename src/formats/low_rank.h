// What LoRA adds to a matrix (Hu et al., arXiv 2106.09685).
#pragma once

#include <cstdint>
#include <span>

namespace echollama::convert {

// values += factor B A, sums in float64: whole rows of `columns` numbers of the matrix, `b` the same rows of B (of
// `rank` numbers), `a` all of A [rank, columns].
void add_low_rank(std::span<float> values, std::int64_t columns, std::span<float const> a, std::span<float const> b,
                  std::int64_t rank, double factor);

} // namespace echollama::convert
