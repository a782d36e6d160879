// NanoDet on ggml (RangiLyu/nanodet, with a CSP backbone): a small detector without anchors whose boxes are
// expectations over distances (Generalized Focal Loss, Li et al. 2020, arXiv 2006.04388). Activations are channel-last:
// ggml shape [channels, width, height].
#pragma once

#include "networks/picture_input.h"
#include "nn/backend.h"
#include "nn/cpu/layers.h"
#include "nn/graph.h"
#include "nn/weights.h"
#include "scene/types.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama {

// Read from the GGUF.
struct NanoDetParams {
    std::vector<int> stage_blocks; // inner blocks of the four stages
    std::vector<int> strides;      // input pixels per cell of the three levels, fine to coarse
    int bins = 0;                  // possible distances of a side, in cells: 0 … bins - 1
    int input_size = 0;            // pixels, square
    float slope = 0;               // of the leaky ReLU below zero
    std::array<float, 3> mean{}, std{};
    std::vector<std::string> labels;
};

class NanoDet {
  public:
    // Throws Error when the file is not a NanoDet GGUF.
    NanoDet(std::filesystem::path const& gguf, int threads, std::string const& device = nn::cpu_device,
            bool with_taps = false);

    // For each level, row by row, cell by cell: one logit a label, then of the four sides (left, top, right, bottom)
    // the logits of `bins` distances. The input is a square of params().input_size. Throws Cancelled.
    using Output = std::vector<std::vector<float>>;
    Output run(PictureInput const& input, std::stop_token stop = {});

    NanoDetParams const& params() const { return params_; }
    // All elements of a named intermediate of the last run, only when taps were asked for: stem, stage.0 … stage.3,
    // level.0 … level.2 before their heads.
    std::vector<float> tap(std::string const& name) const { return graph_->read(name); }

  private:
    nn::Backend backend_;
    nn::Weights weights_;
    std::optional<nn::CpuLayers> cpu_;
    NanoDetParams params_;
    std::unique_ptr<nn::Graph> graph_;
};

// The picture in the middle of the network's square, its aspect kept, black around it, normalised.
PictureInput nanodet_input(Image const& image, NanoDetParams const& params);

// Every cell's labels above the threshold, best first, with boxes in pixels of the source image; neighbouring cells
// see the same object, so boxes overlap.
std::vector<Detection> nanodet_decode(NanoDet::Output const& output, NanoDetParams const& params, float threshold,
                                      int image_width, int image_height);

} // namespace echollama
