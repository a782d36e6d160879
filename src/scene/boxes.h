// Boxes against each other.
#pragma once

#include "scene/types.h"

namespace echollama {

// Intersection over union, [0, 1]; 0 where one is empty.
float overlap(Box const& a, Box const& b);

} // namespace echollama
