#include "pipeline/json.h"

#include "pipeline/surroundings_json.h"
#include "scene/grid.h"
#include "wording/prompt.h"
#include "wording/reading_order.h"

#include <cmath>

namespace echollama {
namespace {

// Rounded to `digits` decimals; what is not a finite number becomes null.
Json rounded(double value, int digits) {
    if (!std::isfinite(value)) {
        return nullptr;
    }
    double scale = std::pow(10.0, digits);
    return std::round(value * scale) / scale;
}

Json box_json(Box const& box) {
    return Json::array({rounded(box.x0, 1), rounded(box.y0, 1), rounded(box.x1, 1), rounded(box.y1, 1)});
}

char const* source_name(DistanceSource source) {
    switch (source) {
    case DistanceSource::sensor:
        return "sensor";
    case DistanceSource::calibrated_depth:
        return "calibrated_depth";
    case DistanceSource::object_size:
        return "object_size";
    case DistanceSource::none:
        break;
    }
    return "none";
}

char const* relation_name(Relation relation) {
    switch (relation) {
    case Relation::left_of:
        return "left_of";
    case Relation::right_of:
        return "right_of";
    case Relation::above:
        return "above";
    case Relation::below:
        return "below";
    case Relation::in_front_of:
        return "in_front_of";
    case Relation::behind:
        return "behind";
    case Relation::on:
        return "on";
    case Relation::under:
        return "under";
    case Relation::beside:
        return "beside";
    case Relation::inside:
        return "inside";
    case Relation::between:
        return "between";
    }
    return "";
}

char const* projection_name(Projection projection) {
    return projection == Projection::sphere ? "sphere" : projection == Projection::cylinder ? "cylinder" : "flat";
}

Json unit_json(DepthUnit const& unit) {
    return {{"name", unit.name},
            {"units_per_metre", rounded(unit.per_metre, 4)},
            {"assumed", unit.assumed},
            {"rival", unit.rival.empty() ? Json(nullptr) : Json(unit.rival)}};
}

Json relation_json(SceneRelation const& relation) {
    Json json{
        {"subject", relation.subject}, {"relation", relation_name(relation.relation)}, {"object", relation.object}};
    if (relation.object2) {
        json["object2"] = *relation.object2;
    }
    return json;
}

Json gist_json(std::optional<Gist> const& gist) {
    if (!gist) {
        return nullptr;
    }
    return {{"words", gist->words},
            {"fine", gist->fine.empty() ? Json(nullptr) : Json(gist->fine)},
            {"probability", rounded(gist->probability, 3)}};
}

} // namespace

Json to_json(Distance const& distance) {
    if (distance.source == DistanceSource::none) {
        return nullptr;
    }
    return {{"metres", rounded(distance.metres, 2)},
            {"low", rounded(distance.low, 2)},
            {"high", rounded(distance.high, 2)},
            {"source", source_name(distance.source)}};
}

Json to_json(Detection const& detection) {
    Json json{{"label", detection.label},
              {"label_id", detection.label_id},
              {"score", rounded(detection.score, 4)},
              {"box", box_json(detection.box)}};
    if (detection.alternative) {
        json["rival"] = *detection.alternative;
    }
    return json;
}

Json to_json(SceneObject const& object) {
    Json json = to_json(object.detection);
    json["cell"] = cell_name(object.cell);
    json["x"] = rounded(object.x, 1);
    json["y"] = rounded(object.y, 1);
    json["z"] = rounded(object.z, 1);
    json["bearing_deg"] = rounded(object.bearing_deg, 1);
    json["clock_hour"] = object.clock_hour;
    json["distance"] = to_json(object.distance);
    json["area"] = rounded(object.area, 4);
    json["extent"] = object.extent ? to_json(*object.extent) : Json(nullptr);
    return json;
}

Json image_json(int width, int height) {
    return {{"width", width}, {"height", height}};
}

Json detections_json(int width, int height, std::vector<Detection> const& detections) {
    Json list = Json::array();
    for (auto const& detection : detections) {
        list.push_back(to_json(detection));
    }
    return {{"image", image_json(width, height)}, {"detections", list}};
}

Json text_json(std::vector<TextLine> const& lines) {
    Json list = Json::array();
    for (auto const& line : lines) {
        Json words = Json::array(), corners = Json::array();
        for (auto const& word : line.words) {
            words.push_back({{"text", word.text}, {"confidence", rounded(word.confidence, 3)}});
        }
        for (auto const& corner : line.corners) {
            corners.push_back({rounded(corner.x, 1), rounded(corner.y, 1)});
        }
        list.push_back({{"text", text_of(line)},
                        {"words", words},
                        {"corners", corners},
                        {"angle_deg", rounded(angle_of(line), 1)},
                        {"block", line.block}});
    }
    return list;
}

Json to_json(Scene const& scene) {
    Json json;
    json["image"] = image_json(scene.width, scene.height);
    json["camera"] = {{"fx", rounded(scene.camera.fx, 1)}, {"fy", rounded(scene.camera.fy, 1)},
                      {"cx", rounded(scene.camera.cx, 1)}, {"cy", rounded(scene.camera.cy, 1)},
                      {"assumed", scene.camera.assumed},   {"projection", projection_name(scene.camera.projection)}};
    json["depth_unit"] = scene.depth_unit ? unit_json(*scene.depth_unit) : Json(nullptr);
    json["objects"] = Json::array();
    for (auto const& object : scene.objects) {
        json["objects"].push_back(to_json(object));
    }
    json["relations"] = Json::array();
    for (auto const& relation : scene.relations) {
        json["relations"].push_back(relation_json(relation));
    }
    json["groups"] = Json::array();
    for (auto const& group : scene.groups) {
        json["groups"].push_back({{"label", group.label}, {"members", group.members}});
    }
    json["caption"] = scene.caption.empty() ? Json(nullptr) : Json(scene.caption);
    json["text"] = scene.text ? text_json(*scene.text) : Json(nullptr);
    json["gist"] = gist_json(scene.gist);
    json["measured"] = scene.measured;
    json["around"] = scene.around ? to_json(*scene.around) : Json(nullptr);
    return json;
}

Json to_json(Prompt const& prompt) {
    Json turns = Json::array();
    for (auto const& turn : turns_with_context(prompt)) {
        turns.push_back({{"role", turn.role == Turn::Role::user ? "user" : "assistant"}, {"text", turn.text}});
    }
    return {{"system", prompt.system}, {"turns", turns}};
}

Json to_json(Transcript const& transcript) {
    Json segments = Json::array();
    for (auto const& segment : transcript.segments) {
        segments.push_back({{"start_s", rounded(segment.start_s, 2)},
                            {"end_s", rounded(segment.end_s, 2)},
                            {"text", segment.text},
                            {"no_speech", rounded(segment.no_speech, 3)}});
        for (auto const& word : segment.words) {
            segments.back()["words"].push_back({{"text", word.text},
                                                {"start_s", rounded(word.start_s, 2)},
                                                {"end_s", rounded(word.end_s, 2)},
                                                {"probability", rounded(word.probability, 3)}});
        }
    }
    return {{"text", transcript.text}, {"segments", std::move(segments)}};
}

Json to_json(std::vector<StageTiming> const& timings) {
    Json list = Json::array();
    for (auto const& timing : timings) {
        list.push_back({{"stage", timing.stage},
                        {"start_ms", rounded(timing.start_ms, 1)},
                        {"duration_ms", rounded(timing.duration_ms, 1)}});
    }
    return list;
}

std::string dump(Json const& value) {
    return value.dump(2, ' ', false, Json::error_handler_t::replace);
}

} // namespace echollama
