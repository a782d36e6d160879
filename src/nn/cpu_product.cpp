#include "nn/cpu_product.h"

#include "nn/cpu_tile.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <vector>

namespace echollama::nn {
namespace {

using std::int64_t;

constexpr int most_rows = 16 * tile::rows; // gathered at once; they stay in the second cache

int64_t round_up(int64_t n, int64_t step) {
    return (n + step - 1) / step * step;
}

int inputs_per_unit(PanelType type) {
    return type == PanelType::bf16 ? 2 : 1;
}

std::size_t bytes_per_unit(PanelType type) {
    return type == PanelType::f16 ? 2 : 4;
}

PanelType panel_type(ggml_type type) {
    if (type == GGML_TYPE_F16 && tile::has_f16) {
        return PanelType::f16;
    }
    bool rounded = type == GGML_TYPE_BF16 || type == GGML_TYPE_Q8_0;
    return rounded && tile::has_bf16 ? PanelType::bf16 : PanelType::f32;
}

std::vector<float> row_as_floats(ggml_tensor const* weight, int64_t row) {
    std::vector<float> values(static_cast<std::size_t>(weight->ne[0]));
    auto const* from = static_cast<char const*>(weight->data) + static_cast<std::size_t>(row) * weight->nb[1];
    if (weight->type == GGML_TYPE_F32) {
        std::memcpy(values.data(), from, values.size() * sizeof(float));
    } else {
        ggml_get_type_traits(weight->type)->to_float(from, values.data(), weight->ne[0]);
    }
    return values;
}

// Units of output `row` into its place in the panels: unit k of output o lies at [o / width][k][o % width].
void scatter(PackedMatrix& matrix, int64_t row, std::vector<float> const& values) {
    int64_t units = round_up(matrix.inputs, inputs_per_unit(matrix.type)) / inputs_per_unit(matrix.type);
    int64_t start = row / tile::width * units * tile::width + row % tile::width;
    if (matrix.type == PanelType::f32) {
        auto* out = static_cast<float*>(matrix.panels.get()) + start;
        for (std::size_t k = 0; k < values.size(); ++k) {
            out[k * tile::width] = values[k];
        }
    } else if (matrix.type == PanelType::f16) {
        auto* out = static_cast<ggml_fp16_t*>(matrix.panels.get()) + start;
        for (std::size_t k = 0; k < values.size(); ++k) {
            out[k * tile::width] = ggml_fp32_to_fp16(values[k]);
        }
    } else {
        auto* out = static_cast<ggml_bf16_t*>(matrix.panels.get()) + 2 * start;
        for (std::size_t k = 0; k < values.size(); ++k) {
            out[k / 2 * 2 * tile::width + k % 2] = ggml_fp32_to_bf16(values[k]);
        }
    }
}

// Floats into a row of the gathered block, as they are or rounded to BF16.
void copy(PanelType type, float* row, int64_t at, float const* from, int64_t count) {
    if (type != PanelType::bf16) {
        std::memcpy(row + at, from, static_cast<std::size_t>(count) * sizeof(float));
        return;
    }
    auto* out = reinterpret_cast<ggml_bf16_t*>(row) + at;
    int64_t i = 0;
#if defined(__AVX512BF16__)
    for (; i + 16 <= count; i += 16) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i),
                            reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(_mm512_loadu_ps(from + i))));
    }
#endif
    for (; i < count; ++i) {
        out[i] = ggml_fp32_to_bf16(from[i]);
    }
}

void zero(PanelType type, float* row, int64_t at, int64_t count) {
    std::size_t size = type == PanelType::bf16 ? 2 : 4;
    std::memset(reinterpret_cast<char*>(row) + static_cast<std::size_t>(at) * size, 0,
                static_cast<std::size_t>(count) * size);
}

// Inputs [first, last) of the window of one output pixel.
struct Gather {
    ProductShape const& s;
    PanelType type;
    float const* x;

    float const* pixel(int64_t n, int64_t y, int64_t column) const {
        return x + ((n * s.height + y) * s.width + column) * s.channels;
    }

    // Part [from, to) of one line of the window, whose first pixel is (column, y); it goes to row + at.
    void line(float* row, int64_t at, int64_t n, int64_t y, int64_t column, int64_t from, int64_t to) const {
        int64_t k = s.convolution.kernel, c = s.channels;
        if (y < 0 || y >= s.height) {
            zero(type, row, at, to - from);
        } else if (column >= 0 && column + k <= s.width) {
            copy(type, row, at, pixel(n, y, column) + from, to - from);
        } else {
            for (int64_t tap = from / c; tap * c < to; ++tap) {
                int64_t begin = std::max(tap * c, from), end = std::min((tap + 1) * c, to);
                if (column + tap >= 0 && column + tap < s.width) {
                    copy(type, row, at + begin - from, pixel(n, y, column + tap) + begin - tap * c, end - begin);
                } else {
                    zero(type, row, at + begin - from, end - begin);
                }
            }
        }
    }

    void window(float* row, int64_t index, int64_t first, int64_t last) const {
        auto const& conv = s.convolution;
        int64_t column = index % s.out_width * conv.stride - conv.padding.left;
        int64_t y = index / s.out_width % s.out_height * conv.stride - conv.padding.top;
        int64_t n = index / (s.out_width * s.out_height);
        int64_t length = s.channels * conv.kernel;
        for (int64_t ky = first / length; ky * length < last; ++ky) {
            int64_t begin = std::max(ky * length, first), end = std::min((ky + 1) * length, last);
            line(row, begin - first, n, y + ky, column, begin - ky * length, end - ky * length);
        }
        if (type == PanelType::bf16 && (last - first) % 2 != 0) {
            zero(type, row, last - first, 1);
        }
    }
};

