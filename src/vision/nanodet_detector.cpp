#include "vision/nanodet_detector.h"

#include "base/error.h"
#include "networks/nanodet.h"
#include "vision/candidates.h"

namespace echollama {
namespace {

class NanoDetDetector : public Detector {
  public:
    NanoDetDetector(std::filesystem::path const& gguf, int threads, std::string const& device)
        : net_(gguf, threads, device) {}

    std::vector<Detection> detect(Image const& image, float threshold, std::stop_token stop) override {
        if (threshold < 0) {
            threshold = nanodet_default_threshold;
        }
        try {
            auto const output = net_.run(nanodet_input(image, net_.params()), stop);
            return merge_candidates(
                nanodet_decode(output, net_.params(), threshold * alternative_share, image.width, image.height), image,
                threshold);
        } catch (Cancelled const&) {
            return {};
        }
    }
    std::vector<std::string> labels() const override { return net_.params().labels; }

  private:
    NanoDet net_;
};

} // namespace

std::unique_ptr<Detector> make_nanodet_detector(std::filesystem::path const& gguf, int threads,
                                                std::string const& device) {
    return std::make_unique<NanoDetDetector>(gguf, threads, device);
}

} // namespace echollama
