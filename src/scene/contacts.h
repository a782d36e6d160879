// How things touch and where they stand, from their boxes in metres (SceneObject::extent): what outlines in a picture
// can only suggest. Empty where a box is missing.
#pragma once

#include "scene/types.h"

#include <cstddef>
#include <optional>

namespace echollama {

// Its foot is over the support, between its seat or top and a hand's breadth above it.
std::optional<bool> stands_on(SceneObject const& thing, SceneObject const& support);
// On the same ground as what is over it, and lower than that.
std::optional<bool> stands_under(SceneObject const& thing, SceneObject const& over);
// Metres of free ground between them; 0: their boxes share ground.
std::optional<float> gap_on_ground(SceneObject const& a, SceneObject const& b);
// All of the one is farther ahead than all of the other.
std::optional<bool> stands_behind(SceneObject const& thing, SceneObject const& other);
// On the line between the middles of two others, no farther beside it than things usually are.
std::optional<bool> stands_between(SceneObject const& thing, SceneObject const& first, SceneObject const& second);

// What holds a thing, as far as it can be told.
enum class Hold {
    unknown,
    against_wall, // it stands on the floor, its back at a wall
    leaning,      // its foot on the floor, its upper end at a wall
    on_wall,      // nothing under it
    hanging,      // free in the air
};

// How far a place on the ground lies behind the plane of a wall, metres; negative: before it.
float behind_wall(WallFacts const& wall, GroundPoint at);

// Of scene.objects[index], from its box, the obstacle that it is, and the walls.
Hold hold_of(Scene const& scene, std::size_t index);

// How high a thing is that is seen from foot to top, metres; none: it is cut off by the picture or hangs.
std::optional<float> height_of(SceneObject const& object);

// Distances of large things to their nearest point instead of their middle; order, relations and groups follow. The
// objects that scene.around names are named as before.
void settle_measured(Scene& scene);

} // namespace echollama
