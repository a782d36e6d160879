#include "scene/distance.h"

#include "scene/coco.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace echollama {
namespace {

// A side closer to the picture's edge than this many pixels may be cut off.
constexpr float edge_margin = 2.0F;

// Doubt that an assumed focal length adds: phones and webcams lie between 50 and 80 degrees.
constexpr float assumed_camera_spread = 1.3F;

float at_percentile(std::vector<float>& values, double share) {
    auto index = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(index), values.end());
    return values[index];
}

// Readings in the central part of the box: the middle 60 % of each side.
std::vector<float> central_readings(Box const& box, DepthMap const& depth, int width, int height) {
    float scale_x = static_cast<float>(depth.width) / static_cast<float>(width);
    float scale_y = static_cast<float>(depth.height) / static_cast<float>(height);
    auto range = [](float low, float high, float scale, int size) {
        float margin = 0.2F * (high - low);
        int first = std::clamp(static_cast<int>((low + margin) * scale), 0, size - 1);
        int last = std::clamp(static_cast<int>((high - margin) * scale), first, size - 1);
        return std::pair(first, last);
    };
    auto [x0, x1] = range(box.x0, box.x1, scale_x, depth.width);
    auto [y0, y1] = range(box.y0, box.y1, scale_y, depth.height);
    std::vector<float> values;
    for (int y = y0; y <= y1; ++y) {
        for (int x = x0; x <= x1; ++x) {
            float value = depth.values[static_cast<std::size_t>(y) * static_cast<std::size_t>(depth.width) +
                                       static_cast<std::size_t>(x)];
            if (std::isfinite(value) && value > 0) {
                values.push_back(value);
            }
        }
    }
    return values;
}

} // namespace

Distance distance_from_size(Detection const& detection, Intrinsics const& camera, int width, int height) {
    auto const* object = find_class(detection.label);
    auto const& box = detection.box;
    if (!object || detection.rival || !(box.width() > 1) || !(box.height() > 1) || !(camera.fx > 0)) {
        return {};
    }
    bool cut_x = box.x0 <= edge_margin || box.x1 >= static_cast<float>(width) - edge_margin;
    bool cut_y = box.y0 <= edge_margin || box.y1 >= static_cast<float>(height) - edge_margin;
    float by_height = object->height > 0 && !cut_y ? camera.fy * object->height / box.height() : 0;
    float by_width = object->width > 0 && !cut_x ? camera.fx * object->width / box.width() : 0;
    if (by_height <= 0 && by_width <= 0) {
        return {};
    }
    float metres = by_height > 0 && by_width > 0 ? std::sqrt(by_height * by_width) : std::max(by_height, by_width);
    float spread = object->spread * (camera.assumed ? assumed_camera_spread : 1.0F);
    // The two sides disagreeing says how far the thing is from its typical shape or pose.
    if (by_height > 0 && by_width > 0) {
        spread = std::max(spread, std::sqrt(std::max(by_height / by_width, by_width / by_height)));
    }
    return {DistanceSource::object_size, metres, metres / spread, metres * spread};
}

Distance distance_from_depth(Box const& box, DepthMap const& depth, int width, int height) {
    if (depth.kind != DepthKind::metres || depth.width <= 0 || depth.height <= 0 || width <= 0 || height <= 0) {
        return {};
    }
    auto values = central_readings(box, depth, width, height);
    if (values.empty()) {
        return {};
    }
    float middle = at_percentile(values, 0.5);
    float low = at_percentile(values, 0.1);
    float high = at_percentile(values, 0.9);
    return {DistanceSource::sensor, middle, std::min(low, middle * 0.98F), std::max(high, middle * 1.02F)};
}

} // namespace echollama
