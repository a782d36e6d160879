// Depth maps as people and programs look at them.
#pragma once

#include "media/picture/image.h"
#include "pipeline/json.h"
#include "scene/types.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace echollama {

struct DepthPoint {
    int x = 0, y = 0; // pixels of the map
    float value = 0;
};

// What a map holds; points without a reading are left out everywhere. Nearer is larger for relative maps, smaller for
// maps in metres.
struct DepthSummary {
    DepthPoint nearest, farthest;
    // Means over the 2x3 grid, rows top and bottom; empty: no reading there.
    std::array<std::array<std::optional<float>, 3>, 2> cells;
};
// Empty: the map holds no reading at all.
std::optional<DepthSummary> summarise(DepthMap const& depth);

// The nearest point is 65535, the farthest 1, no reading 0; between them the map's own scale (relative maps: MiDaS
// write_depth but for the reserved 0).
std::vector<std::uint16_t> depth_levels(DepthMap const& depth);

// In colours from black (far) over red to light yellow (near), matplotlib's "inferno"; no reading is grey.
Image depth_colours(DepthMap const& depth);

// In a sentence or two: where it is nearest and where farthest.
std::string depth_words(DepthSummary const& summary, DepthMap const& depth);

// {"image","kind","nearest","farthest","cells"}
Json to_json(DepthMap const& depth, DepthSummary const& summary);

} // namespace echollama
