#include "pipeline/look_around.h"

#include "media/view/panorama.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

struct Found {
    Detection detection;
    bool cut = false; // by the side of its look
};

// The second box moved by whole circles next to the first.
Box beside(Box const& first, Box box, float circle) {
    float const turns = std::round((first.center_x() - box.center_x()) / circle) * circle;
    box.x0 += turns;
    box.x1 += turns;
    return box;
}

// Share of the smaller one that both cover.
float overlap(Box const& a, Box const& b) {
    float const width = std::min(a.x1, b.x1) - std::max(a.x0, b.x0);
    float const height = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
    float const smaller = std::min(a.width() * a.height(), b.width() * b.height());
    return width > 0 && height > 0 && smaller > 0 ? width * height / smaller : 0;
}

constexpr float same_thing = 0.6F, same_parts = 0.3F; // parts that two looks cut cover less of each other

// Two sights of one thing as one; the second box lies beside the first.
Found merged(Found const& a, Found const& b, Box const& box_b) {
    if (a.cut && b.cut) {
        auto both = a.detection.score >= b.detection.score ? a : b;
        auto const& box = a.detection.box;
        both.detection.box = {std::min(box.x0, box_b.x0), std::min(box.y0, box_b.y0), std::max(box.x1, box_b.x1),
                              std::max(box.y1, box_b.y1)};
        return both;
    }
    if (a.cut != b.cut) {
        return a.cut ? b : a;
    }
    return a.detection.score >= b.detection.score ? a : b;
}

std::vector<Detection> each_once(std::vector<Found> found, float circle) {
    std::vector<Found> kept;
    // Whole things first, so that parts are measured against them.
    std::stable_partition(found.begin(), found.end(), [](Found const& one) { return !one.cut; });
    for (auto& one : found) {
        auto const same = [&](Found const& other) {
            auto const box = beside(other.detection.box, one.detection.box, circle);
            return other.detection.label == one.detection.label &&
                   overlap(other.detection.box, box) > (other.cut && one.cut ? same_parts : same_thing);
        };
        // Parts put together may touch a part that neither of them touched.
        for (auto at = kept.begin(); (at = std::find_if(kept.begin(), kept.end(), same)) != kept.end();) {
            one = merged(*at, one, beside(at->detection.box, one.detection.box, circle));
            kept.erase(at);
        }
        kept.push_back(one);
    }
    std::vector<Detection> detections;
    for (auto& one : kept) {
        detections.push_back(std::move(one.detection));
    }
    std::stable_sort(detections.begin(), detections.end(),
                     [](auto const& a, auto const& b) { return a.score > b.score; });
    return detections;
}

} // namespace

std::vector<Detection> detect_in(View const& view, Detector& detector, float threshold, std::stop_token stop) {
    if (view.camera.projection == Projection::flat) {
        return detector.detect(view.image, threshold, stop);
    }
    constexpr float close = 2; // pixels from the side of a look
    std::vector<Found> found;
    for (float const yaw : look_directions(view.camera, view.image.width)) {
        if (stop.stop_requested()) {
            break;
        }
        auto const look = look_into(view.image, view.camera, yaw);
        for (auto& detection : detector.detect(look.image, threshold, stop)) {
            bool const left = detection.box.x0 <= close && !look.left_end;
            bool const right = detection.box.x1 >= static_cast<float>(look.image.width) - close && !look.right_end;
            detection.box = on_panorama(detection.box, look, view.camera, view.image.width);
            found.push_back({std::move(detection), left || right});
        }
    }
    constexpr float whole_circle = 6.2831853F; // radians
    return each_once(std::move(found), view.camera.fx * whole_circle);
}

} // namespace echollama
