// EfficientNet-Lite2 on ggml as a classifier of ImageNet's 1,000 classes (Tan and Le 2019, arXiv 1905.11946; the Lite
// form has ReLU6 and no squeeze-and-excitation).
#pragma once

#include "networks/efficientnet_lite.h"
#include "networks/picture_input.h"
#include "nn/backend.h"
#include "nn/cpu/layers.h"
#include "scene/types.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama {

// Read from the GGUF.
struct EfficientNetLiteParams {
    std::vector<EfficientNetBlock> blocks;
    int input_size = 0; // pixels, square
    int short_side = 0; // of the picture before the square is cut from its middle
    std::array<float, 3> mean{}, std{};
};

class EfficientNetLite {
  public:
    // Throws Error when the file is not such a GGUF.
    EfficientNetLite(std::filesystem::path const& gguf, int threads, std::string const& device = nn::cpu_device,
                     bool with_taps = false);

    // One logit for each class of ImageNet. The input is a square of params().input_size. Throws Cancelled.
    std::vector<float> run(PictureInput const& input, std::stop_token stop = {});

    EfficientNetLiteParams const& params() const { return params_; }
    // All elements of a named intermediate of the last run, only when taps were asked for: stem, block.0 … block.20,
    // head.
    std::vector<float> tap(std::string const& name) const { return graph_->read(name); }

  private:
    nn::Backend backend_;
    nn::Weights weights_;
    std::optional<nn::CpuLayers> cpu_;
    EfficientNetLiteParams params_;
    std::unique_ptr<nn::Graph> graph_;
};

// The middle square of the picture, or with a box the square around the box (as far as the picture reaches), as the
// network takes it.
PictureInput efficientnet_lite_input(Image const& image, EfficientNetLiteParams const& params);
PictureInput efficientnet_lite_input(Image const& image, Box const& box, EfficientNetLiteParams const& params);

} // namespace echollama
