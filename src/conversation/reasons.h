// What the last claim rests on.
#pragma once

#include "scene/types.h"
#include "wording/wording.h"

#include <string>
#include <vector>

namespace echollama {

// One plain sentence to "why?" and "are you sure?": how sure the detector is of the thing that was named last, where
// its distance comes from, and the interval that the distance lies in. `labels`: the classes named in what was said, in
// order. Without any: on what the answer rests that names nothing.
std::string reason_for(Scene const& scene, std::vector<std::string> const& labels, WordingOptions const& wording);

} // namespace echollama
