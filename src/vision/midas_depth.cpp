#include "vision/midas_depth.h"

#include "base/error.h"

namespace echollama {
namespace {

class MidasDepth : public DepthEstimator {
  public:
    MidasDepth(std::filesystem::path const& gguf, int threads, DptRecipe recipe, std::string const& device)
        : net_(gguf, threads, device), recipe_(recipe) {}

    DepthMap depth(Image const& image, std::stop_token stop) override {
        if (stop.stop_requested()) {
            return {};
        }
        auto input = midas_input(image, net_.params(), recipe_);
        try {
            auto maps = net_.run(std::span(&input, 1), stop);
            return midas_depth(input, maps.at(0), image.width, image.height);
        } catch (Cancelled const&) {
            return {};
        }
    }

  private:
    Midas net_;
    DptRecipe recipe_;
};

} // namespace

std::unique_ptr<DepthEstimator> make_midas_depth(std::filesystem::path const& gguf, int threads, DptRecipe recipe,
                                                 std::string const& device) {
    return std::make_unique<MidasDepth>(gguf, threads, recipe, device);
}

} // namespace echollama
