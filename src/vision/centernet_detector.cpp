#include "vision/centernet_detector.h"

#include "networks/centernet.h"
#include "scene/coco.h"

#include <algorithm>

namespace echollama {
namespace {

// An alternative must score at least this share of the winner.
constexpr float alternative_share = 0.6F;

bool same_kind(std::string const& a, std::string const& b) {
    auto const* first = find_class(a);
    auto const* second = find_class(b);
    return first && second && first->kind == second->kind;
}

Box clamped(Box const& box, Image const& image) {
    auto width = static_cast<float>(image.width);
    auto height = static_cast<float>(image.height);
    return {std::clamp(box.x0, 0.0F, width), std::clamp(box.y0, 0.0F, height), std::clamp(box.x1, 0.0F, width),
            std::clamp(box.y1, 0.0F, height)};
}

class CenterNetDetector : public Detector {
  public:
    CenterNetDetector(std::filesystem::path const& gguf, int threads) : net_(gguf, threads) {}

    std::vector<Detection> detect(Image const& image, float threshold, std::stop_token stop) override {
        if (threshold < 0) {
            threshold = centernet_default_threshold;
        }
        auto output = net_.run(centernet_input(image, net_.params().input_size), stop);
        auto candidates =
            centernet_decode(output, net_.params(), threshold * alternative_share, image.width, image.height);
        for (auto& candidate : candidates) {
            candidate.box = clamped(candidate.box, image);
        }
        return merge_candidates(candidates, threshold);
    }

  private:
    CenterNet net_;
};

} // namespace

float overlap(Box const& a, Box const& b) {
    float width = std::min(a.x1, b.x1) - std::max(a.x0, b.x0);
    float height = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
    if (width <= 0 || height <= 0) {
        return 0;
    }
    float shared = width * height;
    return shared / (a.width() * a.height() + b.width() * b.height() - shared);
}

std::vector<Detection> merge_candidates(std::vector<Detection> const& candidates, float threshold) {
    std::vector<Detection> objects;
    for (auto const& candidate : candidates) {
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
            objects.push_back(candidate);
        }
    }
    return objects;
}

std::unique_ptr<Detector> make_centernet_detector(std::filesystem::path const& gguf, int threads) {
    return std::make_unique<CenterNetDetector>(gguf, threads);
}

} // namespace echollama
