// Text to tokens for a model that is trained.
#pragma once

#include "train/data.h"

namespace echollama::train {

// The vocabulary and chat template of a GGUF file, or of tokenizer.json and its companions in a published folder. They
// are read when the first text comes, so data that are tokens already need none. The functions throw Error.
Encoder make_encoder(ModelConfig const& model, std::int64_t vocabulary);

} // namespace echollama::train
