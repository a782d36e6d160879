// Moondream2's eyes: a picture becomes rows of numbers that stand where a text model has its token embeddings.
// github.com/vikhyat/moondream: moondream/vision_encoder.py at c1ccd26 (2024), moondream/torch/vision.py at 44146f1
// (2025).
#pragma once

#include "networks/moondream_pictures.h"
#include "networks/siglip.h"
#include "nn/backend.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>

namespace echollama {

class MoondreamVision {
  public:
    // GGUF as written by convert/moondream.h. Throws Error when the file is missing, damaged, or another model.
    MoondreamVision(std::filesystem::path const& gguf, int threads, std::string const& device = nn::cpu_device,
                    bool with_taps = false);
    ~MoondreamVision();

    // Rows of width() numbers, one for each patch of the grid, row by row. Throws Cancelled when stop is requested.
    std::vector<float> embed(Image const& image, std::stop_token stop = {});
    // Features of one picture as cut_picture makes it: [d] for each patch.
    std::vector<float> encode(std::span<float const> picture, std::stop_token stop = {});

    int rows() const { return params_.grid() * params_.grid(); }
    int width() const { return width_; }
    // What the weights were trained with, as named in convert/moondream.h.
    std::string const& revision() const { return revision_; }
    nn::Graph const& graph() const { return *tower_; } // for parity tests
    std::size_t bytes() const;

  private:
    void build(bool with_taps);

    nn::Backend backend_;
    nn::Weights weights_;
    SigLipParams params_;
    std::string revision_;
    MoondreamCrops crops_ = MoondreamCrops::squash;
    int d_ = 0, width_ = 0;
    bool doubled_ = false; // the projection sees the whole picture and its parts side by side
    std::optional<nn::CpuLayers> cpu_;
    std::unique_ptr<nn::Graph> tower_, projection_;
};

} // namespace echollama
