// Where things are to each other, and which belong together.
#pragma once

#include "scene/types.h"

#include <optional>
#include <vector>

namespace echollama {

// Only what is clear from the boxes and distances: `on` and `under` for supporting furniture (things that are as often
// behind or before furniture need distances from one depth map that agree), `inside` never guessed, `left_of` when the
// boxes do not overlap sideways, `beside` when they are also near each other and their distances or feet say that they
// stand side by side, `in_front_of` when the distance intervals do not
// overlap and the outlines lie (nearly) in one line of sight, `between` for neighbours in one row and
// at one distance, with the two landmarks in the order of their indices. Where the boxes in metres are known
// (scene/contacts.h) they decide what is on, under, behind, beside and between. Each unordered pair appears once apart
// from `between`, the smaller index is the subject where both fit.
std::vector<SceneRelation> find_relations(std::vector<SceneObject> const& objects);

// Is "objects[a] RELATION objects[b]" true? Empty where boxes and distances do not decide it. `between` is not decided
// here: it needs three.
std::optional<bool> holds(std::vector<SceneObject> const& objects, std::size_t a, Relation relation, std::size_t b);

// Labels that occur more than once, in order of their first object.
std::vector<SceneGroup> find_groups(std::vector<SceneObject> const& objects);

} // namespace echollama
