#include "dataset/toy_scene.h"

#include "base/counter_rng.h"
#include "evaluation/toyworld.h"
#include "scene/build.h"
#include "scene/camera.h"
#include "scene/coco.h"
#include "scene/english.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

namespace echollama::dataset {
namespace {

constexpr int width = 640, height = 480;
constexpr float eye_m = 1.4F; // height of the camera

// A detector's score: mostly sure, now and then in doubt.
float draw_score(Draws& draw) {
    return draw.chance(0.7F) ? draw.between(0.91F, 1) : draw.between(0.3F, 0.91F);
}

std::optional<std::string> draw_rival(ObjectClass const& object, float score, Draws& draw) {
    auto const& rival = draw.any_of(coco_classes());
    bool const competes = score < 0.9F && rival.kind == object.kind && rival.name != object.name && draw.chance(0.5F);
    return competes ? std::optional(std::string(rival.name)) : std::nullopt;
}

// A thing somewhere before the camera, of its usual size.
Detection draw_thing(ObjectClass const& object, Intrinsics const& camera, float metres, Draws& draw) {
    float const size = object.height > 0 ? object.height : draw.between(0.2F, 1);
    float const wide = object.width > 0 ? object.width : size;
    float const scale = camera.fx / metres;
    float const h = std::min(size * scale, 0.9F * height), w = std::min(wide * scale, 0.6F * width);
    float const x = draw.between(w / 2, width - w / 2);
    float const foot = camera.cy + (eye_m - draw.between(0, 0.8F)) * scale;
    float const bottom = std::clamp(foot, h + 1, static_cast<float>(height));
    float const score = draw_score(draw);
    return {std::string(object.name),
            -1,
            score,
            {x - w / 2, bottom - h, x + w / 2, bottom},
            draw_rival(object, score, draw)};
}

struct Layout {
    std::vector<Detection> things;
    std::vector<float> metres; // of each
};

Layout draw_layout(Intrinsics const& camera, Draws& draw) {
    Layout layout;
    int const count = draw.chance(0.04F) ? 0 : 1 + draw.below(6);
    ObjectClass const* last = nullptr;
    for (int i = 0; i < count; ++i) {
        bool const again = last != nullptr && draw.chance(0.3F);
        auto const& object = again ? *last : draw.any_of(coco_classes());
        last = &object;
        float const size = std::max(object.height, object.width);
        float const nearest = std::max(0.4F, 1.2F * size);
        layout.metres.push_back(draw.between(nearest, nearest + (size < 0.5F ? 2.5F : 8)));
        layout.things.push_back(draw_thing(object, camera, layout.metres.back(), draw));
    }
    return layout;
}

// What a sensor would see of it: a wall, and before it each thing as a flat board.
DepthMap depth_of(Layout const& layout) {
    constexpr int step = 4;
    DepthMap map{width / step, height / step, DepthKind::metres, {}};
    map.values.assign(static_cast<std::size_t>(map.width) * static_cast<std::size_t>(map.height), 12);
    for (std::size_t i = 0; i < layout.things.size(); ++i) {
        auto const& box = layout.things[i].box;
        for (int y = std::max(0, static_cast<int>(box.y0) / step);
             y < std::min(map.height, static_cast<int>(box.y1) / step + 1); ++y) {
            for (int x = std::max(0, static_cast<int>(box.x0) / step);
                 x < std::min(map.width, static_cast<int>(box.x1) / step + 1); ++x) {
                auto& value = map.values[static_cast<std::size_t>(y) * static_cast<std::size_t>(map.width) +
                                         static_cast<std::size_t>(x)];
                value = std::min(value, layout.metres[i]);
            }
        }
    }
    return map;
}

// A sensor's map, one that a perfect depth network would give, or none.
Scene with_depth(std::vector<Detection> const& things, int wide, int high, Intrinsics const& camera, DepthMap map,
                 Draws& draw) {
    float const kind = draw.between(0, 1);
    if (kind < 0.4F) {
        return build_scene(things, wide, high, camera, &map);
    }
    if (kind < 0.6F) {
        map.kind = DepthKind::relative_inverse;
        float const scale = draw.between(100, 1000), shift = draw.between(0, 200);
        for (auto& value : map.values) {
            value = scale / value + shift;
        }
        return build_scene(things, wide, high, camera, &map);
    }
    return build_scene(things, wide, high, camera, nullptr);
}

// What a captioner might say: one or two things, without places.
std::string draw_caption(Scene const& scene, Draws& draw) {
    if (scene.objects.empty() || !draw.chance(0.25F)) {
        return "";
    }
    auto const& first = scene.objects.front().detection.label;
    auto const& other =
        scene.objects[static_cast<std::size_t>(draw.below(static_cast<int>(scene.objects.size())))].detection.label;
    auto text = with_article(first);
    if (other != first) {
        text += " and " + with_article(other);
    }
    static constexpr char const* forms[] = {"%.", "The picture shows %.", "A photo of %.",
                                            "There is % in this picture."};
    std::string form = draw.any_of(forms);
    return capitalised(form.replace(form.find('%'), 1, text));
}

} // namespace

Scene make_toy_scene(std::uint64_t seed) {
    Draws draw(seed);
    Scene scene;
    if (draw.chance(0.25F)) {
        auto const picture = render_toy_room(splitmix64(seed, 1),
                                             draw.chance(0.5F) ? ToyVariant::plain : ToyVariant::mirrored, 160, 120);
        auto things = toy_detections(picture);
        for (auto& thing : things) {
            thing.score = draw_score(draw);
        }
        scene = with_depth(things, picture.width, picture.height, picture.camera, picture.depth, draw);
    } else {
        auto const camera = guess_camera(width, height, std::nullopt);
        auto const layout = draw_layout(camera, draw);
        scene = with_depth(layout.things, width, height, camera, depth_of(layout), draw);
    }
    scene.caption = draw_caption(scene, draw);
    return scene;
}

} // namespace echollama::dataset
