#include "vision/panel_detector.h"

#include "base/error.h"
#include "networks/centernet.h"
#include "networks/nanodet.h"
#include "scene/imagenet.h"
#include "vision/candidates.h"
#include "vision/classifier.h"
#include "vision/panel.h"

#include <algorithm>
#include <optional>
#include <set>

namespace echollama {
namespace {

constexpr float default_threshold = 0.4F;
constexpr float sure_probability = 0.9F;
// Finds between these may be settled by a look at the box alone, the most probable places first.
constexpr float unclear_from = 0.1F, unclear_to = 0.97F;
constexpr std::size_t most_looks = 4;
class PanelDetector : public Detector {
  public:
    PanelDetector(PanelFiles const& files, int threads, std::string const& device)
        : centernet_(files.centernet, threads, device), nanodet_(files.nanodet, threads, device) {
        if (!files.classifier.empty()) {
            classifier_.emplace(files.classifier, threads, device);
        }
    }

    std::vector<Detection> detect(Image const& image, float threshold, std::stop_token stop) override {
        try {
            auto finds = look(image, stop);
            return panel_objects(finds, threshold < 0 ? default_threshold : threshold);
        } catch (Cancelled const&) {
            return {};
        }
    }

    float sure_score() const override { return sure_probability; }

    std::optional<Gist> gist(Image const& image, std::stop_token stop) override {
        if (!classifier_) {
            return std::nullopt;
        }
        try {
            return gist_of(whole_picture(image, stop));
        } catch (Cancelled const&) {
            return std::nullopt;
        }
    }

  private:
    // The mean of three looks: at the middle, and at the square on either end.
    std::vector<float> whole_picture(Image const& image, std::stop_token const& stop) {
        auto const& params = classifier_->params();
        auto const width = static_cast<float>(image.width), height = static_cast<float>(image.height);
        float const side = std::min(width, height);
        std::vector<float> mean(imagenet_class_count);
        for (auto const& input :
             {efficientnet_lite_input(image, params), efficientnet_lite_input(image, {0, 0, side, side}, params),
              efficientnet_lite_input(image, {width - side, height - side, width, height}, params)}) {
            auto const probabilities = class_probabilities(classifier_->run(input, stop));
            for (std::size_t i = 0; i < mean.size(); ++i) {
                mean[i] += probabilities[i] / 3;
            }
        }
        return mean;
    }

    std::vector<PanelFind> look(Image const& image, std::stop_token const& stop) {
        auto heat = centernet_.run(centernet_input(image, centernet_.params().input_size), stop);
        auto cells = nanodet_.run(nanodet_input(image, nanodet_.params()), stop);
        std::array candidates{centernet_decode(heat, centernet_.params(), panel_least_score, image.width, image.height),
                              nanodet_decode(cells, nanodet_.params(), panel_least_score, image.width, image.height)};
        for (auto& list : candidates) {
            for (auto& candidate : list) {
                candidate.box = clamped(candidate.box, image);
            }
        }
        auto finds = panel_finds(candidates);
        if (classifier_) {
            settle(image, finds, stop);
        }
        return finds;
    }

    // Asks the classifier about the most probable unclear places.
    void settle(Image const& image, std::vector<PanelFind>& finds, std::stop_token const& stop) {
        std::vector<PanelFind*> order;
        for (auto& find : finds) {
            float const p = panel_probability(find);
            if (p > unclear_from && p < unclear_to && has_imagenet_class(find.label)) {
                order.push_back(&find);
            }
        }
        std::stable_sort(order.begin(), order.end(),
                         [](auto const* a, auto const* b) { return panel_probability(*a) > panel_probability(*b); });
        std::set<std::size_t> looked;
        for (auto const* find : order) {
            if (looked.size() == most_looks || !looked.insert(find->place).second) {
                continue;
            }
            auto const place = find->place;
            auto const input = efficientnet_lite_input(image, find->box, classifier_->params());
            auto const probabilities = class_probabilities(classifier_->run(input, stop));
            for (auto& other : finds) {
                if (other.place == place) {
                    other.share = coco_share(probabilities, other.label);
                }
            }
        }
    }

    CenterNet centernet_;
    NanoDet nanodet_;
    std::optional<EfficientNetLite> classifier_;
};

} // namespace

std::unique_ptr<Detector> make_panel_detector(PanelFiles const& files, int threads, std::string const& device) {
    return std::make_unique<PanelDetector>(files, threads, device);
}

} // namespace echollama
