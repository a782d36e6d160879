// The two kinds of files that load_llama() reads.
#pragma once

#include "train/model/llama_weights.h"

#include <array>
#include <filesystem>

namespace echollama::train {

// Rows and columns of a layer's matrices.
struct MatrixShape {
    std::int64_t rows, columns;
};
MatrixShape shape_of(convert::LlamaShape const& shape, Projection projection);

LlamaWeights read_gguf_llama(std::filesystem::path const& path);
LlamaWeights read_published_llama(std::filesystem::path const& path);

} // namespace echollama::train
