// Stereo photos that hold both pictures side by side.
#include "media/depth/stereo.h"
#include "media/picture/resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace echollama {
namespace {

Image columns(Image const& image, int first, int count) {
    Image part{count, image.height,
               std::vector<std::uint8_t>(3 * static_cast<std::size_t>(count) * static_cast<std::size_t>(image.height))};
    for (int y = 0; y < image.height; ++y) {
        std::memcpy(part.pixel(0, y), image.pixel(first, y), 3 * static_cast<std::size_t>(count));
    }
    return part;
}

float grey(Image const& image, int x, int y) {
    auto const* p = image.pixel(x, y);
    return 0.299F * static_cast<float>(p[0]) + 0.587F * static_cast<float>(p[1]) + 0.114F * static_cast<float>(p[2]);
}

// Correlation of what both show when b lies `shift` columns to the right of a; 0 where one is of one colour.
float correlation(Image const& a, Image const& b, int shift) {
    double sum_a = 0, sum_b = 0, aa = 0, bb = 0, ab = 0, n = 0;
    for (int y = 0; y < a.height; ++y) {
        for (int x = std::max(0, shift); x < a.width + std::min(0, shift); ++x) {
            double const u = static_cast<double>(grey(a, x, y)), v = static_cast<double>(grey(b, x - shift, y));
            sum_a += u, sum_b += v, aa += u * u, bb += v * v, ab += u * v, n += 1;
        }
    }
    double const var_a = aa - sum_a * sum_a / n, var_b = bb - sum_b * sum_b / n;
    constexpr double flat = 25; // a standard deviation of 5 levels
    return var_a < flat * n || var_b < flat * n
               ? 0.0F
               : static_cast<float>((ab - sum_a * sum_b / n) / std::sqrt(var_a * var_b));
}

} // namespace

std::pair<Image, Image> halves_of(Image const& image) {
    int const width = image.width / 2;
    return {columns(image, 0, width), columns(image, image.width - width, width)};
}

bool has_like_halves(Image const& image) {
    constexpr int small = 64;
    constexpr float alike = 0.85F;
    if (static_cast<double>(image.width) < 2.2 * image.height || image.height < small) {
        return false; // two pictures that are each wider than high
    }
    auto const [left, right] = halves_of(image);
    int const height = std::max(8, small * left.height / left.width);
    auto const a = resize_bilinear(left, small, height), b = resize_bilinear(right, small, height);
    float best = 0;
    for (int shift = -small / 8; shift <= small / 8; ++shift) {
        best = std::max(best, correlation(a, b, shift));
    }
    return best > alike;
}

} // namespace echollama
