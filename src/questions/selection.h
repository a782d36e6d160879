// Which objects of a scene a question means.
#pragma once

#include "questions/question.h"
#include "scene/types.h"

#include <cstddef>
#include <vector>

namespace echollama {

using Indices = std::vector<std::size_t>; // into Scene::objects, in its order

enum class Fit { no, unsure, yes };

// Objects that the words name by their class, or by the other class that scored as well.
Indices objects_named(Scene const& scene, Mention const& mention);

// Objects of the same kind whose class is in doubt: a dog seen with doubt may be the cat that was asked for.
Indices objects_possibly_named(Scene const& scene, Mention const& mention, float sure_score);

// Is the object in that part of the picture? Unsure at the borders, and where a distance is not known.
Fit fits_place(Scene const& scene, SceneObject const& object, AskedPlace const& place);

// Does the object stand so to any of the relation's? Unsure where the geometry leaves it open, also to things that the
// scene cannot know.
Fit fits_relation(Scene const& scene, std::size_t object, AskedRelation const& relation);

// Is all of the place outside of what the camera sees?
bool is_out_of_view(Scene const& scene, AskedPlace const& place);

// Objects by what the question says of their place.
struct Placed {
    Indices there, perhaps, elsewhere;
};
Placed sort_by_place(Scene const& scene, Indices const& objects, Question const& question);

// The nearest, farthest, leftmost or rightmost of them; none where no distance is known. `none`: all of them.
Indices extreme_of(Scene const& scene, Indices const& objects, Extreme extreme);

} // namespace echollama
