// Monotonic rational-quadratic splines (Durkan et al. 2019, arXiv 1906.04032), as VITS' transforms.py has them: 10 bins
// over [-5, 5], the identity outside.
#pragma once

#include <ggml.h>

#include <span>

namespace echollama::vits {

inline constexpr int spline_bins = 10, spline_numbers = 3 * spline_bins - 1;

// The number that the spline takes to `y`. numbers: what the network says of widths, heights (both divided by
// `divisor`) and inner slopes.
double inverse_spline(std::span<float const, spline_numbers> numbers, double divisor, double y);

// z [2, rows] with channel `bent` through the inverse spline of numbers [spline_numbers, rows].
ggml_tensor* spline_node(ggml_context* ctx, ggml_tensor* numbers, ggml_tensor* z, int bent, int channels);

} // namespace echollama::vits
