#include "base/error.h"
#include "media/point_cloud.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

constexpr float nearest = 0.05F;         // what is nearer than this is not drawn
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
    float x = 0, y = 0, z = -1; // z < 0: behind or unusable
};

class Canvas {
  public:
    Canvas(PointCloud const& cloud, View& view) : cloud_(cloud), view_(view) {}

    void put(int x, int y, float z, std::array<std::uint8_t, 3> const& color) {
        auto& depth = view_.depth->values[static_cast<std::size_t>(y) * static_cast<std::size_t>(view_.image.width) +
                                          static_cast<std::size_t>(x)];
        if (depth == 0 || z < depth) {
            depth = z;
            std::copy(color.begin(), color.end(), view_.image.pixel(x, y));
        }
    }

    std::array<std::uint8_t, 3> color(std::size_t i) const {
        return cloud_.colors.empty() ? std::array<std::uint8_t, 3>{uncolored, uncolored, uncolored} : cloud_.colors[i];
    }

    void square(Spot const& spot, float size, std::array<std::uint8_t, 3> const& color_of) {
        int const radius = static_cast<int>(std::clamp(size / spot.z, 0.0F, 8.0F));
        if (!(std::abs(spot.x) < 1e6F) || !(std::abs(spot.y) < 1e6F)) {
            return;
        }
        int const cx = static_cast<int>(std::lround(spot.x)), cy = static_cast<int>(std::lround(spot.y));
        for (int y = std::max(0, cy - radius); y <= std::min(view_.image.height - 1, cy + radius); ++y) {
            for (int x = std::max(0, cx - radius); x <= std::min(view_.image.width - 1, cx + radius); ++x) {
                put(x, y, spot.z, color_of);
            }
        }
    }

    // Barycentric weights over the bounding box; 1/z and colour/z are linear on the screen.
    void triangle(std::array<Spot, 3> const& s, std::array<std::size_t, 3> const& index) {
        float const area = (s[1].x - s[0].x) * (s[2].y - s[0].y) - (s[2].x - s[0].x) * (s[1].y - s[0].y);
        if (!std::isfinite(area) || std::abs(area) < 1e-6F) {
            return;
        }
        auto const [left, right] = std::minmax({s[0].x, s[1].x, s[2].x});
        auto const [top, bottom] = std::minmax({s[0].y, s[1].y, s[2].y});
        int const x0 = static_cast<int>(std::ceil(std::max(0.0F, left)));
        int const x1 = static_cast<int>(std::floor(std::min(static_cast<float>(view_.image.width - 1), right)));
        int const y0 = static_cast<int>(std::ceil(std::max(0.0F, top)));
        int const y1 = static_cast<int>(std::floor(std::min(static_cast<float>(view_.image.height - 1), bottom)));
        std::array<std::array<std::uint8_t, 3>, 3> const colors{color(index[0]), color(index[1]), color(index[2])};
        for (int y = y0; y <= y1; ++y) {
            for (int x = x0; x <= x1; ++x) {
                auto const px = static_cast<float>(x), py = static_cast<float>(y);
                std::array<float, 3> w{};
                for (std::size_t i = 0; i < 3; ++i) {
                    auto const &a = s[(i + 1) % 3], &b = s[(i + 2) % 3];
                    w[i] = ((b.x - a.x) * (py - a.y) - (b.y - a.y) * (px - a.x)) / area;
                }
                if (w[0] < 0 || w[1] < 0 || w[2] < 0) {
                    continue;
                }
                float const z = 1 / (w[0] / s[0].z + w[1] / s[1].z + w[2] / s[2].z);
                std::array<std::uint8_t, 3> mixed{};
                for (std::size_t c = 0; c < 3; ++c) {
                    float const value = z * (w[0] * static_cast<float>(colors[0][c]) / s[0].z +
                                             w[1] * static_cast<float>(colors[1][c]) / s[1].z +
                                             w[2] * static_cast<float>(colors[2][c]) / s[2].z);
                    mixed[c] = static_cast<std::uint8_t>(std::clamp(value + 0.5F, 0.0F, 255.0F));
                }
                put(x, y, z, mixed);
            }
        }
    }

  private:
    PointCloud const& cloud_;
    View& view_;
};

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

} // namespace

View render(PointCloud const& cloud, Viewpoint const& from, int width, int height, float view_deg) {
    auto const pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    View view{{width, height, std::vector<std::uint8_t>(3 * pixels, background)},
              DepthMap{width, height, DepthKind::metres, std::vector<float>(pixels, 0.0F)},
              {}};
    view.drawn = true;
    float const focal = static_cast<float>(std::max(width, height)) / 2 / tangent(view_deg);
    view.camera = {focal, focal, static_cast<float>(width) / 2, static_cast<float>(height) / 2, false};

    std::vector<Spot> spots(cloud.points.size());
    for (std::size_t i = 0; i < spots.size(); ++i) {
        auto const p = minus(cloud.points[i], from.eye);
        float const z = dot(p, from.forward);
        if (finite(p) && z >= nearest) {
            // Spots count from the centre of the first pixel.
            spots[i] = {view.camera.cx - 0.5F + focal * dot(p, from.right) / z,
                        view.camera.cy - 0.5F + focal * dot(p, from.down) / z, z};
        }
    }
    Canvas canvas(cloud, view);
    if (cloud.triangles.empty()) {
        float const size = focal * half_gap(cloud);
        for (std::size_t i = 0; i < spots.size(); ++i) {
            if (spots[i].z > 0) {
                canvas.square(spots[i], size, canvas.color(i));
            }
        }
    }
    for (auto const& t : cloud.triangles) {
        std::array<Spot, 3> const corners{spots[t[0]], spots[t[1]], spots[t[2]]};
        if (corners[0].z > 0 && corners[1].z > 0 && corners[2].z > 0) {
            canvas.triangle(corners, {t[0], t[1], t[2]});
        }
    }
    if (std::all_of(view.depth->values.begin(), view.depth->values.end(), [](float z) { return z == 0; })) {
        throw Error("Nothing of the point cloud is in view; choose another viewpoint.");
    }
    return view;
}

} // namespace echollama
