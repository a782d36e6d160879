// The layers of SNAC as lists of fused stages, and its quantiser, read from a GGUF file.
#pragma once

#include "networks/snac_types.h"
#include "nn/cpu/sequence_layer.h"
#include "nn/weights.h"

#include <array>
#include <string>
#include <vector>

namespace echollama::snac {

using nn::sequence::Layer;

struct NamedLayer {
    std::string name; // of the result, as in the reference code
    Layer layer;
    int noise_block = -1;  // which noise it adds
    bool residual = false; // adds its input
};

// z [768, T] → samples [1, 512 T]
std::vector<NamedLayer> decoder_layers(nn::Weights const& weights);
// samples [1, 512 T] → z [768, T]
std::vector<NamedLayer> encoder_layers(nn::Weights const& weights);

// One level of the residual quantiser (vq.py).
struct Quantizer {
    int stride = 1;                          // latent positions a code stands for
    std::vector<float> codebook;             // [4096][8]
    std::vector<float> normal_codebook;      // rows of length 1
    std::vector<float> in_weight, in_bias;   // [8][768], [8]
    std::vector<float> out_weight, out_bias; // [768][8], [768]
};
constexpr int latent_size = 768, code_size = 8, code_count = 4096;
constexpr std::array<int, 3> code_strides{4, 2, 1};

std::array<Quantizer, 3> quantizers(nn::Weights const& weights);

// Codes → latent, rows of 768, one a latent position.
std::vector<float> latent(std::array<Quantizer, 3> const& levels, SnacCodes const& codes);
// Latent → codes; `projected` (may be null) gets the three in_proj results one after the other.
SnacCodes quantize(std::array<Quantizer, 3> const& levels, std::vector<float> residual,
                   std::array<std::vector<float>, 3>* projected);

} // namespace echollama::snac
