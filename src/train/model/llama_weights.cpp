#include "train/model/llama_weights.h"

#include "base/error.h"
#include "train/model/llama_files.h"

#include <cstring>

namespace echollama::train {
namespace {

// FNV-1a over words of eight bytes, the last filled with zeros.
void mix(std::uint64_t& hash, void const* data, std::size_t bytes) {
    auto const* at = static_cast<unsigned char const*>(data);
    for (std::size_t i = 0; i < bytes; i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at + i, std::min<std::size_t>(8, bytes - i));
        hash = (hash ^ word) * 0x100000001b3ULL;
    }
}

void mix(std::uint64_t& hash, std::vector<float> const& values) {
    mix(hash, values.data(), values.size() * sizeof(float));
}

void mix(std::uint64_t& hash, Matrix const& matrix) {
    std::int64_t const facts[] = {matrix.rows, matrix.columns, matrix.type, matrix.head};
    mix(hash, facts, sizeof(facts));
    mix(hash, matrix.bytes.data(), matrix.bytes.size());
    if (matrix.nf4) {
        mix(hash, matrix.nf4->packed.data(), matrix.nf4->packed.size());
        mix(hash, matrix.nf4->scale_codes.data(), matrix.nf4->scale_codes.size());
        mix(hash, matrix.nf4->scales);
        mix(hash, matrix.nf4->nested_scales);
    }
}

void to_nf4(Matrix& matrix) {
    std::vector<float> values(static_cast<std::size_t>(matrix.rows * matrix.columns));
    read_block(matrix, 0, matrix.rows, 0, matrix.columns, values.data(), matrix.columns);
    matrix.nf4 = quantise_nf4(values);
    nest_scales(*matrix.nf4);
    matrix.bytes = {};
    matrix.type = GGML_TYPE_F32;
    matrix.head = 0; // read in Hugging Face's order
}

} // namespace

std::size_t LlamaWeights::memory() const {
    std::size_t sum = embedding.memory() + (output ? output->memory() : 0);
    for (auto const& layer : layers) {
        for (auto const& matrix : layer.projections) {
            sum += matrix.memory();
        }
    }
    return sum;
}

std::int64_t LlamaWeights::count() const {
    auto const size = [](Matrix const& matrix) { return matrix.rows * matrix.columns; };
    auto sum = size(embedding) + (output ? size(*output) : 0) + static_cast<std::int64_t>(norm.size());
    for (auto const& layer : layers) {
        sum += static_cast<std::int64_t>(layer.attention_norm.size() + layer.ffn_norm.size());
        for (auto const& matrix : layer.projections) {
            sum += size(matrix);
        }
    }
    return sum;
}

std::uint64_t LlamaWeights::fingerprint() const {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    double const facts[] = {shape.norm_eps, shape.rope_theta, shape.scaling.factor,
                            static_cast<double>(shape.scaling.kind)};
    mix(hash, facts, sizeof(facts));
    mix(hash, rope_divisors);
    mix(hash, norm);
    mix(hash, embedding);
    if (output) {
        mix(hash, *output);
    }
    for (auto const& layer : layers) {
        mix(hash, layer.attention_norm);
        mix(hash, layer.ffn_norm);
        for (auto const& matrix : layer.projections) {
            mix(hash, matrix);
        }
    }
    return hash;
}

LlamaWeights load_llama(std::filesystem::path const& path, BaseType type) {
    auto weights = path.extension() == ".gguf" ? read_gguf_llama(path) : read_published_llama(path);
    if (type == BaseType::nf4) {
        for (auto& layer : weights.layers) {
            for (auto& matrix : layer.projections) {
                to_nf4(matrix);
            }
        }
    }
    return weights;
}

} // namespace echollama::train
