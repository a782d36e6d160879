#include "pipeline/surroundings_json.h"

#include <cmath>
#include <optional>
#include <vector>

namespace echollama {
namespace {

Json number(float value, int digits = 2) {
    if (!std::isfinite(value)) {
        return nullptr;
    }
    double const scale = std::pow(10.0, digits);
    return std::round(static_cast<double>(value) * scale) / scale;
}

Json range(Extent extent) {
    return Json::array({number(extent.low), number(extent.high)});
}

Json place(GroundPoint point) {
    return Json::array({number(point.x), number(point.y)});
}

Json length(Measure const& measure) {
    return {{"metres", number(measure.metres, 3)}, {"low", number(measure.low, 3)}, {"high", number(measure.high, 3)}};
}

Json length(std::optional<Measure> const& measure) {
    return measure ? length(*measure) : Json(nullptr);
}

Json index(std::optional<std::size_t> const& which) {
    return which ? Json(*which) : Json(nullptr);
}

char const* name_of(UpSource source) {
    switch (source) {
    case UpSource::told:
        return "told";
    case UpSource::walls:
        return "walls";
    case UpSource::floor:
        return "floor";
    case UpSource::assumed:
        break;
    }
    return "assumed";
}

char const* name_of(StepKind kind) {
    return kind == StepKind::up ? "up" : kind == StepKind::down ? "down" : "drop";
}

char const* name_of(ObstacleKind kind) {
    return kind == ObstacleKind::low ? "low" : kind == ObstacleKind::hanging ? "hanging" : "standing";
}

char const* name_of(WayEnd end) {
    switch (end) {
    case WayEnd::wall:
        return "wall";
    case WayEnd::obstacle:
        return "obstacle";
    case WayEnd::step:
        return "step";
    case WayEnd::drop:
        return "drop";
    case WayEnd::ramp:
        return "ramp";
    case WayEnd::unknown:
        return "unknown";
    case WayEnd::view:
        break;
    }
    return "view";
}

template <typename Fact, typename Make>
Json list(std::vector<Fact> const& facts, Make make) {
    Json json = Json::array();
    for (auto const& fact : facts) {
        json.push_back(make(fact));
    }
    return json;
}

Json floor_json(std::optional<FloorFacts> const& floor) {
    if (!floor) {
        return nullptr;
    }
    return {{"below_camera", length(floor->below_camera)},
            {"slope_deg", number(floor->slope_deg, 1)},
            {"seen_from", number(floor->seen_from)},
            {"seen_to", number(floor->seen_to)},
            {"seen_area_m2", number(floor->seen_area_m2)}};
}

Json wall_json(WallFacts const& wall) {
    return {{"distance", length(wall.distance)},
            {"bearing_deg", number(wall.bearing_deg, 1)},
            {"from", place(wall.from)},
            {"to", place(wall.to)},
            {"height", range(wall.height)}};
}

Json opening_json(OpeningFacts const& opening) {
    return {{"width", length(opening.width)},
            {"distance", length(opening.distance)},
            {"bearing_deg", number(opening.bearing_deg, 1)},
            {"from", place(opening.from)},
            {"to", place(opening.to)},
            {"height", range(opening.height)},
            {"to_the_floor", opening.to_the_floor},
            {"door_like", opening.door_like},
            {"wall", opening.wall}};
}

Json step_json(StepFacts const& step) {
    return {{"kind", name_of(step.kind)},
            {"distance", length(step.distance)},
            {"bearing_deg", number(step.bearing_deg, 1)},
            {"from", place(step.from)},
            {"to", place(step.to)},
            {"height", length(step.height)},
            {"count", step.count},
            {"total", step.total ? number(*step.total) : Json(nullptr)}};
}

Json ramp_json(RampFacts const& ramp) {
    return {{"slope_deg", number(ramp.slope_deg, 1)},
            {"rise", number(ramp.rise)},
            {"distance", length(ramp.distance)},
            {"bearing_deg", number(ramp.bearing_deg, 1)},
            {"box", to_json(ramp.box)}};
}

Json table_json(TableFacts const& table) {
    return {{"height", length(table.height)},
            {"distance", length(table.distance)},
            {"bearing_deg", number(table.bearing_deg, 1)},
            {"box", to_json(table.box)}};
}

Json obstacle_json(ObstacleFacts const& obstacle) {
    return {{"kind", name_of(obstacle.kind)},
            {"distance", length(obstacle.distance)},
            {"bearing_deg", number(obstacle.bearing_deg, 1)},
            {"box", to_json(obstacle.box)},
            {"top_seen", obstacle.top_seen},
            {"against_wall", obstacle.against_wall},
            {"leans", obstacle.leans},
            {"object", index(obstacle.named)}};
}

Json way_json(WayFacts const& way) {
    return {{"bearing_deg", number(way.bearing_deg, 1)},
            {"seen_from", number(way.seen_from)},
            {"free", number(way.free)},
            {"end", name_of(way.end)},
            {"which", index(way.which)}};
}

} // namespace

Json to_json(GroundBox const& box) {
    return {{"x", range(box.x)}, {"y", range(box.y)}, {"z", range(box.z)}};
}

Json to_json(Surroundings const& around) {
    Json json{{"up", name_of(around.up_source)},           {"pitch_deg", number(around.pitch_deg, 1)},
              {"floor", floor_json(around.floor)},         {"ceiling", length(around.ceiling)},
              {"walls", list(around.walls, wall_json)},    {"openings", list(around.openings, opening_json)},
              {"steps", list(around.steps, step_json)},    {"ramps", list(around.ramps, ramp_json)},
              {"tables", list(around.tables, table_json)}, {"obstacles", list(around.obstacles, obstacle_json)},
              {"ways", list(around.ways, way_json)}};
    json["widest_gap"] = around.widest_gap ? Json{{"width", length(around.widest_gap->width)},
                                                  {"distance", number(around.widest_gap->distance)},
                                                  {"bearing_deg", number(around.widest_gap->bearing_deg, 1)}}
                                           : Json(nullptr);
    json["room"] = {{"width", length(around.room_width)}, {"depth", length(around.room_depth)}};
    json["reach"] = number(around.reach);
    json["without_reading"] = number(around.without_reading, 3);
    return json;
}

} // namespace echollama
