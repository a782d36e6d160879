#include "train/model/device_weights.h"

#include "base/error.h"
#include "train/model/llama_files.h"

#include <ggml-backend.h>

#include <algorithm>
#include <string>

namespace echollama::train {
namespace {

ggml_type stored_type(Precision precision) {
    switch (precision) {
    case Precision::bf16:
        return GGML_TYPE_BF16;
    case Precision::f16:
        return GGML_TYPE_F16;
    case Precision::f32:
        break;
    }
    return GGML_TYPE_F32;
}

void set_floats(ggml_tensor* tensor, std::vector<float> const& values) {
    ggml_backend_tensor_set(tensor, values.data(), 0, values.size() * sizeof(float));
}

// A few rows at a time: the whole matrix need not fit into memory once more.
void set_matrix(ggml_tensor* tensor, Matrix const& matrix) {
    auto const block = std::max<std::int64_t>(1, (1 << 22) / matrix.columns);
    auto const row_bytes = ggml_row_size(tensor->type, matrix.columns);
    std::vector<float> values;
    std::vector<std::uint8_t> bytes;
    for (std::int64_t row = 0; row < matrix.rows; row += block) {
        auto const count = std::min(block, matrix.rows - row);
        values.resize(static_cast<std::size_t>(count * matrix.columns));
        bytes.resize(static_cast<std::size_t>(count) * row_bytes);
        read_block(matrix, row, count, 0, matrix.columns, values.data(), matrix.columns);
        ggml_quantize_chunk(tensor->type, values.data(), bytes.data(), 0, count, matrix.columns, nullptr);
        ggml_backend_tensor_set(tensor, bytes.data(), static_cast<std::size_t>(row) * row_bytes, bytes.size());
    }
}

} // namespace

DeviceWeights::DeviceWeights(LlamaWeights const& weights, Lora& lora, nn::Backend const& backend, Precision precision,
                             std::uint64_t most) {
    auto const& s = weights.shape;
    auto const type = stored_type(precision);
    auto const tensors = static_cast<std::size_t>(s.layers) * (2 + 3 * projection_count) + 2;
    context_.reset(ggml_init({ggml_tensor_overhead() * tensors, nullptr, true}));
    auto* ctx = context_.get();
    auto const rank = lora.options().rank;
    for (std::int64_t i = 0; i < s.layers; ++i) {
        auto& layer = layers.emplace_back();
        layer.attention_norm = ggml_new_tensor_1d(ctx, GGML_TYPE_F32, s.width);
        layer.ffn_norm = ggml_new_tensor_1d(ctx, GGML_TYPE_F32, s.width);
        for (auto projection : all_projections) {
            auto const shape = shape_of(s, projection);
            auto& linear = layer.linear[static_cast<std::size_t>(projection)];
            linear.w = ggml_new_tensor_2d(ctx, type, shape.columns, shape.rows);
            if (lora.adapts(projection)) {
                linear.a = ggml_new_tensor_2d(ctx, GGML_TYPE_F32, shape.columns, rank);
                linear.b = ggml_new_tensor_2d(ctx, GGML_TYPE_F32, rank, shape.rows);
            }
        }
    }
    output = ggml_new_tensor_2d(ctx, type, s.width, s.vocabulary);
    if (!weights.rope_divisors.empty()) {
        rope_divisors = ggml_new_tensor_1d(ctx, GGML_TYPE_F32, s.head / 2);
    }
    auto* memory = ggml_backend_get_default_buffer_type(backend.handle.get());
    auto const needed = ggml_backend_alloc_ctx_tensors_from_buft_size(ctx, memory);
    if (most == 0 || needed <= most) {
        buffer_.reset(ggml_backend_alloc_ctx_tensors(ctx, backend.handle.get()));
    }
    if (!buffer_) {
        throw Error(
            "The weights of " + weights.file + " take " + std::to_string(needed >> 20U) + " MB, which " +
            (most > 0 && needed > most ? "is more than device_memory_mb allows" : backend.name() + " has not free") +
            "; store them in fewer bits (precision bf16 or f16), or train on the processor.");
    }
    for (std::int64_t i = 0; i < s.layers; ++i) {
        auto const& from = weights.layers[static_cast<std::size_t>(i)];
        auto const& to = layers[static_cast<std::size_t>(i)];
        set_floats(to.attention_norm, from.attention_norm);
        set_floats(to.ffn_norm, from.ffn_norm);
        for (auto projection : all_projections) {
            set_matrix(to.of(projection).w, from.of(projection));
        }
    }
    set_matrix(output, weights.output_matrix());
    if (rope_divisors) {
        set_floats(rope_divisors, weights.rope_divisors);
    }
}

void DeviceWeights::set_adapter(Lora& lora) const {
    for (std::size_t i = 0; i < layers.size(); ++i) {
        for (auto projection : all_projections) {
            if (lora.adapts(projection)) {
                auto const& linear = layers[i].of(projection);
                set_floats(linear.a, lora.a(static_cast<std::int64_t>(i), projection).values);
                set_floats(linear.b, lora.b(static_cast<std::int64_t>(i), projection).values);
            }
        }
    }
}

std::size_t DeviceWeights::bytes() const {
    return ggml_backend_buffer_get_size(buffer_.get());
}

} // namespace echollama::train
