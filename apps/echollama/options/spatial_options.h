// Speech heard from where things are (describe, ask, chat) or from a named place (say).
#pragma once

#include "app.h"
#include "pipeline/placed_voice.h"

#include <optional>

namespace echollama {

struct SpatialOptions {
    bool at_objects = false, mono = false;        // not both
    std::optional<float> bearing_deg, distance_m; // say
};

// --spatial and --mono.
void add_spatial_options(Command& command, SpatialOptions& options);
// --bearing and --distance.
void add_place_options(Command& command, SpatialOptions& options);

// The voice as it was where no placing is wanted, or where there is no voice. `timings` outlives the voice's loading.
Loading<Speaker> placed_at_objects(Loading<Speaker> voice, SpatialOptions const& options, Scene const& scene,
                                   Timings& timings);
Loading<Speaker> placed_at_bearing(Loading<Speaker> voice, SpatialOptions const& options, Timings& timings);

} // namespace echollama
