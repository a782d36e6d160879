// Which unit the numbers of a depth picture or a scan are in, where that had to be guessed: the sizes of what was
// recognised decide.
#pragma once

#include "media/view/view.h"

#include <vector>

namespace echollama {

// The depth of a view in metres, as far as its unit is known after all.
struct SettledDepth {
    DepthMap depth; // by the unit that fits best; where the unit stays open, without a unit: larger is nearer
    DepthUnit unit;
};

// Every thing of usual size tells with its box and the camera how far it is about; the unit in which the readings there
// come nearest to that gains weight, as much as the size is sure (nine of ten such things are within its spread, and no
// thing counts beyond what one mistaken name may do). The unit stays open where the likeliest one is less than 3.7
// times as likely as the next. view.depth and view.scale must be there.
SettledDepth settle_depth(View const& view, std::vector<Detection> const& detections);

} // namespace echollama
