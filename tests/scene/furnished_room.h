// A room with everything in it that geometry measures, and what is said of it.
#pragma once

#include "questions/answers.h"
#include "scene/types.h"
#include "wording/wording.h"

#include <string>

namespace echollama {

inline Measure about(float metres) {
    return {metres, metres - 0.02F, metres + 0.02F};
}

// A room with everything in it.
inline Scene furnished() {
    Scene scene;
    scene.width = 640, scene.height = 480;
    scene.camera = {525, 525, 320, 240, false};
    Surroundings around;
    around.up_source = UpSource::floor;
    around.frame.camera_height = 1.4F;
    around.reach = 5;
    around.floor = FloorFacts{about(1.4F), 0, 1.2F, 4, 8};
    around.ceiling = about(2.5F);
    around.walls = {{{-2, 1}, {-2, 4}, about(2), -90, {0, 2.5F}, true},
                    {{-2, 4}, {2, 4}, about(4), 0, {0, 2.5F}, true}};
    around.openings = {{about(0.83F), {0.5F, 4}, {1.33F, 4}, about(4.1F), 13, {0, 2}, true, true, 1}};
    around.steps = {{StepKind::down, about(2), 0, {-1, 2}, {1, 2}, about(0.17F), 3, 0.51F}};
    around.tables = {{about(0.74F), {{0.8F, 1.6F}, {2, 2.6F}, {0.74F, 0.74F}}, about(2.1F), 25}};
    ObstacleFacts low, branch;
    low.kind = ObstacleKind::low;
    low.box = {{0.2F, 0.5F}, {1.2F, 1.5F}, {0, 0.3F}};
    low.distance = about(1.2F), low.bearing_deg = 12, low.nearest = {0.25F, 1.2F}, low.top_seen = true;
    branch.kind = ObstacleKind::hanging;
    branch.box = {{-0.4F, 0.4F}, {1.8F, 1.9F}, {1.6F, 1.7F}};
    branch.distance = about(1.8F), branch.nearest = {0, 1.8F}, branch.top_seen = true;
    around.obstacles = {low, branch};
    around.ways = {
        {0, 1.2F, 1.9F, WayEnd::drop, 0}, {-25, 1.2F, 3.5F, WayEnd::wall, 0}, {25, 1.3F, 3, WayEnd::view, {}}};
    scene.around = around;
    return scene;
}

inline std::string told(Scene const& scene, WordingOptions const& options = {}) {
    std::string text;
    for (auto const& sentence : describe_scene(scene, options)) {
        text += sentence + " ";
    }
    return text;
}

inline std::string answer(Scene const& scene, std::string const& question, WordingOptions const& options = {}) {
    auto const found = answer_question(scene, question, options);
    return found ? found->text : "";
}

} // namespace echollama
