#include "networks/moondream_pictures.h"

#include "media/picture/resize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace echollama {
namespace {

constexpr int margin_patches = 4, max_crops = 12;
constexpr int small_picture = 512; // pixels of the longer side: below, tiles bring nothing

// Rows of numbers, channels fastest.
struct Map {
    int width = 0, height = 0, channels = 0;
    std::vector<float> values;

    Map(int w, int h, int c)
        : width(w), height(h), channels(c),
          values(static_cast<std::size_t>(w) * static_cast<std::size_t>(h) * static_cast<std::size_t>(c)) {}
    float* at(int x, int y) { return values.data() + index(x, y); }
    float const* at(int x, int y) const { return values.data() + index(x, y); }

  private:
    std::size_t index(int x, int y) const {
        return (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)) *
               static_cast<std::size_t>(channels);
    }
};

// (value / 255 - 0.5) / 0.5
Map normalised(Image const& image) {
    Map map(image.width, image.height, 3);
    std::transform(image.rgb.begin(), image.rgb.end(), map.values.begin(),
                   [](std::uint8_t v) { return (static_cast<float>(v) / 255.0F - 0.5F) / 0.5F; });
    return map;
}

// The square of `side` pixels at (x0, y0); what lies outside is `outside`.
Map square(Map const& map, int x0, int y0, int side, float outside) {
    Map out(side, side, map.channels);
    std::fill(out.values.begin(), out.values.end(), outside);
    int width = std::min(side, map.width - x0);
    for (int y = 0; y < std::min(side, map.height - y0); ++y) {
        std::copy_n(map.at(x0, y0 + y), static_cast<std::ptrdiff_t>(width) * map.channels, out.at(0, y));
    }
    return out;
}

// Areas [floor(i n / m), ceil((i + 1) n / m)) averaged, as torch's adaptive_avg_pool2d. For half the size this is also
// bilinear interpolation without antialiasing: its positions fall half-way between two neighbours.
Map shrink(Map const& map, int width, int height) {
    Map out(width, height, map.channels);
    for (int y = 0; y < height; ++y) {
        int y0 = y * map.height / height, y1 = ((y + 1) * map.height + height - 1) / height;
        for (int x = 0; x < width; ++x) {
            int x0 = x * map.width / width, x1 = ((x + 1) * map.width + width - 1) / width;
            float* sum = out.at(x, y);
            for (int v = y0; v < y1; ++v) {
                for (int u = x0; u < x1; ++u) {
                    float const* in = map.at(u, v);
                    for (int c = 0; c < map.channels; ++c) {
                        sum[c] += in[c];
                    }
                }
            }
            auto area = static_cast<float>((y1 - y0) * (x1 - x0));
            for (int c = 0; c < map.channels; ++c) {
                sum[c] /= area;
            }
        }
    }
    return out;
}

MoondreamCut cut_tiles(Image const& image, int side) {
    auto size = moondream_tiled_size(image.width, image.height, side);
    auto whole = normalised(resize_bicubic(image, size.width, size.height));
    MoondreamCut cut{{}, size.height / side, size.width / side};
    cut.pictures.push_back(shrink(whole, side, side).values);
    for (int y = 0; y < size.height && cut.rows * cut.columns > 1; y += side) {
        for (int x = 0; x < size.width; x += side) {
            cut.pictures.push_back(square(whole, x, y, side, 0).values);
        }
    }
    return cut;
}

MoondreamCut cut_overlapping(Image const& image, int side, int patch) {
    int margins = 2 * margin_patches * patch, window = side - margins;
    auto tiling = moondream_tiling(image.width - margins, image.height - margins, window, max_crops);
    MoondreamCut cut{{}, tiling.rows, tiling.columns};
    cut.pictures.push_back(normalised(resize_lanczos(image, side, side)).values);
    if (tiling == Tiling{}) { // the one crop is the whole picture at the same size
        return cut;
    }
    auto large = normalised(resize_lanczos(image, tiling.columns * window + margins, tiling.rows * window + margins));
    for (int row = 0; row < tiling.rows; ++row) {
        for (int column = 0; column < tiling.columns; ++column) {
            cut.pictures.push_back(square(large, column * window, row * window, side, -1).values);
        }
    }
    return cut;
}

} // namespace

