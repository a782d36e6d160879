#include "nn/cpu_product.h"

#include "nn/cpu_rows.h"
#include "nn/cpu_tiles.h"

#include <algorithm>

namespace echollama::nn {
namespace {

using std::int64_t;

constexpr int most_rows = 16 * tile::rows; // gathered at once; they stay in the second cache

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
            put_zeros(type, row, at, to - from);
        } else if (column >= 0 && column + k <= s.width) {
            put(type, row, at, pixel(n, y, column) + from, to - from);
        } else {
            for (int64_t tap = from / c; tap * c < to; ++tap) {
                int64_t begin = std::max(tap * c, from), end = std::min((tap + 1) * c, to);
                if (column + tap >= 0 && column + tap < s.width) {
                    put(type, row, at + begin - from, pixel(n, y, column + tap) + begin - tap * c, end - begin);
                } else {
                    put_zeros(type, row, at + begin - from, end - begin);
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
            put_zeros(type, row, last - first, 1);
        }
    }

    tile::ByteRow window_bytes(float* row, int64_t index, int64_t first, int64_t last) const {
        if (s.convolution.kernel == 1 && s.convolution.stride == 1 && s.out_width == s.width) { // no borders
            return put_bytes(row, x + index * s.channels + first, last - first);
        }
        float floats[4 * tile::depth];
        window(floats, index, first, last); // with type int8 as floats
        return put_bytes(row, floats, last - first);
    }
};

struct Scratch {
    float rows[most_rows * tile::pitch];
    tile::ByteRow bytes[most_rows];
};

// Output pixels [begin, end), all outputs.
void block(PackedMatrix const& w, ProductShape const& s, float const* x, float const* add, float* y, Scratch& scratch,
           int64_t begin, int64_t end) {
    Chunks const chunks(w.type, w.inputs);
    int per_unit = inputs_per_unit(w.type);
    int64_t columns = round_up(w.outputs, tile::width);
    Gather gather{s, w.type, x};
    for (int64_t chunk = 0; chunk < chunks.count; ++chunk) {
        int64_t unit = chunk * chunks.size, count = std::min(chunks.size, chunks.units - unit);
        int64_t from = unit * per_unit, to = std::min((unit + count) * per_unit, w.inputs);
        bool first = chunk == 0, last = chunk + 1 == chunks.count;
        for (int64_t p = begin; p < end; ++p) {
            float* row = scratch.rows + (p - begin) * tile::pitch;
            if (w.type == PanelType::int8) {
                scratch.bytes[p - begin] = gather.window_bytes(row, p, from, to);
            } else {
                gather.window(row, p, from, to);
            }
        }
        for (int64_t o = 0; o < w.outputs; o += tile::width) {
            for (int64_t p = begin; p < end; p += tile::rows) {
                tile::Task task;
                task.a = scratch.rows + (p - begin) * tile::pitch;
                task.panel = panel(w, chunks, o, chunk);
                task.units = static_cast<int>(count);
                task.c = y + p * w.outputs + o;
                task.c_stride = w.outputs;
                task.start = first ? floats(w.bias) + o : nullptr;
                task.add = last && add ? add + p * w.outputs + o : nullptr;
                task.relu = last && s.relu;
                if (w.type == PanelType::int8) {
                    task.bytes = scratch.bytes + (p - begin);
                    task.scales = floats(w.scales) + chunk * columns + o;
                    task.corrections = floats(w.corrections) + chunk * columns + o;
                }
                run_tile(w.type, static_cast<int>(std::min<int64_t>(tile::rows, end - p)), task, w.outputs - o);
            }
        }
    }
}

} // namespace

std::size_t product_scratch() {
    return sizeof(Scratch);
}

void product(PackedMatrix const& weight, ProductShape const& shape, float const* x, float const* add, float* y,
             void* scratch, int part, int parts) {
    int64_t pixels = shape.out_width * shape.out_height * shape.batch;
    // as many blocks as make all parts equally long, each of whole tiles
    int64_t blocks = round_up((pixels + most_rows - 1) / most_rows, parts);
    int64_t rows = round_up((pixels + blocks - 1) / blocks, tile::rows);
    for (int64_t i = part; i * rows < pixels; i += parts) {
        block(weight, shape, x, add, y, *static_cast<Scratch*>(scratch), i * rows, std::min((i + 1) * rows, pixels));
    }
}

} // namespace echollama::nn
