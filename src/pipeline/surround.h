// Metric depth of a view to what is around the viewer, and which of it the detected objects are.
#pragma once

#include "geometry/surroundings.h"
#include "media/view/view.h"
#include "scene/types.h"

#include <optional>

namespace echollama {

// `depth` in metres, of all of the view's picture. Empty for panoramas, relative depth, and without a focal length.
std::optional<Surroundings> surroundings_of(View const& view, DepthMap const& depth);

// Gives each object its extent from its own readings, and the obstacles that they are their names; then distances,
// order and relations follow (settle_measured). `depth` is that of surroundings_of, scene.around is there.
void join_objects(Scene& scene, DepthMap const& depth);

// Both, where there are surroundings: a scene of this view's objects gets scene.around and what follows from it.
void surround(Scene& scene, View const& view, DepthMap const& depth);

} // namespace echollama
