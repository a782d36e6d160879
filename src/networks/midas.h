// MiDaS: depth from one picture (Ranftl et al. 2020 and 2021; github isl-org/MiDaS) on ggml. Two networks: DPT-Hybrid
// and MiDaS v2.1 small. Pictures are channel-last: ggml shape [3, width, height, batch].
#pragma once

#include "networks/efficientnet_lite.h"
#include "networks/picture_input.h"
#include "networks/vit_hybrid.h"
#include "scene/types.h"

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <utility>
#include <variant>
#include <vector>

namespace echollama {

// Read from the GGUF.
struct MidasParams {
    int input_size = 0; // of the network's input, pixels
    std::array<float, 3> mean{}, std{};
    std::variant<VitHybridParams, EfficientNetParams> encoder;

    bool is_dpt() const { return std::holds_alternative<VitHybridParams>(encoder); }
};

// How a picture becomes DPT-Hybrid's input. Both are in circulation and give visibly different maps.
enum class DptRecipe {
    hugging_face, // squashed to a square, Pillow's antialiased 8-bit bilinear
    torch_hub,    // aspect kept (about), OpenCV's cubic without antialiasing
};

class Midas {
  public:
    // Throws Error when the file is neither a DPT-Hybrid nor a MiDaS small GGUF; every weight is looked up here.
    Midas(std::filesystem::path const& gguf, int threads, std::string const& device = nn::cpu_device,
          bool with_taps = false);
    ~Midas();

    // Relative inverse depth for each picture, width * height values: larger is nearer, no unit, never negative. Sides
    // are multiples of 32. Neighbouring pictures of one size run together; the graph of the last size is kept. Throws
    // Cancelled.
    std::vector<std::vector<float>> run(std::span<PictureInput const> batch, std::stop_token stop = {});

    MidasParams const& params() const { return params_; }
    // Taps of the last run (with_taps), under the names of the golden files.
    nn::Graph const& graph() const { return *graph_; }
    std::size_t bytes() const; // of weights and intermediates

  private:
    struct Shape {
        int width = 0, height = 0, batch = 0;
        bool operator==(Shape const&) const = default;
    };
    void build(Shape const& shape);

    nn::Backend backend_;
    nn::Weights weights_;
    std::optional<nn::CpuLayers> cpu_;
    MidasParams params_;
    bool with_taps_;
    Shape shape_;
    std::unique_ptr<nn::Graph> graph_;
};

// Sizes of the network's input that keep the aspect, multiples of 32 (MiDaS midas/transforms.py Resize).
// "minimal", DPT: the scale of the side that changes least. "upper_bound", MiDaS small: no side above `size`.
std::pair<int, int> dpt_input_size(int width, int height, int size);
std::pair<int, int> midas_small_input_size(int width, int height, int size);

// Resized as the network's published recipe says, and normalised. MiDaS small has only one recipe. Throws Error when
// the picture is too elongated.
PictureInput midas_input(Image const& image, MidasParams const& params, DptRecipe recipe = DptRecipe::hugging_face);

// The network's map at the size of the picture: bicubic (a = -0.75, no antialiasing), as MiDaS run.py and Hugging Face.
// It overshoots a little, also below zero.
DepthMap midas_depth(PictureInput const& input, std::span<float const> depth, int image_width, int image_height);

} // namespace echollama
