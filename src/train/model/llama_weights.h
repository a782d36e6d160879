// The frozen weights of a model of the LLaMA family, from Hugging Face's files or straight from a GGUF, in whatever
// type they are stored.
#pragma once

#include "convert/llama.h"
#include "train/kernels/matrix.h"
#include "train/model/projection.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace echollama::train {

struct LlamaLayer {
    std::vector<float> attention_norm, ffn_norm;
    std::array<Matrix, projection_count> projections;

    Matrix const& of(Projection projection) const { return projections[static_cast<std::size_t>(projection)]; }
};

struct LlamaWeights {
    std::string file; // for messages
    convert::LlamaShape shape;
    std::vector<float> rope_divisors; // of each rotary pair's angle; empty: 1
    Matrix embedding;                 // [vocabulary, width]
    std::optional<Matrix> output;     // none: the embedding is the output matrix, too
    std::vector<float> norm;
    std::vector<LlamaLayer> layers;

    Matrix const& output_matrix() const { return output ? *output : embedding; }
    std::size_t memory() const; // bytes
    std::int64_t count() const; // numbers
    // Changes when any of the numbers does: the key of what is remembered about the model.
    std::uint64_t fingerprint() const;
};

enum class BaseType {
    stored, // as in the file
    nf4,    // the projections as NF4, with doubly quantised scales: QLoRA
};

// `path`: a GGUF file, or the folder (or the weights beside config.json) of a published model. Throws Error when the
// file is damaged, of another kind, or holds what this network does not have.
LlamaWeights load_llama(std::filesystem::path const& path, BaseType type = BaseType::stored);

} // namespace echollama::train
