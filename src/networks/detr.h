// DETR: "End-to-End Object Detection with Transformers" (Carion et al. 2020; github facebookresearch/detr) on ggml.
// Pictures are channel-last: ggml shape [3, width, height, batch].
#pragma once

#include "media/picture/image.h"
#include "networks/picture_input.h"
#include "nn/backend.h"
#include "nn/cpu/layers.h"
#include "nn/graph.h"
#include "nn/weights.h"
#include "scene/types.h"

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama {

// Read from the GGUF.
struct DetrParams {
    std::vector<int> stages; // bottlenecks of each ResNet stage
    int encoder_layers = 0, decoder_layers = 0, heads = 0;
    float norm_eps = 0;
    float temperature = 0;              // of the position code
    int short_side = 0, long_side = 0;  // of the network's input, pixels
    std::array<float, 3> mean{}, std{}; // of RGB in 0..1
    std::vector<std::string> labels;    // the last is "no object"
};

using DetrInput = PictureInput;

// For every query (row-major): class scores before the softmax, and the box as (centre x, centre y, width, height)
// relative to the picture, 0..1.
struct DetrOutput {
    int queries = 0, classes = 0;
    std::vector<float> logits; // queries * classes
    std::vector<float> boxes;  // queries * 4
};

class Detr {
  public:
    // Throws Error when the file is not a DETR GGUF; every weight is looked up here.
    Detr(std::filesystem::path const& gguf, int threads, std::string const& device = nn::cpu_device,
         bool with_taps = false);
    ~Detr();

    // Runs a batch. Pictures of different sizes are padded with zeros at the right and at the bottom, and the padding
    // is hidden from the attention. The graph of the last size is kept. Throws Cancelled.
    std::vector<DetrOutput> run(std::span<DetrInput const> batch, std::stop_token stop = {});

    DetrParams const& params() const { return params_; }
    // Taps of the last run (with_taps), under the names of the golden files.
    nn::Graph const& graph() const { return *graph_; }
    std::size_t bytes() const; // of weights and intermediates

  private:
    struct Shape {
        int width = 0, height = 0, batch = 0;
        bool masked = false;
        bool operator==(Shape const&) const = default;
    };
    void build(Shape const& shape);

    nn::Backend backend_;
    nn::Weights weights_;
    std::optional<nn::CpuLayers> cpu_;
    DetrParams params_;
    bool with_taps_;
    Shape shape_;
    std::unique_ptr<nn::Graph> graph_;
};

// Size of the network's input for a picture: short side `short_side` unless the long one would pass `long_side`
// (detr datasets/transforms.py, with its roundings).
std::pair<int, int> detr_input_size(int width, int height, int short_side, int long_side);

// Resized as Pillow does (8-bit, antialiased) and normalised.
DetrInput detr_input(Image const& image, DetrParams const& params);

// Sine position code (models/position_encoding.py), d values a token, tokens row-major; `valid` has width * height
// entries. d / 2 values of y, then d / 2 of x.
std::vector<float> sine_position_code(std::span<std::uint8_t const> valid, int width, int height, int d,
                                      float temperature);

// Softmax over all classes, "no object" left out, scores strictly above the threshold; boxes in pixels of a picture of
// this size, in query order. They may stick out of the picture a little.
struct DetrFound {
    int query = 0;
    Detection detection;
};
std::vector<DetrFound> detr_decode(DetrOutput const& output, std::vector<std::string> const& labels, float threshold,
                                   int image_width, int image_height);

} // namespace echollama
