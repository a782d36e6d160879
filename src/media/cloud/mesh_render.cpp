// Triangles with colours and textures; perspective-correct, clipped at the nearest plane.
#include "media/cloud/depth_canvas.h"
#include "media/cloud/point_cloud.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace echollama {
namespace {

// A corner in the camera's space (x right, y down, z ahead) with what is interpolated over the triangle.
struct Corner {
    Vec3 at{};
    std::array<float, 5> value{}; // red, green, blue 0..1, place in the texture
};

float dot(Vec3 const& a, Vec3 const& b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

Corner between(Corner const& a, Corner const& b, float share) {
    Corner mixed;
    for (std::size_t i = 0; i < 3; ++i) {
        mixed.at[i] = a.at[i] + share * (b.at[i] - a.at[i]);
    }
    for (std::size_t i = 0; i < 5; ++i) {
        mixed.value[i] = a.value[i] + share * (b.value[i] - a.value[i]);
    }
    return mixed;
}

// The part of a triangle before the nearest plane: none, three or four corners.
std::vector<Corner> clipped(std::array<Corner, 3> const& corners) {
    std::vector<Corner> kept;
    for (std::size_t i = 0; i < 3; ++i) {
        auto const& a = corners[i];
        auto const& b = corners[(i + 1) % 3];
        bool const a_seen = a.at[2] >= nearest_drawn_m, b_seen = b.at[2] >= nearest_drawn_m;
        if (a_seen) {
            kept.push_back(a);
        }
        if (a_seen != b_seen) {
            kept.push_back(between(a, b, (nearest_drawn_m - a.at[2]) / (b.at[2] - a.at[2])));
        }
    }
    return kept;
}

// Bilinear, repeated beyond the edges.
std::array<float, 3> texel(Image const& image, float u, float v) {
    auto const place = [](float t, int size) {
        float const at = (t - std::floor(t)) * static_cast<float>(size) - 0.5F;
        float const low = std::floor(at);
        auto const wrapped = [size](int i) { return (i % size + size) % size; };
        return std::tuple(wrapped(static_cast<int>(low)), wrapped(static_cast<int>(low) + 1), at - low);
    };
    if (!std::isfinite(u) || !std::isfinite(v)) {
        return {1, 1, 1};
    }
    auto const [x0, x1, fx] = place(u, image.width);
    auto const [y0, y1, fy] = place(v, image.height);
    std::array<float, 3> color{};
    for (std::size_t c = 0; c < 3; ++c) {
        auto const at = [&](int x, int y) { return static_cast<float>(image.pixel(x, y)[c]); };
        color[c] = ((1 - fx) * (1 - fy) * at(x0, y0) + fx * (1 - fy) * at(x1, y0) + (1 - fx) * fy * at(x0, y1) +
                    fx * fy * at(x1, y1)) /
                   255;
    }
    return color;
}

class Painter {
  public:
    Painter(PointCloud const& cloud, Viewpoint const& from, View& view) : cloud_(cloud), from_(from), canvas_{view} {}

    void triangle(std::size_t index) {
        auto const& t = cloud_.triangles[index];
        std::array<Corner, 3> corners;
        for (std::size_t i = 0; i < 3; ++i) {
            corners[i] = corner_of(t[i]);
            if (!std::isfinite(corners[i].at[0] + corners[i].at[1] + corners[i].at[2])) {
                return;
            }
        }
        surface_ = cloud_.surface_of.empty() ? nullptr : &cloud_.surfaces[cloud_.surface_of[index]];
        texture_ = surface_ && surface_->texture >= 0 && !cloud_.texture_at.empty()
                       ? &cloud_.textures[static_cast<std::size_t>(surface_->texture)]
                       : nullptr;
        light_ = cloud_.colors.empty() && !texture_ ? light_of(corners) : 1.0F;
        auto const part = clipped(corners);
        for (std::size_t i = 2; i < part.size(); ++i) {
            fill({part[0], part[i - 1], part[i]});
        }
    }

  private:
    Corner corner_of(std::uint32_t point) const {
        auto const& p = cloud_.points[point];
        Vec3 const away{p[0] - from_.eye[0], p[1] - from_.eye[1], p[2] - from_.eye[2]};
        Corner corner{{dot(away, from_.right), dot(away, from_.down), dot(away, from_.forward)}, {}};
        for (std::size_t c = 0; c < 3; ++c) {
            corner.value[c] = cloud_.colors.empty() ? 1.0F : static_cast<float>(cloud_.colors[point][c]) / 255;
        }
        if (!cloud_.texture_at.empty()) {
            corner.value[3] = cloud_.texture_at[point][0];
            corner.value[4] = cloud_.texture_at[point][1];
        }
        return corner;
    }

    // As if a lamp were at the camera.
    static float light_of(std::array<Corner, 3> const& c) {
        Vec3 a{}, b{};
        for (std::size_t i = 0; i < 3; ++i) {
            a[i] = c[1].at[i] - c[0].at[i];
            b[i] = c[2].at[i] - c[0].at[i];
        }
        Vec3 const normal{a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
        float const size = std::sqrt(dot(normal, normal) * dot(c[0].at, c[0].at));
        return size > 0 ? 0.3F + 0.6F * std::abs(dot(normal, c[0].at)) / size : 0.3F;
    }

    std::array<std::uint8_t, 3> color_of(std::array<float, 5> const& value) const {
        std::array<float, 3> color{value[0], value[1], value[2]};
        auto const covering = texture_ ? texel(*texture_, value[3], value[4]) : std::array<float, 3>{1, 1, 1};
        std::array<std::uint8_t, 3> bytes{};
        for (std::size_t c = 0; c < 3; ++c) {
            float const part = color[c] * covering[c] * (surface_ ? surface_->color[c] : 1.0F) * light_;
            bytes[c] = part > 0 ? static_cast<std::uint8_t>(std::min(255 * part + 0.5F, 255.0F)) : std::uint8_t{0};
        }
        return bytes;
    }

    // Barycentric weights over the bounding box; 1/z and value/z are linear on the screen.
    void fill(std::array<Corner, 3> const& corners) {
        auto const& camera = canvas_.view.camera;
        std::array<float, 3> x{}, y{};
        for (std::size_t i = 0; i < 3; ++i) { // counted from the centre of the first pixel
            x[i] = camera.cx - 0.5F + camera.fx * corners[i].at[0] / corners[i].at[2];
            y[i] = camera.cy - 0.5F + camera.fy * corners[i].at[1] / corners[i].at[2];
        }
        float const area = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]);
        if (!std::isfinite(area) || std::abs(area) < 1e-6F) {
            return;
        }
        auto const [left, right] = std::minmax({x[0], x[1], x[2]});
        auto const [top, bottom] = std::minmax({y[0], y[1], y[2]});
        auto const& image = canvas_.view.image;
        int const x0 = static_cast<int>(std::ceil(std::max(0.0F, left)));
        int const x1 = static_cast<int>(std::floor(std::min(static_cast<float>(image.width - 1), right)));
        int const y0 = static_cast<int>(std::ceil(std::max(0.0F, top)));
        int const y1 = static_cast<int>(std::floor(std::min(static_cast<float>(image.height - 1), bottom)));
        for (int py = y0; py <= y1; ++py) {
            for (int px = x0; px <= x1; ++px) {
                std::array<float, 3> w{};
                float inverse_z = 0;
                for (std::size_t i = 0; i < 3; ++i) {
                    auto const a = (i + 1) % 3, b = (i + 2) % 3;
                    w[i] = ((x[b] - x[a]) * (static_cast<float>(py) - y[a]) -
                            (y[b] - y[a]) * (static_cast<float>(px) - x[a])) /
                           area / corners[i].at[2];
                    inverse_z += w[i];
                }
                if (w[0] < 0 || w[1] < 0 || w[2] < 0) {
                    continue;
                }
                std::array<float, 5> value{};
                for (std::size_t k = 0; k < 5; ++k) {
                    value[k] = (w[0] * corners[0].value[k] + w[1] * corners[1].value[k] + w[2] * corners[2].value[k]) /
                               inverse_z;
                }
                canvas_.put(px, py, 1 / inverse_z, color_of(value));
            }
        }
    }

    PointCloud const& cloud_;
    Viewpoint const& from_;
    DepthCanvas canvas_;
    Surface const* surface_ = nullptr;
    Image const* texture_ = nullptr;
    float light_ = 1;
};

} // namespace

void draw_triangles(PointCloud const& cloud, Viewpoint const& from, View& view) {
    Painter painter(cloud, from, view);
    for (std::size_t i = 0; i < cloud.triangles.size(); ++i) {
        painter.triangle(i);
    }
}

} // namespace echollama
