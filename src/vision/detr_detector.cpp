#include "vision/detr_detector.h"

#include "base/error.h"
#include "networks/detr.h"

#include <algorithm>

namespace echollama {
namespace {

// COCO's unused numbers; a trained network does not choose them.
constexpr char const* no_name = "N/A";

class DetrDetector : public Detector {
  public:
    DetrDetector(std::filesystem::path const& gguf, int threads, std::string const& device)
        : net_(gguf, threads, device) {}

    std::vector<Detection> detect(Image const& image, float threshold, std::stop_token stop) override {
        if (stop.stop_requested()) {
            return {};
        }
        auto input = detr_input(image, net_.params());
        DetrOutput output;
        try {
            output = net_.run(std::span(&input, 1), stop).at(0);
        } catch (Cancelled const&) {
            return {};
        }
        std::vector<Detection> objects;
        for (auto const& found :
             detr_decode(output, net_.params().labels, threshold < 0 ? detr_default_threshold : threshold, image.width,
                         image.height)) {
            if (found.detection.label != no_name) {
                objects.push_back(found.detection);
            }
        }
        std::stable_sort(objects.begin(), objects.end(),
                         [](auto const& a, auto const& b) { return a.score > b.score; });
        return objects;
    }

    std::vector<std::string> labels() const override {
        auto labels = net_.params().labels;
        std::erase(labels, no_name);
        if (!labels.empty()) {
            labels.pop_back(); // "no object"
        }
        return labels;
    }
    float sure_score() const override { return detr_default_threshold; }

  private:
    Detr net_;
};

} // namespace

std::unique_ptr<Detector> make_detr_detector(std::filesystem::path const& gguf, int threads,
                                             std::string const& device) {
    return std::make_unique<DetrDetector>(gguf, threads, device);
}

} // namespace echollama
