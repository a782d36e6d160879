// A picture with a depth buffer that clouds and meshes are drawn on; used by the renderer only.
#pragma once

#include "media/view/view.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace echollama {

struct PointCloud;
struct Viewpoint;

inline constexpr float nearest_drawn_m = 0.05F;

struct DepthCanvas {
    View& view;

    void put(int x, int y, float z, std::array<std::uint8_t, 3> const& color) const {
        auto& depth = view.depth->values[static_cast<std::size_t>(y) * static_cast<std::size_t>(view.image.width) +
                                         static_cast<std::size_t>(x)];
        if (depth == 0 || z < depth) {
            depth = z;
            std::copy(color.begin(), color.end(), view.image.pixel(x, y));
        }
    }
};

void draw_triangles(PointCloud const& cloud, Viewpoint const& from, View& view);

} // namespace echollama
