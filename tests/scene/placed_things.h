// Scenes of things that are put where a test wants them.
#pragma once

#include "scene/camera.h"
#include "scene/grid.h"
#include "scene/random_scene.h"

#include <string>
#include <utility>
#include <vector>

namespace echollama::test {

// A thing of 40 x 40 pixels around a place in 640 x 480; without a distance, how far is not known.
inline SceneObject placed_thing(std::string label, float x, float y, Distance distance = {}, float score = 0.9F) {
    SceneObject object;
    object.detection = detection(std::move(label), {x - 20, y - 20, x + 20, y + 20}, score);
    object.x = x, object.y = y;
    object.cell = cell_of(object.detection.box, 640, 480);
    object.bearing_deg = bearing_of(x, plain_camera());
    object.clock_hour = clock_hour_of(object.bearing_deg);
    object.distance = distance;
    return object;
}

// Without relations.
inline Scene scene_of_things(std::vector<SceneObject> objects) {
    Scene scene;
    scene.width = 640, scene.height = 480;
    scene.camera = plain_camera();
    scene.objects = std::move(objects);
    return scene;
}

} // namespace echollama::test