PictureSize moondream_tiled_size(int width, int height, int side) {
    if (std::max(width, height) < small_picture) {
        return {side, side};
    }
    std::array<PictureSize, 4> const candidates{PictureSize{side, side},
                                                {2 * side, side},
                                                {side, 2 * side},
                                                {2 * side, 2 * side}}; // in the original's order: ties take the first
    auto cost = [&](PictureSize const& c) {
        return std::pair(std::abs(static_cast<double>(c.width) / c.height - static_cast<double>(width) / height),
                         std::abs(c.height - width) + std::abs(c.width - height));
    };
    return *std::min_element(candidates.begin(), candidates.end(),
                             [&](auto const& a, auto const& b) { return cost(a) < cost(b); });
}

Tiling moondream_tiling(int width, int height, int window, int max) {
    if (height <= window || width <= window) {
        return {};
    }
    auto rounded_up = [&](int n) { return (n + window - 1) / window; };
    int rows = rounded_up(height), columns = rounded_up(width);
    auto part = [](double value) { return std::max(1, static_cast<int>(std::floor(value))); };
    if (static_cast<std::int64_t>(rows) * columns > max) {
        double ratio = std::sqrt(static_cast<double>(max) / (static_cast<double>(rows) * columns));
        Tiling tiling{part(rows * ratio), part(columns * ratio)};
        // very long pictures: the original goes beyond its own limit here
        return {std::min(tiling.rows, max), std::min(tiling.columns, max / std::min(tiling.rows, max))};
    }
    rows = std::max(rows, static_cast<int>(std::sqrt(static_cast<double>(max) * height / width)));
    columns = std::max(columns, static_cast<int>(std::sqrt(static_cast<double>(max) * width / height)));
    if (rows * columns > max) {
        (columns > rows ? columns : rows) = columns > rows ? max / rows : max / columns;
    }
    return {std::max(1, rows), std::max(1, columns)};
}

MoondreamCut cut_picture(Image const& image, MoondreamCrops how, int side, int patch) {
    if (image.width < 1 || image.height < 1 || patch < 1 || side <= 2 * margin_patches * patch) {
        throw std::logic_error("cut_picture: impossible sizes");
    }
    switch (how) {
    case MoondreamCrops::tiles:
        return cut_tiles(image, side);
    case MoondreamCrops::overlap:
        return cut_overlapping(image, side, patch);
    case MoondreamCrops::squash:
        break;
    }
    return {{normalised(resize_bicubic(image, side, side)).values}, 1, 1};
}

std::vector<float> join_features(std::span<std::vector<float> const> parts, MoondreamCrops how, int rows, int columns,
                                 int grid, int d) {
    int margin = how == MoondreamCrops::overlap ? margin_patches : 0;
    int window = grid - 2 * margin;
    Map joined(columns * window + 2 * margin, rows * window + 2 * margin, d);
    for (int part = 0; part < rows * columns; ++part) {
        int row = part / columns, column = part % columns;
        // inner edges leave their margin to the neighbour
        int x0 = column == 0 ? 0 : margin, x1 = column == columns - 1 ? grid : grid - margin;
        int y0 = row == 0 ? 0 : margin, y1 = row == rows - 1 ? grid : grid - margin;
        auto const& from = parts[static_cast<std::size_t>(part)];
        for (int y = y0; y < y1; ++y) {
            auto begin = (static_cast<std::ptrdiff_t>(y) * grid + x0) * d;
            std::copy_n(from.begin() + begin, static_cast<std::ptrdiff_t>(x1 - x0) * d,
                        joined.at(column * window + x0, row * window + y));
        }
    }
    return shrink(joined, grid, grid).values;
}

} // namespace echollama
