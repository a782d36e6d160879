#include "scene/build.h"

#include "scene/camera.h"
#include "scene/distance.h"
#include "scene/grid.h"
#include "scene/relations.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

// Smallest and largest reading of a map; sensors mark missing readings with 0.
struct Range {
    float low = 0, high = 0;
};

bool is_reading(float value, DepthKind kind) {
    return std::isfinite(value) && (kind != DepthKind::metres || value > 0);
}

Range range_of(DepthMap const& depth) {
    Range range;
    bool first = true;
    for (float value : depth.values) {
        if (!is_reading(value, depth.kind)) {
            continue;
        }
        range.low = first ? value : std::min(range.low, value);
        range.high = first ? value : std::max(range.high, value);
        first = false;
    }
    return range;
}

float value_at(DepthMap const& depth, float x, float y, int width, int height) {
    int column = std::clamp(static_cast<int>(x * static_cast<float>(depth.width) / static_cast<float>(width)), 0,
                            depth.width - 1);
    int row = std::clamp(static_cast<int>(y * static_cast<float>(depth.height) / static_cast<float>(height)), 0,
                         depth.height - 1);
    return depth.values[static_cast<std::size_t>(row) * static_cast<std::size_t>(depth.width) +
                        static_cast<std::size_t>(column)];
}

float z_at(DepthMap const& depth, Range range, float x, float y, int width, int height, bool invert) {
    float value = value_at(depth, x, y, width, height);
    if (!is_reading(value, depth.kind) || range.high <= range.low) {
        return 0;
    }
    float share = (value - range.low) / (range.high - range.low);
    return 255 * (invert ? 1 - share : share);
}

// Nearest first; objects of unknown distance follow, the larger first.
bool comes_first(SceneObject const& a, SceneObject const& b) {
    bool known_a = a.distance.source != DistanceSource::none;
    bool known_b = b.distance.source != DistanceSource::none;
    if (known_a != known_b) {
        return known_a;
    }
    return known_a ? a.distance.metres < b.distance.metres : a.area > b.area;
}

} // namespace

Scene build_scene(std::vector<Detection> const& detections, int width, int height, Intrinsics const& camera,
                  DepthMap const* depth, SceneOptions const& options) {
    Scene scene;
    scene.width = width;
    scene.height = height;
    scene.camera = camera;
    Range range = depth ? range_of(*depth) : Range{};
    for (auto const& detection : detections) {
        SceneObject object;
        object.detection = detection;
        object.cell = cell_of(detection.box, width, height);
        object.x = detection.box.center_x();
        object.y = detection.box.center_y();
        object.bearing_deg = bearing_of(object.x, camera);
        object.clock_hour = clock_hour_of(object.bearing_deg);
        object.area =
            detection.box.width() * detection.box.height() / (static_cast<float>(width) * static_cast<float>(height));
        if (depth) {
            object.z = z_at(*depth, range, object.x, object.y, width, height, options.invert_z);
            object.distance = distance_from_depth(detection.box, *depth, width, height);
        }
        if (object.distance.source == DistanceSource::none) {
            object.distance = distance_from_size(detection, camera, width, height);
        }
        scene.objects.push_back(std::move(object));
    }
    std::stable_sort(scene.objects.begin(), scene.objects.end(), comes_first);
    scene.relations = find_relations(scene.objects);
    scene.groups = find_groups(scene.objects);
    return scene;
}

} // namespace echollama
