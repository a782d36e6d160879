#include "nn/cpu/panels.h"

#include "nn/cpu/tile.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <vector>

namespace echollama::nn {
namespace {

using std::int64_t;

std::size_t bytes_per_unit(PanelType type) {
    return type == PanelType::f16 ? 2 : 4;
}

AlignedMemory zeros(std::size_t bytes, std::size_t& sum) {
    auto memory = aligned_memory(bytes);
    std::memset(memory.get(), 0, bytes);
    sum += bytes;
    return memory;
}

// Chunk by chunk to whole numbers from -most to most.
template <typename Number>
void scatter_whole(PackedMatrix& matrix, int64_t row, int64_t start, float most, std::span<float const> values) {
    constexpr int64_t per_unit = 4 / sizeof(Number);
    Chunks chunks(matrix.type, matrix.inputs, matrix.lines);
    auto* out = static_cast<Number*>(matrix.panels.get()) + per_unit * start;
    int64_t columns = round_up(matrix.outputs, tile::width);
    for (int64_t chunk = 0; chunk < chunks.count; ++chunk) {
        int64_t first = chunk * chunks.size * per_unit;
        int64_t last = std::min(first + chunks.size * per_unit, matrix.inputs);
        float largest = 0;
        for (int64_t k = first; k < last; ++k) {
            largest = std::max(largest, std::abs(values[static_cast<std::size_t>(k)]));
        }
        float scale = largest / most, inverse = largest > 0 ? most / largest : 0;
        int sum = 0;
        for (int64_t k = first; k < last; ++k) {
            auto number = static_cast<Number>(std::lround(values[static_cast<std::size_t>(k)] * inverse));
            out[k / per_unit * per_unit * tile::width + k % per_unit] = number;
            sum += number;
        }
        static_cast<float*>(matrix.scales.get())[chunk * columns + row] = scale;
        static_cast<float*>(matrix.corrections.get())[chunk * columns + row] = scale * static_cast<float>(sum);
    }
}

// Each as ggml widens it, which took most of the time of packing.
void to_floats(ggml_fp16_t const* halves, std::span<float> values) {
    std::size_t k = 0;
#if defined(__AVX2__) && defined(__F16C__)
    for (; k + 8 <= values.size(); k += 8) {
        auto const eight = _mm_loadu_si128(reinterpret_cast<__m128i const*>(halves + k));
        _mm256_storeu_ps(values.data() + k, _mm256_cvtph_ps(eight));
    }
#endif
    for (; k < values.size(); ++k) {
        values[k] = ggml_fp16_to_fp32(halves[k]);
    }
}

std::vector<ggml_fp16_t> to_halves(std::span<float const> values) {
    std::vector<ggml_fp16_t> halves(values.size());
    std::size_t k = 0;
#if defined(__AVX2__) && defined(__F16C__)
    for (; k + 8 <= values.size(); k += 8) {
        auto const eight = _mm256_cvtps_ph(_mm256_loadu_ps(values.data() + k), _MM_FROUND_TO_NEAREST_INT);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(halves.data() + k), eight);
    }
#endif
    for (; k < values.size(); ++k) {
        halves[k] = ggml_fp32_to_fp16(values[k]);
    }
    return halves;
}

} // namespace

void put_row(PackedMatrix& matrix, int64_t row, std::span<float const> values) {
    int64_t units = Chunks(matrix.type, matrix.inputs).units;
    int64_t start = row / tile::width * units * tile::width + row % tile::width;
    switch (matrix.type) {
    case PanelType::f32: {
        auto* out = static_cast<float*>(matrix.panels.get()) + start;
        for (std::size_t k = 0; k < values.size(); ++k) {
            out[k * tile::width] = values[k];
        }
        break;
    }
    case PanelType::f16: {
        auto* out = static_cast<ggml_fp16_t*>(matrix.panels.get()) + start;
        auto const halves = to_halves(values);
        for (std::size_t k = 0; k < halves.size(); ++k) {
            out[k * tile::width] = halves[k];
        }
        break;
    }
    case PanelType::bf16: {
        auto* out = static_cast<ggml_bf16_t*>(matrix.panels.get()) + 2 * start;
        for (std::size_t k = 0; k < values.size(); ++k) {
            out[k / 2 * 2 * tile::width + k % 2] = ggml_fp32_to_bf16(values[k]);
        }
        break;
    }
    case PanelType::int8:
        scatter_whole<std::int8_t>(matrix, row, start, 127, values);
        break;
    case PanelType::int16:
        scatter_whole<std::int16_t>(matrix, row, start, tile::largest_int16, values);
        break;
    }
}

