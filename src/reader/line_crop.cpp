#include "reader/line_crop.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

float length(Point const& a, Point const& b) {
    return std::hypot(b.x - a.x, b.y - a.y);
}

double finite(double value) {
    return std::isfinite(value) ? value : 0;
}

// Adds the picture's colour at a place counted from the centre of its first pixel.
void add_sample(Image const& image, Point at, std::array<float, 3>& sum) {
    float const x = std::clamp(at.x, 0.0F, static_cast<float>(image.width - 1));
    float const y = std::clamp(at.y, 0.0F, static_cast<float>(image.height - 1));
    int const x0 = static_cast<int>(x), y0 = static_cast<int>(y);
    int const x1 = std::min(x0 + 1, image.width - 1), y1 = std::min(y0 + 1, image.height - 1);
    float const fx = x - static_cast<float>(x0), fy = y - static_cast<float>(y0);
    for (int c = 0; c < 3; ++c) {
        auto of = [&](int px, int py) { return static_cast<float>(image.pixel(px, py)[c]); };
        float top = of(x0, y0) + fx * (of(x1, y0) - of(x0, y0));
        float bottom = of(x0, y1) + fx * (of(x1, y1) - of(x0, y1));
        sum[static_cast<std::size_t>(c)] += top + fy * (bottom - top);
    }
}

} // namespace

Point PlaneMap::at(double x, double y) const {
    double w = m[6] * x + m[7] * y + 1;
    w = std::abs(w) < 1e-9 ? 1e-9 : w;
    return {static_cast<float>(finite((m[0] * x + m[1] * y + m[2]) / w)),
            static_cast<float>(finite((m[3] * x + m[4] * y + m[5]) / w))};
}

PlaneMap onto_quad(std::array<Point, 4> const& quad, double width, double height) {
    auto x = [&](std::size_t i) { return static_cast<double>(quad[i].x); };
    auto y = [&](std::size_t i) { return static_cast<double>(quad[i].y); };
    double const dx1 = x(1) - x(2), dx2 = x(3) - x(2), sx = x(0) - x(1) + x(2) - x(3);
    double const dy1 = y(1) - y(2), dy2 = y(3) - y(2), sy = y(0) - y(1) + y(2) - y(3);
    double const det = dx1 * dy2 - dx2 * dy1;
    double const g = std::abs(det) < 1e-9 ? 0 : (sx * dy2 - dx2 * sy) / det;
    double const h = std::abs(det) < 1e-9 ? 0 : (dx1 * sy - sx * dy1) / det;
    return {{(x(1) - x(0) + g * x(1)) / width, (x(3) - x(0) + h * x(3)) / height, x(0),
             (y(1) - y(0) + g * y(1)) / width, (y(3) - y(0) + h * y(3)) / height, y(0), g / width, h / height}};
}

LineSize size_of(std::array<Point, 4> const& quad) {
    return {std::max({1.0F, length(quad[0], quad[1]), length(quad[2], quad[3])}),
            std::max({1.0F, length(quad[0], quad[3]), length(quad[1], quad[2])})};
}

Image cut_line(Image const& image, std::array<Point, 4> const& quad, int width, int height) {
    constexpr int most_samples = 8;
    auto const map = onto_quad(quad, width, height);
    float const finer = size_of(quad).height / static_cast<float>(height);
    int const samples = finer < most_samples ? std::max(1, static_cast<int>(std::lround(finer))) : most_samples;
    Image line{width, height, {}};
    line.rgb.resize(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            std::array<float, 3> sum{};
            for (int k = 0; k < samples * samples; ++k) {
                double const sub_x = (k % samples + 0.5) / samples, sub_y = (k / samples + 0.5) / samples;
                add_sample(image, map.at(x + sub_x, y + sub_y), sum);
            }
            auto* pixel = line.pixel(x, y);
            for (std::size_t c = 0; c < 3; ++c) {
                pixel[c] = static_cast<std::uint8_t>(std::lround(sum[c] / static_cast<float>(samples * samples)));
            }
        }
    }
    return line;
}

Image turned_around(Image const& image) {
    Image turned{image.width, image.height, std::vector<std::uint8_t>(image.rgb.size())};
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            auto const* from = image.pixel(x, y);
            std::copy(from, from + 3, turned.pixel(image.width - 1 - x, image.height - 1 - y));
        }
    }
    return turned;
}

} // namespace echollama
