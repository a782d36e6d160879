#include "scene/build.h"

#include "base/error.h"
#include "scene/camera.h"
#include "scene/distance.h"
#include "scene/grid.h"
#include "scene/photo_distance.h"
#include "scene/relations.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace echollama {
namespace {

// Broken boxes must not spread: 0 for what is no number.
float finite(float value) {
    return std::isfinite(value) ? value : 0;
}

bool is_reading(float value, DepthKind kind) {
    return std::isfinite(value) && (kind != DepthKind::metres || value > 0);
}

// Larger is nearer for both kinds.
float nearness(float value, DepthKind kind) {
    return kind == DepthKind::metres ? 1 / value : value;
}

// Smallest and largest nearness of a map; sensors mark missing readings with 0.
struct Range {
    float low = 0, high = 0;
};

Range range_of(DepthMap const& depth) {
    Range range;
    bool first = true;
    for (float value : depth.values) {
        if (!is_reading(value, depth.kind)) {
            continue;
        }
        float near = nearness(value, depth.kind);
        range.low = first ? near : std::min(range.low, near);
        range.high = first ? near : std::max(range.high, near);
        first = false;
    }
    return range;
}

// What the map says of the box: at its centre, or over all of it.
std::optional<float> sample(Box const& box, DepthMap const& depth, int width, int height, ZSampling sampling) {
    auto values = readings_in(box, depth, width, height, sampling == ZSampling::centre ? 0 : 1).all;
    if (values.empty()) {
        return std::nullopt;
    }
    if (sampling == ZSampling::mean) {
        double sum = 0;
        for (float value : values) {
            sum += static_cast<double>(nearness(value, depth.kind));
        }
        return static_cast<float>(sum / static_cast<double>(values.size()));
    }
    auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return nearness(*middle, depth.kind);
}

float z_of(Box const& box, DepthMap const& depth, Range range, int width, int height, SceneOptions const& options) {
    auto near = sample(box, depth, width, height, options.z_sampling);
    if (!near || options.z_range == ZRange::raw) {
        return near.value_or(0);
    }
    float low = options.z_range == ZRange::max255 ? 0 : range.low;
    if (range.high <= low) {
        return 0;
    }
    float share = (*near - low) / (range.high - low);
    return 255 * (options.invert_z ? 1 - share : share);
}

// Much of the box shows what is behind.
bool is_see_through(std::string const& label) {
    return label == "dining table" || label == "bench" || label == "chair" || label == "bicycle" ||
           label == "motorcycle" || label == "tennis racket";
}

// The boxes of all detections but one, as far as they touch it.
std::vector<Box> boxes_over(std::vector<Detection> const& detections, std::size_t index) {
    std::vector<Box> others;
    auto const& box = detections[index].box;
    for (std::size_t i = 0; i < detections.size(); ++i) {
        auto const& other = detections[i].box;
        if (i != index && other.x0 < box.x1 && other.x1 > box.x0 && other.y0 < box.y1 && other.y1 > box.y0) {
            others.push_back(other);
        }
    }
    return others;
}

void refuse_bad_input(int width, int height, DepthMap const* depth) {
    if (width <= 0 || height <= 0) {
        throw Error("A picture without width or height cannot be described.");
    }
    if (depth &&
        (depth->width <= 0 || depth->height <= 0 ||
         depth->values.size() != static_cast<std::size_t>(depth->width) * static_cast<std::size_t>(depth->height))) {
        throw Error("The depth map does not hold " + std::to_string(depth->width) + " times " +
                    std::to_string(depth->height) + " values; make it again or leave it out.");
    }
}

// Nearest first; objects of unknown distance follow, by relative depth where there is one, then the larger first.
bool comes_first(SceneObject const& a, SceneObject const& b, bool far_z) {
    float nearer_a = far_z ? -a.z : a.z;
    float nearer_b = far_z ? -b.z : b.z;
    bool known_a = a.distance.source != DistanceSource::none;
    bool known_b = b.distance.source != DistanceSource::none;
    if (known_a != known_b) {
        return known_a;
    }
    if (known_a) {
        return a.distance.metres < b.distance.metres;
    }
    return nearer_a != nearer_b ? nearer_a > nearer_b : a.area > b.area;
}

// A thing on furniture is about as far as the furniture is. Where sizes say otherwise the furniture is the doubtful
// one, as often only a part of it is seen: then nothing is said of how far it is.
void drop_contradicted_sizes(Scene& scene) {
    for (auto const& relation : scene.relations) {
        auto const& thing = scene.objects[relation.subject].distance;
        auto& support = scene.objects[relation.object].distance;
        bool by_size = thing.source == DistanceSource::object_size && support.source == DistanceSource::object_size;
        if (relation.relation == Relation::on && by_size && (thing.high < support.low || support.high < thing.low)) {
            support = {};
        }
    }
}

} // namespace

Scene build_scene(std::vector<Detection> const& detections, int width, int height, Intrinsics const& camera,
                  DepthMap const* depth, SceneOptions const& options) {
    refuse_bad_input(width, height, depth);
    Scene scene;
    scene.width = width;
    scene.height = height;
    scene.camera = camera;
    Range range = depth ? range_of(*depth) : Range{};
    auto const guessed = photo_distances(detections, camera, width, height, depth);
    for (std::size_t i = 0; i < detections.size(); ++i) {
        auto const& detection = detections[i];
        SceneObject object;
        object.detection = detection;
        object.cell = cell_of(detection.box, width, height);
        object.x = finite(detection.box.center_x());
        object.y = finite(detection.box.center_y());
        object.bearing_deg = bearing_of(object.x, camera);
        object.clock_hour = clock_hour_of(object.bearing_deg);
        object.area = finite(detection.box.width() * detection.box.height() /
                             (static_cast<float>(width) * static_cast<float>(height)));
        if (depth) {
            object.z = z_of(detection.box, *depth, range, width, height, options);
            object.distance = distance_from_depth(detection.box, *depth, width, height, boxes_over(detections, i),
                                                  is_see_through(detection.label));
        }
        if (object.distance.source == DistanceSource::none) {
            object.distance = guessed[i];
        }
        scene.objects.push_back(std::move(object));
    }
    bool far_z = options.invert_z && options.z_range != ZRange::raw;
    auto sort = [&] {
        std::stable_sort(scene.objects.begin(), scene.objects.end(),
                         [&](auto const& a, auto const& b) { return comes_first(a, b, far_z); });
        scene.relations = find_relations(scene.objects);
    };
    sort();
    drop_contradicted_sizes(scene);
    sort();
    scene.groups = find_groups(scene.objects);
    return scene;
}

} // namespace echollama
