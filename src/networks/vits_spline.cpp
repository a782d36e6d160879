#include "networks/vits_spline.h"

#include "nn/cpu/node.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace echollama::vits {
namespace {

constexpr double bound = 5, least_width = 1e-3, least_height = 1e-3, least_slope = 1e-3;
constexpr std::size_t bins = spline_bins;

using Edges = std::array<double, bins + 1>;

// Where the bins end, from the logarithms of their sizes.
Edges edges(std::span<float const> sizes, double divisor, double least) {
    std::array<double, bins> shares{};
    double const most = static_cast<double>(*std::max_element(sizes.begin(), sizes.end()));
    double sum = 0;
    for (std::size_t i = 0; i < bins; ++i) {
        sum += shares[i] = std::exp((static_cast<double>(sizes[i]) - most) / divisor);
    }
    Edges ends{-bound};
    double filled = 0;
    for (std::size_t i = 0; i < bins; ++i) {
        filled += least + (1 - least * static_cast<double>(bins)) * shares[i] / sum;
        ends[i + 1] = 2 * bound * filled - bound;
    }
    ends[bins] = bound;
    return ends;
}

double softplus(double x) {
    return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

// At an edge; 1 at both ends, as outside.
double slope(std::span<float const> slopes, std::size_t edge) {
    return edge == 0 || edge == bins ? 1 : least_slope + softplus(static_cast<double>(slopes[edge - 1]));
}

struct Bend {
    int bent;
    double divisor;
};

void run_splines(ggml_tensor* dst, int part, int parts, void*) {
    auto const bend = nn::params_of<Bend>(dst);
    auto const* numbers = nn::floats_of(dst->src[0]);
    auto const* z = nn::floats_of(dst->src[1]);
    auto* out = static_cast<float*>(dst->data);
    nn::Share const share(dst->ne[1], part, parts);
    for (auto row = share.begin; row < share.end; ++row) {
        std::copy(z + 2 * row, z + 2 * row + 2, out + 2 * row);
        float& value = out[2 * row + bend.bent];
        std::span<float const, spline_numbers> const at(numbers + row * spline_numbers, spline_numbers);
        value = static_cast<float>(inverse_spline(at, bend.divisor, static_cast<double>(value)));
    }
}

} // namespace

double inverse_spline(std::span<float const, spline_numbers> numbers, double divisor, double y) {
    if (!(y >= -bound && y <= bound)) {
        return y;
    }
    auto const widths = edges(numbers.subspan(0, bins), divisor, least_width);
    auto const heights = edges(numbers.subspan(bins, bins), divisor, least_height);
    auto const slopes = numbers.subspan(2 * bins);
    auto const above = std::upper_bound(heights.begin(), heights.end() - 1, y); // y is in the last bin at its end
    auto const bin = static_cast<std::size_t>(above - heights.begin()) - 1;

    double const width = widths[bin + 1] - widths[bin], height = heights[bin + 1] - heights[bin];
    double const delta = height / width, first = slope(slopes, bin), last = slope(slopes, bin + 1);
    double const from = y - heights[bin], curve = first + last - 2 * delta;
    double const a = from * curve + height * (delta - first), b = height * first - from * curve, c = -delta * from;
    double const root = 2 * c / (-b - std::sqrt(std::max(b * b - 4 * a * c, 0.0)));
    return root * width + widths[bin];
}

ggml_tensor* spline_node(ggml_context* ctx, ggml_tensor* numbers, ggml_tensor* z, int bent, int channels) {
    std::array<ggml_tensor*, 2> args{numbers, z};
    auto* made =
        ggml_custom_4d(ctx, GGML_TYPE_F32, 2, z->ne[1], 1, 1, args.data(), 2, run_splines, GGML_N_TASKS_MAX, nullptr);
    return nn::with_params(made, Bend{bent, std::sqrt(static_cast<double>(channels))});
}

} // namespace echollama::vits
