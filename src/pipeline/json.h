// The JSON shapes that programs read (docs/json.md). Numbers are rounded to what is meaningful, so output is stable.
#pragma once

#include "base/timing.h"
#include "roles/roles.h"
#include "scene/types.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace echollama {

// Keys stay in the order they are written, so people can read the output too.
using Json = nlohmann::ordered_json;

// {"label","label_id","score","box":[x0,y0,x1,y1]} and "rival" where there is one.
Json to_json(Detection const& detection);
// {"metres","low","high","source"}, or null for none
Json to_json(Distance const& distance);
// {"label","label_id","score","box","cell","x","y","z","bearing_deg","clock_hour","distance","area","extent"}
Json to_json(SceneObject const& object);
// {"width","height"}
Json image_json(int width, int height);
// {"image":{...},"detections":[...]}
Json detections_json(int width, int height, std::vector<Detection> const& detections);
// What was read, a line each, in reading order.
Json text_json(std::vector<TextLine> const& lines);
// {"image","camera","depth_unit","objects","relations","groups","caption","gist","measured"}
Json to_json(Scene const& scene);
// {"system","turns":[{"role","text"}]}
Json to_json(Prompt const& prompt);
// {"text","segments":[{"start_s","end_s","text","no_speech"}]}; segments have "words" where the listener told them
Json to_json(Transcript const& transcript);
// [{"stage","start_ms","duration_ms"}]
Json to_json(std::vector<StageTiming> const& timings);

// Text of a JSON value: two spaces of indentation, invalid UTF-8 replaced rather than refused.
std::string dump(Json const& value);

} // namespace echollama
