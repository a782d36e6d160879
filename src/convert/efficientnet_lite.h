// EfficientNet-Lite2, a classifier of ImageNet (github tensorflow/tpu, models/official/efficientnet/lite; PyTorch
// weights in the naming of github lukemelas/EfficientNet-PyTorch) to GGUF.
#pragma once

#include "formats/checkpoint.h"
#include "formats/gguf_writer.h"

#include <filesystem>

namespace echollama::convert {

bool is_efficientnet_lite(Checkpoint const& file);

// Batch norms are folded into the convolutions; depthwise kernels and biases stay float32. Throws Error when the file
// is another size.
void convert_efficientnet_lite(Checkpoint const& file, std::filesystem::path const& output, WeightType type);

} // namespace echollama::convert
