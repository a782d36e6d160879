#include "scene/distance.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace echollama {
namespace {

constexpr float stereo_doubt_px = 1; // of a disparity, with the rows and lenses of real pairs

float at_percentile(std::vector<float>& values, double share) {
    auto index = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(index), values.end());
    return values[index];
}

} // namespace

namespace {

// Pixels of the map whose centres lie in the middle `share` of a side of the box, first and last; at least one. The
// same pixels for the mirror image.
std::pair<int, int> pixel_range(float low, float high, float share, float scale, int size) {
    auto end = static_cast<float>(size);
    low = std::clamp(low * scale, 0.0F, end);
    high = std::clamp(high * scale, low, end);
    float margin = (1 - share) / 2 * (high - low);
    int first = static_cast<int>(std::ceil(low + margin - 0.5F));
    int last = static_cast<int>(std::floor(high - margin - 0.5F));
    if (first > last) {
        first = last = std::min(static_cast<int>((low + high) / 2), size - 1);
    }
    return {std::clamp(first, 0, size - 1), std::clamp(last, 0, size - 1)};
}

bool holds_point(Box const& box, float x, float y) {
    return x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1;
}

constexpr std::size_t least_own_share = 4; // one in so many readings is enough to go by

} // namespace

Readings readings_in(Box const& box, DepthMap const& depth, int width, int height, float share,
                     std::vector<Box> const& others) {
    if (std::isnan(box.width()) || std::isnan(box.height())) {
        return {};
    }
    float scale_x = static_cast<float>(depth.width) / static_cast<float>(width);
    float scale_y = static_cast<float>(depth.height) / static_cast<float>(height);
    auto [x0, x1] = pixel_range(box.x0, box.x1, share, scale_x, depth.width);
    auto [y0, y1] = pixel_range(box.y0, box.y1, share, scale_y, depth.height);
    Readings readings;
    for (int y = y0; y <= y1; ++y) {
        for (int x = x0; x <= x1; ++x) {
            float value = depth.values[static_cast<std::size_t>(y) * static_cast<std::size_t>(depth.width) +
                                       static_cast<std::size_t>(x)];
            if (!std::isfinite(value) || (value <= 0 && depth.kind == DepthKind::metres)) {
                continue;
            }
            readings.all.push_back(value);
            float picture_x = (static_cast<float>(x) + 0.5F) / scale_x;
            float picture_y = (static_cast<float>(y) + 0.5F) / scale_y;
            if (std::none_of(others.begin(), others.end(),
                             [&](auto const& other) { return holds_point(other, picture_x, picture_y); })) {
                readings.own.push_back(value);
            }
        }
    }
    return readings;
}

bool Readings::own_suffice() const {
    return !own.empty() && least_own_share * own.size() >= all.size();
}

std::vector<float> Readings::best() const {
    return own_suffice() ? own : all;
}

bool is_tellable(Distance const& distance) {
    bool const narrow =
        distance.high <= tellable_factor * distance.metres && distance.metres <= tellable_factor * distance.low;
    return distance.source == DistanceSource::sensor || (distance.source != DistanceSource::none && narrow);
}

Distance distance_from_depth(Box const& box, DepthMap const& depth, int width, int height,
                             std::vector<Box> const& others, bool see_through) {
    if (depth.kind != DepthKind::metres || depth.width <= 0 || depth.height <= 0 || width <= 0 || height <= 0) {
        return {};
    }
    auto central = readings_in(box, depth, width, height, 0.6F, others);
    auto values = central.best();
    if (values.empty()) {
        return {};
    }
    float middle = at_percentile(values, 0.5);
    float doubt = 0.02F * middle;
    if (depth.stereo_scale > 0) {
        doubt = std::max(doubt, stereo_doubt_px * middle * middle / depth.stereo_scale);
    }
    float low = std::min(at_percentile(values, 0.1), std::max(middle - doubt, 0.0F));
    float high = std::max(at_percentile(values, 0.9), middle + doubt);
    bool hidden = !central.own_suffice();
    if (hidden || see_through) {
        auto whole = readings_in(box, depth, width, height, 1, others).own;
        if (!whole.empty()) {
            low = std::min(low, at_percentile(whole, 0.05));
            high = hidden ? std::max(high, at_percentile(whole, 0.95)) : high;
        }
    }
    return {DistanceSource::sensor, middle, low, high};
}

Distance DepthCalibration::distance(float inverse_depth) const {
    float inverse_metres = scale * inverse_depth + shift;
    if (!(inverse_metres > 1e-3F)) { // a kilometre and beyond
        return {};
    }
    float metres = 1 / inverse_metres;
    return {DistanceSource::calibrated_depth, metres, metres / spread, metres * spread};
}

namespace {

constexpr std::size_t least_anchors = 3;
constexpr float worst_median_error = 0.405F; // log 1.5
// Of errors: lines that are as good as each other must not be chosen by how the map's scale rounds them.
constexpr float rounding = 1e-3F;

// Error of every anchor in log distance; infinite where the line gives none.
std::vector<float> errors_of(DepthCalibration const& line, std::vector<DepthAnchor> const& anchors) {
    std::vector<float> errors;
    for (auto const& anchor : anchors) {
        auto found = line.distance(anchor.inverse_depth);
        errors.push_back(
            found.source == DistanceSource::none ? INFINITY : std::abs(std::log(found.metres / anchor.by_size.metres)));
    }
    return errors;
}

} // namespace

std::optional<DepthCalibration> calibrate(std::vector<DepthAnchor> const& anchors) {
    if (anchors.size() < least_anchors) {
        return std::nullopt;
    }
    auto [low, high] = std::minmax_element(
        anchors.begin(), anchors.end(), [](auto const& a, auto const& b) { return a.inverse_depth < b.inverse_depth; });
    float apart = 0.15F * (high->inverse_depth - low->inverse_depth);
    std::optional<DepthCalibration> best;
    float best_error = worst_median_error;
    for (auto const& a : anchors) {
        for (auto const& b : anchors) {
            float difference = a.inverse_depth - b.inverse_depth;
            if (!(difference > apart) || !(difference > 0)) {
                continue;
            }
            float scale = (1 / a.by_size.metres - 1 / b.by_size.metres) / difference;
            DepthCalibration line{scale, 1 / a.by_size.metres - scale * a.inverse_depth, 1};
            auto errors = errors_of(line, anchors);
            float error = at_percentile(errors, 0.5);
            // Two of three anchors always fit their own line: the third must agree too.
            error = anchors.size() == least_anchors ? *std::max_element(errors.begin(), errors.end()) : error;
            if (scale > 0 && error < best_error - rounding) {
                best_error = error;
                best = line;
            }
        }
    }
    if (!best) {
        return std::nullopt;
    }
    std::vector<float> spreads;
    for (auto const& anchor : anchors) {
        spreads.push_back(std::log(anchor.by_size.high / anchor.by_size.low) / 2);
    }
    // Sizes share the doubt of the focal length, so averaging does not remove their spread.
    best->spread = std::exp(std::max(at_percentile(spreads, 0.5), 2 * best_error));
    return best;
}

} // namespace echollama
