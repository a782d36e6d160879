#include "media/picture/resize.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <vector>

namespace echollama {
namespace {

constexpr int fraction_bits = 32 - 8 - 2; // Pillow's PRECISION_BITS

struct Filter {
    double support;
    double (*weight)(double);
};

double triangle(double x) {
    return std::max(0.0, 1.0 - std::abs(x));
}

// Keys' cubic with a = -0.5, as Pillow
double cubic(double x) {
    constexpr double a = -0.5;
    x = std::abs(x);
    if (x < 1.0) {
        return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
    }
    return x < 2.0 ? (((x - 5) * x + 8) * x - 4) * a : 0.0;
}

double lanczos3(double x) {
    auto sinc = [](double v) { return v == 0 ? 1.0 : std::sin(v * std::numbers::pi) / (v * std::numbers::pi); };
    return -3.0 <= x && x < 3.0 ? sinc(x) * sinc(x / 3) : 0.0;
}

// For every output position: the first input position and its integer coefficients (each row has `taps` entries).
struct Coefficients {
    int taps = 0;
    std::vector<int> first;
    std::vector<int> count;
    std::vector<int> weights;
};

Coefficients make_coefficients(int in_size, int out_size, Filter const& filter) {
    double scale = static_cast<double>(in_size) / out_size;
    double filter_scale = std::max(scale, 1.0);
    double support = filter.support * filter_scale;
    Coefficients c;
    c.taps = static_cast<int>(std::ceil(support)) * 2 + 1;
    c.weights.resize(static_cast<std::size_t>(c.taps) * static_cast<std::size_t>(out_size));
    std::vector<double> row(static_cast<std::size_t>(c.taps));
    for (int out = 0; out < out_size; ++out) {
        double center = (out + 0.5) * scale;
        // Cut, not rounded, as Pillow does. NOLINTBEGIN(bugprone-incorrect-roundings)
        int first = std::max(static_cast<int>(center - support + 0.5), 0);
        int count = std::min(static_cast<int>(center + support + 0.5), in_size) - first;
        // NOLINTEND(bugprone-incorrect-roundings)
        double sum = 0;
        for (int i = 0; i < count; ++i) {
            row[static_cast<std::size_t>(i)] = filter.weight((i + first - center + 0.5) / filter_scale);
            sum += row[static_cast<std::size_t>(i)];
        }
        for (int i = 0; i < count; ++i) {
            double value = row[static_cast<std::size_t>(i)] / sum * (1 << fraction_bits);
            c.weights[static_cast<std::size_t>(out * c.taps + i)] =
                static_cast<int>(value < 0 ? value - 0.5 : value + 0.5);
        }
        c.first.push_back(first);
        c.count.push_back(count);
    }
    return c;
}

std::uint8_t to_byte(int sum) {
    return static_cast<std::uint8_t>(std::clamp(sum >> fraction_bits, 0, 255));
}

constexpr int rounding = 1 << (fraction_bits - 1);

Image resize_rows(Image const& image, int width, Filter const& filter) {
    auto c = make_coefficients(image.width, width, filter);
    Image out{width, image.height,
              std::vector<std::uint8_t>(static_cast<std::size_t>(width) * static_cast<std::size_t>(image.height) * 3)};
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < width; ++x) {
            std::uint8_t const* in = image.pixel(c.first[static_cast<std::size_t>(x)], y);
            int const* weight = &c.weights[static_cast<std::size_t>(x * c.taps)];
            int r = rounding, g = rounding, b = rounding;
            for (int i = 0; i < c.count[static_cast<std::size_t>(x)]; ++i, in += 3) {
                r += in[0] * weight[i];
                g += in[1] * weight[i];
                b += in[2] * weight[i];
            }
            std::uint8_t* pixel = out.pixel(x, y);
            pixel[0] = to_byte(r);
            pixel[1] = to_byte(g);
            pixel[2] = to_byte(b);
        }
    }
    return out;
}

Image resize_columns(Image const& image, int height, Filter const& filter) {
    auto c = make_coefficients(image.height, height, filter);
    auto row_bytes = static_cast<std::size_t>(image.width) * 3;
    Image out{image.width, height, std::vector<std::uint8_t>(row_bytes * static_cast<std::size_t>(height))};
    std::vector<int> sums(row_bytes); // a whole row at once, so that the inner loop runs over neighbouring bytes
    for (int y = 0; y < height; ++y) {
        std::fill(sums.begin(), sums.end(), rounding);
        for (int i = 0; i < c.count[static_cast<std::size_t>(y)]; ++i) {
            std::uint8_t const* in = image.pixel(0, c.first[static_cast<std::size_t>(y)] + i);
            int weight = c.weights[static_cast<std::size_t>(y * c.taps + i)];
            for (std::size_t x = 0; x < row_bytes; ++x) {
                sums[x] += in[x] * weight;
            }
        }
        std::transform(sums.begin(), sums.end(), out.pixel(0, y), to_byte);
    }
    return out;
}

Image resize(Image const& image, int width, int height, Filter const& filter) {
    if (image.width < 1 || image.height < 1 || width < 1 || height < 1) {
        throw std::logic_error("resize: sizes must be at least 1");
    }
    Image const* current = &image;
    Image wide;
    if (width != image.width) {
        wide = resize_rows(image, width, filter);
        current = &wide;
    }
    return height == current->height ? *current : resize_columns(*current, height, filter);
}

} // namespace

Image resize_bilinear(Image const& image, int width, int height) {
    return resize(image, width, height, {1.0, triangle});
}

Image resize_bicubic(Image const& image, int width, int height) {
    return resize(image, width, height, {2.0, cubic});
}

Image resize_lanczos(Image const& image, int width, int height) {
    return resize(image, width, height, {3.0, lanczos3});
}

} // namespace echollama