AlignedMemory aligned_memory(std::size_t bytes) {
    constexpr std::size_t line = 64;
    void* memory = std::aligned_alloc(line, (bytes + line - 1) / line * line + line);
    if (!memory) {
        throw std::bad_alloc();
    }
    return AlignedMemory(memory);
}

PanelType panel_type(ggml_type type) {
    if (type == GGML_TYPE_F16 && tile::has_f16) {
        return PanelType::f16;
    }
    if (type == GGML_TYPE_Q8_0 && tile::has_int8) {
        return PanelType::int8;
    }
    bool rounded = type == GGML_TYPE_BF16 || type == GGML_TYPE_Q8_0;
    if (rounded && tile::has_bf16) {
        return PanelType::bf16;
    }
    return rounded && tile::has_int16 ? PanelType::int16 : PanelType::f32;
}

bool is_whole(PanelType type) {
    return type == PanelType::int8 || type == PanelType::int16;
}

int inputs_per_unit(PanelType type) {
    return type == PanelType::int8 ? 4 : type == PanelType::bf16 || type == PanelType::int16 ? 2 : 1;
}

int64_t round_up(int64_t n, int64_t step) {
    return (n + step - 1) / step * step;
}

Chunks::Chunks(PanelType type, int64_t inputs, int lines) {
    int per_unit = inputs_per_unit(type);
    units = (inputs + per_unit - 1) / per_unit;
    if (lines > 0) {
        count = lines;
        size = units / lines;
        return;
    }
    count = (units + tile::depth - 1) / tile::depth;
    size = round_up((units + count - 1) / count, tile::lanes); // about equally long, of whole vectors
    count = (units + size - 1) / size;
}

void const* panel(PackedMatrix const& matrix, Chunks const& chunks, int64_t output, int64_t chunk) {
    auto unit = static_cast<std::size_t>(output * chunks.units + chunk * chunks.size * tile::width);
    return static_cast<char const*>(matrix.panels.get()) + unit * bytes_per_unit(matrix.type);
}

PackedMatrix empty_panels(PanelType type, int64_t inputs, int64_t outputs, int lines) {
    PackedMatrix matrix;
    matrix.type = type;
    matrix.inputs = inputs;
    matrix.outputs = outputs;
    matrix.lines = lines;
    Chunks chunks(type, inputs, lines);
    int64_t columns = round_up(outputs, tile::width);
    auto column_bytes = static_cast<std::size_t>(columns) * sizeof(float);
    matrix.panels = zeros(static_cast<std::size_t>(columns * chunks.units) * bytes_per_unit(type), matrix.bytes);
    matrix.bias = zeros(column_bytes, matrix.bytes);
    if (is_whole(type)) {
        matrix.scales = zeros(static_cast<std::size_t>(chunks.count) * column_bytes, matrix.bytes);
        matrix.corrections = zeros(static_cast<std::size_t>(chunks.count) * column_bytes, matrix.bytes);
    }
    return matrix;
}

PackedMatrix pack(PanelType type, int64_t inputs, int64_t outputs, RowValues const& row, float const* bias, int lines) {
    PackedMatrix matrix = empty_panels(type, inputs, outputs, lines);
    std::vector<float> values(static_cast<std::size_t>(inputs));
    for (int64_t output = 0; output < outputs; ++output) {
        row(output, values);
        put_row(matrix, output, values);
    }
    if (bias) {
        std::memcpy(matrix.bias.get(), bias, static_cast<std::size_t>(outputs) * sizeof(float));
    }
    return matrix;
}

PackedMatrix pack(ggml_tensor const* weight, ggml_tensor const* bias, int lines) {
    return pack(
        panel_type(weight->type), weight->ne[0], weight->ne[1],
        [&](int64_t output, std::span<float> values) { row_as_floats(weight, output, values); },
        bias ? static_cast<float const*>(bias->data) : nullptr, lines);
}

void row_as_floats(ggml_tensor const* weight, int64_t row, std::span<float> values) {
    auto const* from = static_cast<char const*>(weight->data) + static_cast<std::size_t>(row) * weight->nb[1];
    if (weight->type == GGML_TYPE_F32) {
        std::memcpy(values.data(), from, values.size_bytes());
    } else if (weight->type == GGML_TYPE_F16) {
        to_floats(reinterpret_cast<ggml_fp16_t const*>(from), values);
    } else {
        ggml_get_type_traits(weight->type)->to_float(from, values.data(), weight->ne[0]);
    }
}

} // namespace echollama::nn
