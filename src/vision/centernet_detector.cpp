#include "vision/centernet_detector.h"

#include "base/error.h"
#include "networks/centernet.h"
#include "vision/candidates.h"

namespace echollama {
namespace {

class CenterNetDetector : public Detector {
  public:
    CenterNetDetector(std::filesystem::path const& gguf, int threads, std::string const& device)
        : net_(gguf, threads, device) {}

    std::vector<Detection> detect(Image const& image, float threshold, std::stop_token stop) override {
        if (threshold < 0) {
            threshold = centernet_default_threshold;
        }
        try {
            auto const output = net_.run(centernet_input(image, net_.params().input_size), stop);
            return merge_candidates(
                centernet_decode(output, net_.params(), threshold * alternative_share, image.width, image.height),
                image, threshold);
        } catch (Cancelled const&) {
            return {};
        }
    }
    std::vector<std::string> labels() const override { return net_.params().labels; }

  private:
    CenterNet net_;
};

} // namespace

std::unique_ptr<Detector> make_centernet_detector(std::filesystem::path const& gguf, int threads,
                                                  std::string const& device) {
    return std::make_unique<CenterNetDetector>(gguf, threads, device);
}

} // namespace echollama
