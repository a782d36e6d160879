// From detections to a Scene: the geometry that the words rest on.
#pragma once

#include "scene/types.h"

#include <vector>

namespace echollama {

// How z is read from the depth map; the paper does not say how. By default z = 255 (d - min) / (max - min) at the box
// centre. d is relative inverse depth, or 1 / metres for a map in metres, so larger is always
// nearer.
enum class ZSampling { centre, mean, median }; // of the box
enum class ZRange { minmax255, max255, raw };  // 255 (d - min) / (max - min), 255 d / max, d

struct SceneOptions {
    bool invert_z = false; // larger z is farther; not for ZRange::raw
    ZSampling z_sampling = ZSampling::centre;
    ZRange z_range = ZRange::minmax255;
};

// `depth` may be null. Distances: from a map in metres; else as in photo_distance.h. Objects: nearest first where
// distances are known, then the others by relative depth, else the larger first. Boxes without any finite coordinate
// are kept, with distance unknown. Throws Error when the picture has no size, or when the map has not width * height
// values.
Scene build_scene(std::vector<Detection> const& detections, int width, int height, Intrinsics const& camera,
                  DepthMap const* depth = nullptr, SceneOptions const& options = {});

} // namespace echollama
