// What the targets of the point cloud formats do alike.
#pragma once

#include "base/error.h"
#include "fuzz.h"
#include "media/cloud/point_cloud.h"

namespace echollama::fuzz {

inline std::span<char const> characters(Input input) {
    return {reinterpret_cast<char const*>(input.data()), input.size()};
}

// Whatever a file holds can be drawn, or there is nothing to see.
inline void draw(PointCloud const& cloud) {
    try {
        render(cloud, automatic_viewpoint(cloud), 32, 24);
    } catch (Error const&) {
    }
}

} // namespace echollama::fuzz
