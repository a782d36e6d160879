// LoRA (Hu et al., arXiv 2106.09685): y = W x + factor B (A dropout(x)), with W
// frozen.
#pragma once

#include "train/model/llama_weights.h"
#include "train/optim/adamw.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace echollama::train {

struct LoraOptions {
    std::int64_t rank = 8;
    double alpha = 16;
    bool root_of_rank = false; // factor alpha / sqrt(rank) (rsLoRA) instead of alpha / rank
    double dropout = 0;        // share of A's inputs that are left out while learning, each projection its own
    std::vector<Projection> targets = {all_projections.begin(), all_projections.end()};
};

class Lora {
  public:
    // A is uniform within 1 / sqrt(columns), as PEFT's, drawn by name and seed; B is zero.
    Lora(LoraOptions const& options, LlamaWeights const& weights, std::uint64_t seed);

    LoraOptions const& options() const { return options_; }
    float factor() const;
    bool adapts(Projection projection) const { return place_[static_cast<std::size_t>(projection)] >= 0; }
    // [rank, columns] and [rows, rank].
    Parameter& a(std::int64_t layer, Projection projection);
    Parameter& b(std::int64_t layer, Projection projection);

    // Named as in PEFT's adapter_model.safetensors: A and B, layer by layer.
    std::vector<Parameter>& parameters() { return parameters_; }
    std::vector<Parameter> const& parameters() const { return parameters_; }
    void clear_gradients();

    // Changes with any of the numbers.
    std::uint64_t fingerprint() const;

    // Numbers from an adapter_model.safetensors of the same rank and targets. Throws Error.
    void read(std::filesystem::path const& file);

  private:
    std::size_t index(std::int64_t layer, Projection projection) const;

    LoraOptions options_;
    std::array<int, projection_count> place_{}; // among the targets; -1: none
    std::vector<Parameter> parameters_;
};

} // namespace echollama::train
