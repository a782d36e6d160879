#include "vision/candidates.h"

#include "scene/boxes.h"
#include "scene/coco.h"

#include <algorithm>
#include <utility>

namespace echollama {
namespace {

bool same_kind(std::string const& a, std::string const& b) {
    auto const* first = find_class(a);
    auto const* second = find_class(b);
    return first && second && first->kind == second->kind;
}

} // namespace

Box clamped(Box const& box, Image const& image) {
    auto width = static_cast<float>(image.width);
    auto height = static_cast<float>(image.height);
    return {std::clamp(box.x0, 0.0F, width), std::clamp(box.y0, 0.0F, height), std::clamp(box.x1, 0.0F, width),
            std::clamp(box.y1, 0.0F, height)};
}

std::vector<Detection> merge_candidates(std::vector<Detection> candidates, Image const& image, float threshold) {
    std::vector<Detection> objects;
    for (auto& candidate : candidates) {
        candidate.box = clamped(candidate.box, image);
        bool taken = false;
        for (auto& object : objects) {
            if (overlap(object.box, candidate.box) < same_object_overlap) {
                continue;
            }
            if (object.label == candidate.label) {
                taken = true;
            } else if (same_kind(object.label, candidate.label)) {
                taken = true;
                if (!object.alternative && candidate.score >= alternative_share * object.score) {
                    object.alternative = candidate.label;
                }
            }
            if (taken) {
                break;
            }
        }
        if (!taken && candidate.score > threshold) {
            objects.push_back(std::move(candidate));
        }
    }
    return objects;
}

} // namespace echollama
