#include "vision/with_spare.h"

#include "base/error.h"

#include <utility>

namespace echollama {
namespace {

template <typename Role>
class Spared {
  public:
    Spared(std::unique_ptr<Role> model, std::function<std::unique_ptr<Role>()> spare,
           std::function<void(char const*)> failed)
        : model_(std::move(model)), spare_(std::move(spare)), failed_(std::move(failed)) {}

    template <typename Work>
    auto use(Work const& work) {
        if (spare_) {
            try {
                return work(*model_);
            } catch (Error const& error) {
                failed_(error.what());
            }
            model_.reset(); // its memory first
            model_ = std::exchange(spare_, nullptr)();
        }
        return work(*model_);
    }
    Role const& model() const { return *model_; }

  private:
    std::unique_ptr<Role> model_;
    std::function<std::unique_ptr<Role>()> spare_; // empty: it has taken the place
    std::function<void(char const*)> failed_;
};

class SparedDetector : public Detector {
  public:
    explicit SparedDetector(Spared<Detector> model) : model_(std::move(model)) {}

    std::vector<Detection> detect(Image const& image, float threshold, std::stop_token stop) override {
        return model_.use([&](Detector& detector) { return detector.detect(image, threshold, stop); });
    }
    std::vector<std::string> labels() const override { return model_.model().labels(); }
    float sure_score() const override { return model_.model().sure_score(); }
    std::optional<Gist> gist(Image const& image, std::stop_token stop) override {
        return model_.use([&](Detector& detector) { return detector.gist(image, stop); });
    }

  private:
    Spared<Detector> model_;
};

class SparedDepth : public DepthEstimator {
  public:
    explicit SparedDepth(Spared<DepthEstimator> model) : model_(std::move(model)) {}

    DepthMap depth(Image const& image, std::stop_token stop) override {
        return model_.use([&](DepthEstimator& estimator) { return estimator.depth(image, stop); });
    }

  private:
    Spared<DepthEstimator> model_;
};

} // namespace

std::unique_ptr<Detector> with_spare(std::unique_ptr<Detector> model, std::function<std::unique_ptr<Detector>()> spare,
                                     std::function<void(char const* why)> failed) {
    return std::make_unique<SparedDetector>(Spared(std::move(model), std::move(spare), std::move(failed)));
}

std::unique_ptr<DepthEstimator> with_spare(std::unique_ptr<DepthEstimator> model,
                                           std::function<std::unique_ptr<DepthEstimator>()> spare,
                                           std::function<void(char const* why)> failed) {
    return std::make_unique<SparedDepth>(Spared(std::move(model), std::move(spare), std::move(failed)));
}

} // namespace echollama
