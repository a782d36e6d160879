#include "pipeline/surround.h"

#include "geometry/measure.h"
#include "scene/contacts.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace echollama {
namespace {

// Of a camera for a picture of this width and height, for the map.
Intrinsics scaled(Intrinsics camera, int width, int height, DepthMap const& depth) {
    float const x = static_cast<float>(depth.width) / static_cast<float>(std::max(1, width));
    float const y = static_cast<float>(depth.height) / static_cast<float>(std::max(1, height));
    camera.fx *= x, camera.cx *= x;
    camera.fy *= y, camera.cy *= y;
    return camera;
}

// Phones measure few points; what else has metres and is no stereo pair is taken for a depth camera.
DepthNoise noise_for(View const& view, DepthMap const& depth) {
    constexpr int widest_phone = 320;
    bool const phone = depth.width <= widest_phone && view.image.width > 2 * depth.width;
    return depth.stereo_scale > 0 ? noise_of(DepthSensor::stereo, depth.stereo_scale)
                                  : noise_of(phone ? DepthSensor::phone : DepthSensor::structured_light);
}

// The readings in the middle of the box that are as far as the object is.
std::vector<Vector3> readings_of(SceneObject const& object, Scene const& scene, DepthMap const& depth) {
    std::vector<Vector3> points;
    auto const camera = scaled(scene.camera, scene.width, scene.height, depth);
    float const x_scale = static_cast<float>(depth.width) / static_cast<float>(scene.width);
    float const y_scale = static_cast<float>(depth.height) / static_cast<float>(scene.height);
    auto const& box = object.detection.box;
    auto clamped = [](float value, int size) {
        return static_cast<int>(std::clamp(value, 0.0F, static_cast<float>(size)));
    };
    int const x0 = clamped(box.x0 * x_scale, depth.width), x1 = clamped(box.x1 * x_scale, depth.width);
    int const y0 = clamped(box.y0 * y_scale, depth.height), y1 = clamped(box.y1 * y_scale, depth.height);
    int const step = std::max(1, static_cast<int>(std::sqrt(static_cast<float>((x1 - x0) * (y1 - y0)) / 4000)));
    float const near = object.distance.low - 0.25F, far = object.distance.high + 0.25F;
    for (int y = y0; y < y1; y += step) {
        for (int x = x0; x < x1; x += step) {
            float const z = depth.values[static_cast<std::size_t>(y) * static_cast<std::size_t>(depth.width) +
                                         static_cast<std::size_t>(x)];
            if (z > near && z < far) {
                float const right = (static_cast<float>(x) + 0.5F - camera.cx) / camera.fx;
                float const down = (static_cast<float>(y) + 0.5F - camera.cy) / camera.fy;
                points.push_back(scene.around->frame.to_viewer({z * right, z * down, z}));
            }
        }
    }
    return points;
}

bool holds(GroundBox const& box, Vector3 p) {
    constexpr float around = 0.08F;
    auto in = [](Extent e, float value) { return value > e.low - around && value < e.high + around; };
    return in(box.x, p.x) && in(box.y, p.y) && in(box.z, p.z);
}

// Without the outermost of fifty at each end.
Extent middle_of(std::vector<float> values) {
    std::sort(values.begin(), values.end());
    auto const stray = values.size() / 50;
    return {values[stray], values[values.size() - 1 - stray]};
}

float ground_area(GroundBox const& box) {
    return std::max(0.05F, box.x.high - box.x.low) * std::max(0.05F, box.y.high - box.y.low);
}

GroundBox box_of(std::vector<Vector3> const& points) {
    std::vector<float> x, y, z;
    for (auto const& p : points) {
        x.push_back(p.x), y.push_back(p.y), z.push_back(p.z);
    }
    return {middle_of(x), middle_of(y), middle_of(z)};
}

// A clock or a picture: nearly all of it is flat on a wall, so that no obstacle is left of it.
std::optional<GroundBox> box_on_wall(Surroundings const& around, std::vector<Vector3> const& points) {
    constexpr float flat_m = 0.08F, raised_m = 0.5F;
    for (auto const& wall : around.walls) {
        auto const on = std::count_if(points.begin(), points.end(), [&](auto const& p) {
            return std::abs(behind_wall(wall, {p.x, p.y})) < flat_m;
        });
        auto const box = box_of(points);
        if (around.floor && 5 * on > 4 * static_cast<std::ptrdiff_t>(points.size()) && box.z.low > raised_m) {
            return box;
        }
    }
    return std::nullopt;
}

void join_object(Scene& scene, std::size_t index, DepthMap const& depth) {
    constexpr std::size_t fewest = 40;
    constexpr float most_larger = 3; // a cluster of several things is not the one of them that has a name
    auto const points = readings_of(scene.objects[index], scene, depth);
    if (points.size() < fewest) {
        return;
    }
    ObstacleFacts* best = nullptr;
    std::size_t most = 0;
    for (auto& obstacle : scene.around->obstacles) {
        auto const inside = static_cast<std::size_t>(
            std::count_if(points.begin(), points.end(), [&](auto p) { return holds(obstacle.box, p); }));
        if (inside > most) {
            most = inside;
            best = &obstacle;
        }
    }
    if (!best || 2 * most < points.size()) {
        scene.objects[index].extent = box_on_wall(*scene.around, points);
        return;
    }
    std::vector<Vector3> inside;
    std::copy_if(points.begin(), points.end(), std::back_inserter(inside),
                 [&](auto const& p) { return holds(best->box, p); });
    auto const extent = box_of(inside);
    scene.objects[index].extent = extent;
    if (!best->named && ground_area(best->box) < most_larger * ground_area(extent)) {
        best->named = index;
        scene.objects[index].extent->z = best->box.z; // what sticks out far before or behind its middle belongs to it
    }
}

} // namespace

std::optional<Surroundings> surroundings_of(View const& view, DepthMap const& depth) {
    bool const flat = view.camera.projection == Projection::flat && view.camera.fx > 0 && view.camera.fy > 0;
    if (depth.kind != DepthKind::metres || !flat || depth.values.empty()) {
        return std::nullopt;
    }
    auto const camera = scaled(view.camera, view.image.width, view.image.height, depth);
    return measure_surroundings({depth.width, depth.height, depth.values, camera.fx, camera.fy, camera.cx, camera.cy,
                                 noise_for(view, depth), view.camera.up});
}

void join_objects(Scene& scene, DepthMap const& depth) {
    for (std::size_t i = 0; i < scene.objects.size(); ++i) {
        if (scene.objects[i].distance.source == DistanceSource::sensor) {
            join_object(scene, i, depth);
        }
    }
    settle_measured(scene);
}

void surround(Scene& scene, View const& view, DepthMap const& depth) {
    scene.around = surroundings_of(view, depth);
    if (scene.around) {
        join_objects(scene, depth);
    }
}

} // namespace echollama
