// How far things are, and how sure that is.
#pragma once

#include "scene/types.h"

#include <optional>
#include <vector>

namespace echollama {

// May it be said as a number? What was measured may; what is guessed, when nine times in ten it is wrong by no more
// than this factor, so that it is seldom wrong by two.
inline constexpr float tellable_factor = 1.9F;
bool is_tellable(Distance const& distance);

// From a map in metres: the median of the readings in the central part of the box (the middle 60 % of each side), where
// the object hides what is behind it. Interval: their 10th to 90th percentile, at least 2 %, and one
// pixel of disparity where the map is from stereo. None without readings.
// `others` are the boxes of other things, see readings_in. Where they cover the thing, and for things that one sees
// through (a table between its legs), the interval reaches over the whole box: such a reading may be of something else.
Distance distance_from_depth(Box const& box, DepthMap const& depth, int width, int height,
                             std::vector<Box> const& others = {}, bool see_through = false);

// The values of a map inside a box that mean something.
struct Readings {
    std::vector<float> all;
    std::vector<float> own; // outside of the boxes of other things, which may stand before this one

    bool own_suffice() const;        // a quarter of all or more
    std::vector<float> best() const; // own where they suffice, else all
};

// In the middle `share` of each side of the box (1: all of it). Boxes that leave the picture are clamped to it; boxes
// that are no numbers give none. The mirror image of map and boxes gives the same.
Readings readings_in(Box const& box, DepthMap const& depth, int width, int height, float share,
                     std::vector<Box> const& others = {});

// One object whose distance is known from its size, and what the relative map says there.
struct DepthAnchor {
    float inverse_depth = 0; // median of the map in the middle of the box
    Distance by_size;
};

// 1 / metres = scale * inverse_depth + shift (the relation of MiDaS' output to depth, Ranftl et al. 2020, section 5).
struct DepthCalibration {
    float scale = 0, shift = 0;
    float spread = 1; // factor: about nine of ten distances are between metres / spread and metres * spread

    // None where the line gives no positive distance.
    Distance distance(float inverse_depth) const;
};

// Robust line through the anchors: every pair of clearly different depths gives a candidate, the one with the smallest
// median error in log distance wins. None with fewer than three anchors, when their depths are too alike, when nearer
// things would come out farther, or when the median error exceeds a factor of 1.5: then sizes alone are more honest.
std::optional<DepthCalibration> calibrate(std::vector<DepthAnchor> const& anchors);

} // namespace echollama
