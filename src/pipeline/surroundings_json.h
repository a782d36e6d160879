// What was measured around the viewer, as programs read it (docs/json.md).
#pragma once

#include "geometry/surroundings.h"
#include "pipeline/json.h"

namespace echollama {

// {"up","pitch_deg","floor","ceiling","walls","openings","steps","ramps","tables","obstacles","ways","widest_gap",
// "room","reach","without_reading"}
Json to_json(Surroundings const& around);
// {"x":[low,high],"y":[low,high],"z":[low,high]}
Json to_json(GroundBox const& box);

} // namespace echollama
