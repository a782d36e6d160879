// From detections to a Scene: the geometry that the words rest on.
#pragma once

#include "scene/types.h"

#include <vector>

namespace echollama {

// The paper's z = 255 (d - min) / (max - min) of the depth map at the box centre (specification 2.5).
struct SceneOptions {
    bool invert_z = false; // larger z is farther
};

// `depth` may be null. A relative map gives z and the order near to far; a map in metres gives distances as well;
// without one distances come from typical sizes. Objects: nearest first where distances are known, the others after
// them, larger first.
Scene build_scene(std::vector<Detection> const& detections, int width, int height, Intrinsics const& camera,
                  DepthMap const* depth = nullptr, SceneOptions const& options = {});

} // namespace echollama
