// Where things are to each other, and which belong together.
#pragma once

#include "scene/types.h"

#include <vector>

namespace echollama {

// Only what is clear from the boxes and distances: `on` and `under` for supporting furniture, `inside` never guessed,
// `left_of` when the boxes do not overlap sideways, `beside` when they are also near each other, `in_front_of` when the
// distance intervals do not overlap. Each unordered pair appears once, the smaller index is the subject where both fit.
std::vector<SceneRelation> find_relations(std::vector<SceneObject> const& objects);

// Labels that occur more than once, in order of their first object.
std::vector<SceneGroup> find_groups(std::vector<SceneObject> const& objects);

} // namespace echollama
