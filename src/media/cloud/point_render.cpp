#include "base/error.h"
#include "media/cloud/depth_canvas.h"
#include "media/cloud/point_cloud.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

constexpr std::uint8_t background = 224; // light grey
constexpr std::uint8_t uncolored = 128;

Vec3 minus(Vec3 const& a, Vec3 const& b) {
    return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}
float dot(Vec3 const& a, Vec3 const& b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
bool finite(Vec3 const& p) {
    return std::isfinite(p[0]) && std::isfinite(p[1]) && std::isfinite(p[2]);
}

// Where a point appears: pixels, and its distance along the axis.
struct Spot {
    float x = 0, y = 0, z = 0;
};

void square(DepthCanvas const& canvas, Spot const& spot, float size, std::array<std::uint8_t, 3> const& color) {
    int const radius = std::clamp(static_cast<int>(size / spot.z), 0, 8);
    if (!(std::abs(spot.x) < 1e6F) || !(std::abs(spot.y) < 1e6F)) {
        return;
    }
    int const cx = static_cast<int>(std::lround(spot.x)), cy = static_cast<int>(std::lround(spot.y));
    auto const& image = canvas.view.image;
    for (int y = std::max(0, cy - radius); y <= std::min(image.height - 1, cy + radius); ++y) {
        for (int x = std::max(0, cx - radius); x <= std::min(image.width - 1, cx + radius); ++x) {
            canvas.put(x, y, spot.z, color);
        }
    }
}

// Half the usual gap between points, were they spread over the sides of their box.
float half_gap(PointCloud const& cloud) {
    auto const bounds = bounds_of(cloud);
    auto const s = minus(bounds.high, bounds.low);
    float const area = 2 * (s[0] * s[1] + s[1] * s[2] + s[2] * s[0]);
    return bounds.count > 0 ? std::sqrt(area / static_cast<float>(bounds.count)) / 2 : 0;
}

float tangent(float view_deg) {
    return std::tan(view_deg / 2 * std::numbers::pi_v<float> / 180);
}

void draw_points(PointCloud const& cloud, Viewpoint const& from, View& view) {
    DepthCanvas const canvas{view};
    auto const& camera = view.camera;
    float const size = camera.fx * half_gap(cloud);
    for (std::size_t i = 0; i < cloud.points.size(); ++i) {
        auto const p = minus(cloud.points[i], from.eye);
        float const z = dot(p, from.forward);
        if (finite(p) && z >= nearest_drawn_m) {
            // Spots count from the centre of the first pixel.
            Spot const spot{camera.cx - 0.5F + camera.fx * dot(p, from.right) / z,
                            camera.cy - 0.5F + camera.fy * dot(p, from.down) / z, z};
            square(canvas, spot, size,
                   cloud.colors.empty() ? std::array<std::uint8_t, 3>{uncolored, uncolored, uncolored}
                                        : cloud.colors[i]);
        }
    }
}

} // namespace

View render(PointCloud const& cloud, Viewpoint const& from, int width, int height, float view_deg) {
    auto const pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    View view{{width, height, std::vector<std::uint8_t>(3 * pixels, background)},
              DepthMap{width, height, DepthKind::metres, std::vector<float>(pixels, 0.0F)},
              {}};
    view.drawn = true;
    float const focal = static_cast<float>(std::max(width, height)) / 2 / tangent(view_deg);
    view.camera = {focal, focal, static_cast<float>(width) / 2, static_cast<float>(height) / 2, false};

    cloud.triangles.empty() ? draw_points(cloud, from, view) : draw_triangles(cloud, from, view);
    if (std::all_of(view.depth->values.begin(), view.depth->values.end(), [](float z) { return z == 0; })) {
        throw Error("Nothing of the point cloud is in view; choose another viewpoint.");
    }
    return view;
}

} // namespace echollama
