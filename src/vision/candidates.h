// What detectors that give many overlapping boxes share.
#pragma once

#include "media/picture/image.h"
#include "scene/types.h"

#include <vector>

namespace echollama {

// Two boxes of this overlap (intersection over union) are one object.
inline constexpr float same_object_overlap = 0.5F;

// An alternative must score at least this share of the winner.
inline constexpr float alternative_share = 0.6F;

// The part of the box that lies within the picture.
Box clamped(Box const& box, Image const& image);

// Candidates, best first, become objects within the picture: of overlapping boxes of one class the best stays; of
// overlapping boxes of two classes of one kind (a cat and a dog) the best stays and remembers the other as its
// alternative when that scored at least 60 % as well. Only objects above `threshold` remain; weaker candidates still
// count as alternatives.
std::vector<Detection> merge_candidates(std::vector<Detection> candidates, Image const& image, float threshold);

} // namespace echollama
