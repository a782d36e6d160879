// Made-up scenes for teaching and measuring: rooms of the toy world (evaluation/toyworld.h), and layouts of any of the
// detector's 80 classes.
#pragma once

#include "scene/types.h"

#include <cstdint>

namespace echollama::dataset {

// The same seed gives the same scene. Up to six things, at times several of a class, some of them in doubt; distances
// as from a sensor, a perfect relative map, or sizes alone; now and then a caption that names one or two of them.
Scene make_toy_scene(std::uint64_t seed);

} // namespace echollama::dataset
