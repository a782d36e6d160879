#include "nn/cpu_product.h"

#include "nn/cpu_rows.h"
#include "nn/cpu_tiles.h"

#include <algorithm>

namespace echollama::nn {
namespace {

using std::int64_t;

constexpr int most_rows = 16 * tile::rows; // gathered at once; they stay in the second cache

// An output pixel.
struct Position {
    int64_t n = 0, y = 0, x = 0;
    Position(ProductShape const& s, int64_t index)
        : n(index / (s.out_width * s.out_height)), y(index / s.out_width % s.out_height), x(index % s.out_width) {}
    void next(ProductShape const& s) {
        if (++x == s.out_width) {
            x = 0;
            if (++y == s.out_height) {
                y = 0;
                ++n;
            }
        }
    }
};

// Inputs [first, last) of the window of one output pixel.
struct Gather {
    ProductShape const& s;
    PanelType type;
    void const* x;

    void const* at(int64_t number) const {
        return static_cast<char const*>(x) + static_cast<std::size_t>(number) * (s.bf16_input ? 2 : 4);
    }
    int64_t pixel(int64_t n, int64_t y, int64_t column) const {
        return ((n * s.height + y) * s.width + column) * s.channels;
    }

    // Part [from, to) of one line of the window, whose first pixel is (column, y); it goes to row + place.
    void line(float* row, int64_t place, int64_t n, int64_t y, int64_t column, int64_t from, int64_t to) const {
        int64_t k = s.convolution.kernel, c = s.channels;
        if (y < 0 || y >= s.height) {
            put_zeros(type, row, place, to - from);
        } else if (column >= 0 && column + k <= s.width) {
            put(type, row, place, at(pixel(n, y, column) + from), s.bf16_input, to - from);
        } else {
            for (int64_t tap = from / c; tap * c < to; ++tap) {
                int64_t begin = std::max(tap * c, from), end = std::min((tap + 1) * c, to);
                if (column + tap >= 0 && column + tap < s.width) {
                    put(type, row, place + begin - from, at(pixel(n, y, column + tap) + begin - tap * c), s.bf16_input,
                        end - begin);
                } else {
                    put_zeros(type, row, place + begin - from, end - begin);
                }
            }
        }
    }

    void window(float* row, Position p, int64_t first, int64_t last) const {
        auto const& conv = s.convolution;
        int64_t column = p.x * conv.stride - conv.padding.left;
        int64_t y = p.y * conv.stride - conv.padding.top;
        int64_t length = s.channels * conv.kernel;
        for (int64_t ky = first == 0 ? 0 : first / length; ky * length < last; ++ky) {
            int64_t begin = std::max(ky * length, first), end = std::min((ky + 1) * length, last);
            line(row, begin - first, p.n, y + ky, column, begin - ky * length, end - ky * length);
        }
        if (type == PanelType::bf16 && (last - first) % 2 != 0) {
            put_zeros(type, row, last - first, 1);
        }
    }

    tile::ByteRow window_bytes(float* row, Position p, int64_t first, int64_t last) const {
        bool plain = s.convolution.kernel == 1 && s.convolution.stride == 1 && s.out_width == s.width;
        if (plain && !s.bf16_input) {
            return put_bytes(row, static_cast<float const*>(at(pixel(p.n, p.y, p.x) + first)), last - first);
        }
        float floats[4 * tile::depth];
        window(floats, p, first, last); // with type int8 as floats
        return put_bytes(row, floats, last - first);
    }
};

struct Scratch {
    float rows[most_rows * tile::pitch];
    tile::ByteRow bytes[most_rows];
};

// Output pixels [begin, end), all outputs; add and y begin with pixel `origin`.
void block(PackedMatrix const& w, ProductShape const& s, void const* x, void const* add, void* y, Scratch& scratch,
           int64_t begin, int64_t end, int64_t origin) {
    std::size_t size = s.bf16_output ? 2 : 4;
    Chunks const chunks(w.type, w.inputs);
    int per_unit = inputs_per_unit(w.type);
    int64_t columns = round_up(w.outputs, tile::width);
    Gather gather{s, w.type, x};
    for (int64_t chunk = 0; chunk < chunks.count; ++chunk) {
        int64_t unit = chunk * chunks.size, count = std::min(chunks.size, chunks.units - unit);
        int64_t from = unit * per_unit, to = std::min((unit + count) * per_unit, w.inputs);
        bool first = chunk == 0, last = chunk + 1 == chunks.count;
        Position position(s, begin);
        for (int64_t p = begin; p < end; ++p, position.next(s)) {
            float* row = scratch.rows + (p - begin) * tile::pitch;
            if (w.type == PanelType::int8) {
                scratch.bytes[p - begin] = gather.window_bytes(row, position, from, to);
            } else {
                gather.window(row, position, from, to);
            }
        }
        for (int64_t o = 0; o < w.outputs; o += tile::width) {
            for (int64_t p = begin; p < end; p += tile::rows) {
                tile::Task task;
                task.a = scratch.rows + (p - begin) * tile::pitch;
                task.panel = panel(w, chunks, o, chunk);
                task.units = static_cast<int>(count);
                auto offset = static_cast<std::size_t>((p - origin) * w.outputs + o) * size;
                task.c = static_cast<char*>(y) + offset;
                task.bf16 = s.bf16_output;
                task.c_stride = w.outputs;
                task.start = first ? floats(w.bias) + o : nullptr;
                task.add = last && add ? static_cast<char const*>(add) + offset : nullptr;
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

bool rounds_pictures(PanelType type) {
    return tile::has_bf16 && (type == PanelType::bf16 || type == PanelType::int8);
}

bool can_give_bf16(PackedMatrix const& weight) {
    return rounds_pictures(weight.type) && weight.outputs % tile::width == 0 &&
           Chunks(weight.type, weight.inputs).count == 1;
}

void product(PackedMatrix const& weight, ProductShape const& shape, void const* x, void const* add, void* y,
             void* scratch, int part, int parts) {
    int64_t pixels = shape.out_width * shape.out_height * shape.batch;
    // as many blocks as make all parts equally long, each of whole tiles
    int64_t blocks = round_up((pixels + most_rows - 1) / most_rows, parts);
    int64_t rows = round_up((pixels + blocks - 1) / blocks, tile::rows);
    for (int64_t i = part; i * rows < pixels; i += parts) {
        block(weight, shape, x, add, y, *static_cast<Scratch*>(scratch), i * rows, std::min((i + 1) * rows, pixels), 0);
    }
}

void product_lines(PackedMatrix const& weight, ProductShape const& shape, int64_t n, int64_t from, int64_t to,
                   void const* x, void* y, void* scratch) {
    int64_t first = (n * shape.out_height + from) * shape.out_width, last = first + (to - from) * shape.out_width;
    for (int64_t begin = first; begin < last; begin += most_rows) {
        block(weight, shape, x, nullptr, y, *static_cast<Scratch*>(scratch), begin, std::min(begin + most_rows, last),
              first);
    }
}

} // namespace echollama::nn
