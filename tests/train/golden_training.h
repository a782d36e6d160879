// The tiny LLaMA of shared/golden/llama with the starting adapters and pairs of shared/golden/training.
#pragma once

#include "formats/safetensors.h"
#include "support/synthetic.h"
#include "train/data.h"
#include "train/trainer.h"

#include <cmath>
#include <fstream>
#include <string>
#include <vector>

namespace echollama::test {

inline void write_tiny_llama(std::filesystem::path const& folder) {
    std::filesystem::copy_file(golden("llama/config.json"), folder / "config.json");
    write_safetensors(folder / "model.safetensors", synthetic_weights(golden("llama/weights.tsv")));
}

// `start`: "zero-qv", "zero-all" or "warm-all".
inline void set_start(train::Lora& lora, std::string const& start) {
    auto const tensors = synthetic_weights(golden("training/lora-start-" + start + ".tsv"));
    ASSERT_EQ(tensors.size(), lora.parameters().size());
    for (auto& parameter : lora.parameters()) {
        for (auto const& tensor : tensors) {
            if (tensor.name == parameter.name) {
                ASSERT_EQ(tensor.shape, parameter.shape);
                parameter.values = tensor.values();
            }
        }
    }
}

inline train::LoraOptions golden_lora(std::string const& start) {
    train::LoraOptions options; // rank 8, alpha 16
    if (start == "zero-qv") {
        options.targets = {train::Projection::q, train::Projection::v};
    }
    return options;
}

inline std::vector<train::Row> golden_pairs() {
    return train::read_rows(golden("training/pairs.jsonl"), train::Task::preferences, {.vocabulary = 512}, {});
}

// |a - b| / |b|, of vectors.
inline double relative_l2(std::vector<float> const& a, std::vector<float> const& b) {
    double error = 0, norm = 0;
    for (std::size_t i = 0; i < b.size(); ++i) {
        auto const difference = static_cast<double>(a.at(i)) - static_cast<double>(b[i]);
        error += difference * difference;
        norm += static_cast<double>(b[i]) * static_cast<double>(b[i]);
    }
    return std::sqrt(error / norm);
}

} // namespace echollama::test