template <typename Format>
void run_tile(int rows, tile::Task task, int64_t columns) {
    if (columns >= tile::width) {
        tile::run_rows<Format>(rows, task);
        return;
    }
    // A panel with fewer outputs than its width goes through a buffer.
    float c[tile::rows * tile::width] = {}, add[tile::rows * tile::width] = {};
    auto bytes = static_cast<std::size_t>(columns) * sizeof(float);
    for (int r = 0; r < rows; ++r) {
        std::memcpy(c + r * tile::width, task.c + r * task.c_stride, bytes);
        if (task.add) {
            std::memcpy(add + r * tile::width, task.add + r * task.c_stride, bytes);
        }
    }
    tile::Task inner = task;
    inner.c = c;
    inner.c_stride = tile::width;
    inner.add = task.add ? add : nullptr;
    tile::run_rows<Format>(rows, inner);
    for (int r = 0; r < rows; ++r) {
        std::memcpy(task.c + r * task.c_stride, c + r * tile::width, bytes);
    }
}

void run_tile(PanelType type, int rows, tile::Task const& task, int64_t columns) {
    switch (type) {
    case PanelType::f32:
        run_tile<tile::F32>(rows, task, columns);
        break;
    case PanelType::f16:
#if defined(__AVX512F__)
        run_tile<tile::F16>(rows, task, columns);
#endif
        break;
    case PanelType::bf16:
#if defined(__AVX512BF16__)
        run_tile<tile::Bf16>(rows, task, columns);
#endif
        break;
    }
}

// Output pixels [begin, end), all outputs.
void block(PackedMatrix const& w, ProductShape const& s, float const* x, float const* add, float* y, float* scratch,
           int64_t begin, int64_t end) {
    int per_unit = inputs_per_unit(w.type);
    int64_t units = round_up(w.inputs, per_unit) / per_unit;
    int64_t chunks = (units + tile::depth - 1) / tile::depth;
    int64_t chunk = (units + chunks - 1) / chunks;
    Gather gather{s, w.type, x};
    for (int64_t unit = 0; unit < units; unit += chunk) {
        int64_t count = std::min(chunk, units - unit);
        bool first = unit == 0, last = unit + count == units;
        for (int64_t p = begin; p < end; ++p) {
            gather.window(scratch + (p - begin) * tile::pitch, p, unit * per_unit,
                          std::min((unit + count) * per_unit, w.inputs));
        }
        for (int64_t o = 0; o < w.outputs; o += tile::width) {
            auto const* panel = static_cast<char const*>(w.panels.get()) +
                                static_cast<std::size_t>((o * units + unit * tile::width)) * bytes_per_unit(w.type);
            for (int64_t p = begin; p < end; p += tile::rows) {
                tile::Task task;
                task.a = scratch + (p - begin) * tile::pitch;
                task.panel = panel;
                task.units = static_cast<int>(count);
                task.c = y + p * w.outputs + o;
                task.c_stride = w.outputs;
                task.start = first ? static_cast<float const*>(w.bias.get()) + o : nullptr;
                task.add = last && add ? add + p * w.outputs + o : nullptr;
                task.relu = last && s.relu;
                run_tile(w.type, static_cast<int>(std::min<int64_t>(tile::rows, end - p)), task, w.outputs - o);
            }
        }
    }
}

} // namespace

AlignedMemory aligned_memory(std::size_t bytes) {
    constexpr std::size_t line = 64;
    void* memory = std::aligned_alloc(line, (bytes + line - 1) / line * line + line);
    if (!memory) {
        throw std::bad_alloc();
    }
    return AlignedMemory(memory);
}

PackedMatrix pack(ggml_tensor const* weight, ggml_tensor const* bias) {
    PackedMatrix matrix;
    matrix.type = panel_type(weight->type);
    matrix.inputs = weight->ne[0];
    matrix.outputs = weight->ne[1];
    int64_t columns = round_up(matrix.outputs, tile::width);
    int64_t units = round_up(matrix.inputs, inputs_per_unit(matrix.type)) / inputs_per_unit(matrix.type);
    matrix.bytes = static_cast<std::size_t>(columns * units) * bytes_per_unit(matrix.type);
    matrix.panels = aligned_memory(matrix.bytes);
    std::memset(matrix.panels.get(), 0, matrix.bytes);
    for (int64_t row = 0; row < matrix.outputs; ++row) {
        scatter(matrix, row, row_as_floats(weight, row));
    }
    auto bias_bytes = static_cast<std::size_t>(columns) * sizeof(float);
    matrix.bias = aligned_memory(bias_bytes);
    std::memset(matrix.bias.get(), 0, bias_bytes);
    if (bias) {
        std::memcpy(matrix.bias.get(), bias->data, static_cast<std::size_t>(matrix.outputs) * sizeof(float));
    }
    return matrix;
}

std::size_t product_scratch() {
    return static_cast<std::size_t>(most_rows) * tile::pitch * sizeof(float);
}

void product(PackedMatrix const& weight, ProductShape const& shape, float const* x, float const* add, float* y,
             void* scratch, int part, int parts) {
    int64_t pixels = shape.out_width * shape.out_height * shape.batch;
    // as many blocks as make all parts equally long, each of whole tiles
    int64_t blocks = round_up((pixels + most_rows - 1) / most_rows, parts);
    int64_t rows = round_up((pixels + blocks - 1) / blocks, tile::rows);
    for (int64_t i = part; i * rows < pixels; i += parts) {
        block(weight, shape, x, add, y, static_cast<float*>(scratch), i * rows, std::min((i + 1) * rows, pixels));
    }
}

} // namespace echollama::nn
