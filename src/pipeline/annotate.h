// The picture with boxes, names, distances and the 2x3 grid drawn on it (the paper's Figures 2 to 4).
#pragma once

#include "media/picture/image.h"
#include "scene/types.h"

#include <vector>

namespace echollama {

struct AnnotateOptions {
    bool grid = true;
};

Image annotate(Image const& image, Scene const& scene, AnnotateOptions const& options = {});

// Boxes, names and scores only.
Image annotate(Image const& image, std::vector<Detection> const& detections);

} // namespace echollama
