// MobileNetV3-CenterNet on ggml: "Objects as Points" (Zhou et al. 2019) with a MobileNetV3-large backbone
// (github 610265158/mobilenetv3_centernet). Activations are channel-last: ggml shape [channels, width, height].
#pragma once

#include "media/picture/image.h"
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
struct CenterNetParams {
    struct Block {
        int stride = 1;
        bool hard_swish = false;
        bool residual = false;
    };
    std::vector<Block> blocks;
    int input_size = 0;    // pixels, square
    int output_stride = 0; // input pixels per heat-map cell
    float hard_slope = 0;  // of the hard sigmoid, about 1/6
    float size_scale = 0;  // of the raw box sides, in input pixels
    std::vector<std::string> labels;
};

class CenterNet {
  public:
    // Throws Error when the file is not a CenterNet GGUF.
    CenterNet(std::filesystem::path const& gguf, int threads, std::string const& device = nn::cpu_device,
              bool with_taps = false);

    // Heat map [classes, cells, cells] (sigmoid, [0,1]) and box sides [4, cells, cells] (left, top, right, bottom in
    // input pixels), fastest dimension first. `input` is channel-last RGB in 0..255, size 3 * input_size^2.
    struct Output {
        int cells = 0;
        std::vector<float> heat;
        std::vector<float> sides;
    };
    Output run(std::vector<float> const& input, std::stop_token stop = {});

    CenterNetParams const& params() const { return params_; }

    // All elements of a named intermediate of the last run, only when taps were asked for: block.0 … block.14, extern,
    // merge.c4, merge.c3, merge.c2.
    std::vector<float> tap(std::string const& name) const { return graph_->read(name); }

  private:
    nn::Backend backend_;
    nn::Weights weights_;
    CenterNetParams params_;
    std::optional<nn::CpuLayers> cpu_; // where the backend is the CPU
    std::unique_ptr<nn::Graph> graph_;
};

// The picture squashed to a square of `size`, as the network takes it.
std::vector<float> centernet_input(Image const& image, int size);

// Local maxima of the heat map (3x3, per class) above the threshold, best first, boxes in pixels of the source image.
std::vector<Detection> centernet_decode(CenterNet::Output const& output, CenterNetParams const& params, float threshold,
                                        int image_width, int image_height);

} // namespace echollama
