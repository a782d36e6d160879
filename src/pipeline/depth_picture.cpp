#include "pipeline/depth_picture.h"

#include "scene/grid.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

bool is_reading(float value, DepthKind kind) {
    return std::isfinite(value) && (kind != DepthKind::metres || value > 0);
}

// 0 (farthest) to 1 (nearest) for each reading, -1 where there is none.
std::vector<float> nearness(DepthMap const& depth) {
    std::vector<float> share(depth.values.size(), -1);
    auto summary = summarise(depth);
    for (std::size_t i = 0; summary && i < share.size(); ++i) {
        if (is_reading(depth.values[i], depth.kind)) {
            float range = summary->nearest.value - summary->farthest.value;
            share[i] = range == 0 ? 0 : (depth.values[i] - summary->farthest.value) / range;
        }
    }
    return share;
}

// Six digits are all that float32 holds.
double rounded(float value) {
    double unit = value == 0 ? 1 : std::pow(10, std::floor(std::log10(std::abs(static_cast<double>(value)))) - 5);
    return std::round(static_cast<double>(value) / unit) * unit;
}

Json point_json(DepthPoint const& point) {
    return {{"x", point.x}, {"y", point.y}, {"value", rounded(point.value)}};
}

} // namespace

std::optional<DepthSummary> summarise(DepthMap const& depth) {
    DepthSummary summary;
    std::array<std::array<double, 3>, 2> sum{};
    std::array<std::array<std::size_t, 3>, 2> count{};
    bool any = false;
    float sign = depth.kind == DepthKind::metres ? -1.0F : 1.0F;
    for (int y = 0; y < depth.height; ++y) {
        for (int x = 0; x < depth.width; ++x) {
            float value = depth.values[static_cast<std::size_t>(y) * static_cast<std::size_t>(depth.width) +
                                       static_cast<std::size_t>(x)];
            if (!is_reading(value, depth.kind)) {
                continue;
            }
            if (!any || sign * value > sign * summary.nearest.value) {
                summary.nearest = {x, y, value};
            }
            if (!any || sign * value < sign * summary.farthest.value) {
                summary.farthest = {x, y, value};
            }
            any = true;
            auto row = static_cast<std::size_t>(2 * y / depth.height),
                 column = static_cast<std::size_t>(3 * x / depth.width);
            sum[row][column] += static_cast<double>(value);
            ++count[row][column];
        }
    }
    for (std::size_t row = 0; row < 2; ++row) {
        for (std::size_t column = 0; column < 3; ++column) {
            if (count[row][column] > 0) {
                summary.cells[row][column] =
                    static_cast<float>(sum[row][column] / static_cast<double>(count[row][column]));
            }
        }
    }
    return any ? std::optional(summary) : std::nullopt;
}

std::vector<std::uint16_t> depth_levels(DepthMap const& depth) {
    std::vector<std::uint16_t> levels;
    for (float share : nearness(depth)) {
        levels.push_back(share < 0 ? 0 : static_cast<std::uint16_t>(1 + std::lround(share * 65534)));
    }
    return levels;
}

Image depth_colours(DepthMap const& depth) {
    constexpr int last = 9; // equidistant colours of the scale
    constexpr std::array<std::array<float, 3>, last + 1> scale{{{0, 0, 4},
                                                                {27, 12, 65},
                                                                {74, 12, 107},
                                                                {120, 28, 109},
                                                                {165, 44, 96},
                                                                {207, 68, 70},
                                                                {237, 105, 37},
                                                                {251, 155, 6},
                                                                {247, 209, 61},
                                                                {252, 255, 164}}};
    Image image{depth.width, depth.height, {}};
    image.rgb.reserve(3 * depth.values.size());
    for (float share : nearness(depth)) {
        float at = std::clamp(share, 0.0F, 1.0F) * last;
        auto low = static_cast<std::size_t>(std::min(static_cast<int>(at), last - 1));
        for (std::size_t c = 0; c < 3; ++c) {
            float mixed = scale[low][c] + (at - static_cast<float>(low)) * (scale[low + 1][c] - scale[low][c]);
            image.rgb.push_back(share < 0 ? 128 : static_cast<std::uint8_t>(std::lround(mixed)));
        }
    }
    return image;
}

std::string depth_words(DepthSummary const& summary, DepthMap const& depth) {
    float sign = depth.kind == DepthKind::metres ? -1.0F : 1.0F;
    std::string near, far;
    float best = 0, worst = 0;
    for (std::size_t row = 0; row < 2; ++row) {
        for (std::size_t column = 0; column < 3; ++column) {
            auto cell = summary.cells[row][column];
            if (!cell) {
                continue;
            }
            if (near.empty() || sign * *cell > best) {
                best = sign * *cell;
                near = cell_name({static_cast<int>(row), static_cast<int>(column)});
            }
            if (far.empty() || sign * *cell < worst) {
                worst = sign * *cell;
                far = cell_name({static_cast<int>(row), static_cast<int>(column)});
            }
        }
    }
    return near == far ? "Everything is about as near." : "Nearest: " + near + ". Farthest: " + far + ".";
}

Json to_json(DepthMap const& depth, DepthSummary const& summary) {
    Json cells;
    for (std::size_t row = 0; row < 2; ++row) {
        for (std::size_t column = 0; column < 3; ++column) {
            auto cell = summary.cells[row][column];
            cells[cell_name({static_cast<int>(row), static_cast<int>(column)})] =
                cell ? Json(rounded(*cell)) : Json(nullptr);
        }
    }
    return {{"image", image_json(depth.width, depth.height)},
            {"kind", depth.kind == DepthKind::metres ? "metres" : "relative_inverse"},
            {"nearest", point_json(summary.nearest)},
            {"farthest", point_json(summary.farthest)},
            {"cells", cells}};
}

} // namespace echollama
