#include "options/spatial_options.h"

#include "base/error.h"

namespace echollama {
namespace {

Loading<Speaker> placed(Loading<Speaker> voice, Placing placing, Timings& timings) {
    auto head = load_in_background<Head>(timings, "head", [] { return std::make_shared<Head>(default_head()); });
    return ready<Speaker>(make_placed_voice(std::move(voice), std::move(head), std::move(placing)));
}

} // namespace

void add_spatial_options(Command& command, SpatialOptions& options) {
    auto& spatial =
        command.flag("--spatial", options.at_objects, "Let each thing be heard from where it is; best with headphones");
    command.flag("--mono", options.mono, "Say directions in words only (default)").excludes(spatial);
}

void add_place_options(Command& command, SpatialOptions& options) {
    command
        .option("--bearing", options.bearing_deg,
                "Let the speech be heard from there, in degrees: 0 ahead, 90 right, -90 left; best with headphones")
        .range(-180.0, 180.0);
    command
        .option("--distance", options.distance_m,
                "How far away the speech is heard from, in metres; 0.5 to 10 sound different")
        .range(0.0, 1000.0);
}

Loading<Speaker> placed_at_objects(Loading<Speaker> voice, SpatialOptions const& options, Scene const& scene,
                                   Timings& timings) {
    if (!options.at_objects) {
        return voice;
    }
    if (!voice.valid()) {
        throw UsageError("--spatial is heard only: give --play, or --out speech.wav.");
    }
    return placed(std::move(voice), at_objects(scene), timings);
}

Loading<Speaker> placed_at_bearing(Loading<Speaker> voice, SpatialOptions const& options, Timings& timings) {
    if (!options.bearing_deg && !options.distance_m) {
        return voice;
    }
    return placed(std::move(voice), at_place({options.bearing_deg.value_or(0), options.distance_m}), timings);
}

} // namespace echollama
