// What the vision converters share: convolution weights in the order of nn/layers.h, with their norms folded in.
#pragma once

#include "formats/checkpoint.h"
#include "formats/gguf_writer.h"

#include <functional>
#include <string>
#include <vector>

namespace echollama::convert {

// Finds the numbers of a tensor by the name that this network has in one naming scheme; throws Error.
using ReadTensor = std::function<std::vector<float>(std::string const& name, std::vector<std::int64_t> const& shape)>;

// How the layers whose names begin with one of `prefixes` are stored when the user asks for one of `types`: finer,
// because the networks multiply their rounding most (docs/performance.md, "Reduced precision").
struct FinerLayers {
    std::vector<WeightType> types;
    std::vector<std::string> prefixes;
    WeightType stored = WeightType::f32;
};
WeightType type_of_layer(std::string const& name, WeightType wanted, std::vector<FinerLayers> const& finer);

// Blocks of Q8_0 are 32 numbers of a row. Other rows are rounded about as coarsely (BF16), which processors multiply
// faster than the finer F16.
WeightType type_of_rows(WeightType wanted, std::int64_t row);

struct ConvWeights {
    std::int64_t out = 0, in = 0, kernel = 1;
    std::vector<float> weight; // PyTorch's [out, in, kernel, kernel]
    std::vector<float> bias;   // empty: none
};

// Batch norm with fixed statistics becomes a factor and a shift of each filter: s = gamma / sqrt(var + eps),
// weight s, bias beta - mean s (computed in double).
void fold_batch_norm(ConvWeights& conv, std::vector<float> const& gamma, std::vector<float> const& beta,
                     std::vector<float> const& mean, std::vector<float> const& variance, double eps);

// Weight standardisation: of every filter the mean is taken away and the rest divided by sqrt(biased variance + eps).
void standardise(ConvWeights& conv, double eps);

// PyTorch's [out, in, ky, kx] → rows [out][ky][kx][in]: channels fastest, as patches of channel-last pictures.
std::vector<float> patch_rows(ConvWeights const& conv);

// name.weight as rows of the given type and, when there is one, name.bias in float32.
void add_conv(GgufWriter& writer, std::string const& name, ConvWeights const& conv, WeightType type);

// One kernel a channel, [channels, 1, k, k], stored channels fastest as nn/channel_last.h wants it; always float32.
void add_depthwise(GgufWriter& writer, std::string const& name, ConvWeights const& conv, std::int64_t channels);

// A linear layer [out, in] with bias.
void add_linear(GgufWriter& writer, std::string const& name, std::int64_t out, std::int64_t in,
                std::vector<float> const& weight, std::vector<float> const& bias, WeightType type);

// weight and bias of a norm layer in float32.
void add_norm(GgufWriter& writer, std::string const& name, std::vector<float> const& weight,
              std::vector<float> const& bias);

} // namespace echollama::convert
