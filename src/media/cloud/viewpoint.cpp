#include "media/cloud/viewpoint.h"

#include "base/counter_rng.h"
#include "base/error.h"
#include "media/cloud/depth_canvas.h"
#include "media/cloud/point_cloud.h"
#include "media/cloud/written_number.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

namespace echollama {
namespace {

Vec3 plus(Vec3 const& a, Vec3 const& b, float scale) {
    return {a[0] + scale * b[0], a[1] + scale * b[1], a[2] + scale * b[2]};
}
Vec3 minus(Vec3 const& a, Vec3 const& b) {
    return plus(a, b, -1);
}
float dot(Vec3 const& a, Vec3 const& b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
Vec3 cross(Vec3 const& a, Vec3 const& b) {
    return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
float length(Vec3 const& a) {
    return std::sqrt(dot(a, a));
}
// Of length 1; along z where `a` has no direction. Scaled first, because squares of large numbers overflow.
Vec3 unit(Vec3 const& a) {
    float const largest = std::max({std::abs(a[0]), std::abs(a[1]), std::abs(a[2])});
    if (!(largest > 0) || !std::isfinite(largest)) {
        return {0, 0, 1};
    }
    Vec3 const scaled{a[0] / largest, a[1] / largest, a[2] / largest};
    return plus({}, scaled, 1 / length(scaled));
}
bool finite(Vec3 const& p) {
    return std::isfinite(p[0]) && std::isfinite(p[1]) && std::isfinite(p[2]);
}
float radians(float degrees) {
    return degrees * std::numbers::pi_v<float> / 180;
}
float reach_of(float view_deg) {
    return std::tan(radians(view_deg) / 2);
}

Vec3 middle_of(CloudBounds const& bounds) {
    return plus(plus({}, bounds.low, 0.5F), bounds.high, 0.5F);
}

// Seen from `away` of the middle (a unit vector), far enough that everything fits.
Viewpoint from_outside(PointCloud const& cloud, Vec3 const& away, Vec3 const& up, float view_deg) {
    auto const bounds = bounds_of(cloud);
    float const radius = std::max(0.1F, length(minus(bounds.high, bounds.low)) / 2);
    auto const middle = middle_of(bounds);
    return look_at(plus(middle, away, radius / std::min(0.9F, reach_of(view_deg)) + radius), middle, up);
}

// The direction from the middle to a viewer in front: the +z side where y is up; where z is up the -y side, as in most
// modelling programs; where y points down the -z side, from which depth cameras look.
Vec3 front_of(Vec3 const& up) {
    if (up[1] != 0) {
        return {0, 0, up[1]};
    }
    return {0, -1, 0};
}

Vec3 axis_named(std::string const& name) {
    bool const negative = name.starts_with('-');
    auto const letter = name.substr(negative ? 1 : 0);
    if (letter != "x" && letter != "y" && letter != "z") {
        throw Error("'" + name + "' is not a direction; up is x, y, z, -x, -y, -z or auto.");
    }
    Vec3 axis{};
    axis[static_cast<std::size_t>(letter[0] - 'x')] = negative ? -1.0F : 1.0F;
    return axis;
}

std::optional<Vec3> named_direction(std::string const& name) { // azimuth, elevation
    if (name == "front") {
        return Vec3{0, 0, 0};
    }
    if (name == "right") {
        return Vec3{90, 0, 0};
    }
    if (name == "back") {
        return Vec3{180, 0, 0};
    }
    if (name == "left") {
        return Vec3{-90, 0, 0};
    }
    return name == "above" ? std::optional(Vec3{0, 90, 0}) : std::nullopt;
}

// Parted by commas; none where one of them is no number.
std::vector<double> numbers_of(std::string_view text) {
    std::vector<double> numbers;
    while (numbers.size() < 7) {
        auto const end = std::min(text.find(','), text.size());
        auto const value = written_number(text.substr(0, end));
        if (!value || !std::isfinite(*value)) {
            return {};
        }
        numbers.push_back(*value);
        if (end == text.size()) {
            break;
        }
        text.remove_prefix(end + 1);
    }
    return numbers;
}

// Where the point of the file's own coordinates lies among the cloud's points.
Vec3 placed(PointCloud const& cloud, double x, double y, double z) {
    return {static_cast<float>(x * cloud.unit_m - cloud.origin[0]),
            static_cast<float>(y * cloud.unit_m - cloud.origin[1]),
            static_cast<float>(z * cloud.unit_m - cloud.origin[2])};
}

// From 0, 0, 0 along z with y down, as depth cameras record.
Viewpoint recording_camera(PointCloud const& cloud) {
    Viewpoint camera;
    camera.eye = placed(cloud, 0, 0, 0);
    return camera;
}

// Coordinates of a map (UTM and its like): thousands of kilometres east and north, and heights.
bool has_map_coordinates(PointCloud const& cloud) {
    constexpr double far_off_m = 1e5;
    return std::abs(cloud.origin[0]) > far_off_m && std::abs(cloud.origin[1]) > far_off_m &&
           std::abs(cloud.origin[2]) < far_off_m;
}

Vec3 up_of(std::string const& name, PointCloud const& cloud) {
    return axis_named(name != "auto" ? name : has_map_coordinates(cloud) ? "z" : "y");
}

Viewpoint orbit(PointCloud const& cloud, float azimuth, float elevation, Vec3 const& up, float view_deg) {
    auto const front = front_of(up);
    auto const right = cross(minus({}, front), up); // of a viewer in front
    auto const level = plus(plus({}, front, std::cos(radians(azimuth))), right, std::sin(radians(azimuth)));
    auto const away = plus(plus({}, level, std::cos(radians(elevation))), up, std::sin(radians(elevation)));
    // Straight from above, what is far from the viewer in front is at the top of the picture.
    bool const steep = std::abs(dot(away, up)) > 0.999F;
    return from_outside(cloud, unit(away), steep ? minus({}, plus({}, level, away[1] * up[1] < 0 ? -1.0F : 1.0F)) : up,
                        view_deg);
}

} // namespace

CloudBounds bounds_of(PointCloud const& cloud) {
    constexpr std::size_t enough = 200'000; // points tell where the middle 98 % are
    CloudBounds bounds;
    bounds.count = static_cast<std::size_t>(std::count_if(cloud.points.begin(), cloud.points.end(), finite));
    auto const one_in = bounds.count / enough + 1;
    std::vector<Vec3> usable;
    usable.reserve(std::min(bounds.count, 2 * enough));
    for (std::size_t i = 0; i < cloud.points.size(); ++i) {
        bool const taken = one_in == 1 || splitmix64(1, i) % one_in == 0; // by chance: clouds come in rows
        if (taken && finite(cloud.points[i])) {
            usable.push_back(cloud.points[i]);
        }
    }
    if (usable.empty()) {
        return bounds;
    }
    for (std::size_t axis = 0; axis < 3; ++axis) {
        std::vector<float> values;
        for (auto const& point : usable) {
            values.push_back(point[axis]);
        }
        auto const at = [&](double share) {
            auto const place =
                values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
            std::nth_element(values.begin(), place, values.end());
            return *place;
        };
        bounds.low[axis] = at(0.01);
        bounds.high[axis] = at(0.99);
    }
    return bounds;
}

Viewpoint look_at(Vec3 const& eye, Vec3 const& target, Vec3 const& up) {
    Viewpoint camera;
    camera.eye = eye;
    camera.forward = unit(minus(target, eye));
    auto side = cross(camera.forward, up);
    for (std::size_t axis = 0; axis < 3 && length(side) < 1e-4F; ++axis) { // up is along the line of sight
        Vec3 other{};
        other[axis] = 1;
        side = cross(camera.forward, other);
    }
    camera.right = unit(side);
    camera.down = cross(camera.forward, camera.right);
    return camera;
}

Viewpoint automatic_viewpoint(PointCloud const& cloud, float view_deg, std::string const& up_name) {
    if (cloud.camera) {
        return *cloud.camera;
    }
    float const reach = reach_of(view_deg);
    std::size_t usable = 0, seen = 0;
    auto const camera = recording_camera(cloud);
    for (auto const& point : cloud.points) {
        auto const p = minus(point, camera.eye);
        usable += finite(p) ? 1 : 0;
        seen += finite(p) && p[2] > nearest_drawn_m && std::abs(p[0]) < reach * p[2] && std::abs(p[1]) < reach * p[2]
                    ? 1
                    : 0;
    }
    bool const may_be_recorded = !cloud.y_up && (up_name == "auto" || up_name == "-y");
    if (may_be_recorded && seen * 3 >= usable * 2) {
        return camera;
    }
    auto const up = up_of(up_name, cloud);
    return from_outside(cloud, front_of(up), up, view_deg);
}

Viewpoint viewpoint_from(std::string const& where, std::string const& up_name, PointCloud const& cloud,
                         float view_deg) {
    auto const up = up_of(up_name, cloud);
    if (where == "auto") {
        return automatic_viewpoint(cloud, view_deg, up_name);
    }
    if (where == "origin") {
        return recording_camera(cloud);
    }
    if (auto const direction = named_direction(where)) {
        return orbit(cloud, (*direction)[0], (*direction)[1], up, view_deg);
    }
    auto const n = numbers_of(where);
    switch (n.size()) {
    case 2:
        return orbit(cloud, static_cast<float>(n[0]), static_cast<float>(n[1]), up, view_deg);
    case 3:
        return look_at(placed(cloud, n[0], n[1], n[2]), middle_of(bounds_of(cloud)), up);
    case 6:
        return look_at(placed(cloud, n[0], n[1], n[2]), placed(cloud, n[3], n[4], n[5]), up);
    default:
        throw Error("'" + where +
                    "' is not a viewpoint; write auto, origin, front, back, left, right, above, AZIMUTH,ELEVATION in "
                    "degrees, X,Y,Z or X,Y,Z,TX,TY,TZ.");
    }
}

} // namespace echollama
