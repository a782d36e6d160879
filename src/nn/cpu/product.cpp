#include "nn/cpu/product.h"

#include "nn/cpu/byte_lines.h"
#include "nn/cpu/gelu.h"
#include "nn/cpu/matrix_unit.h"
#include "nn/cpu/node.h"
#include "nn/cpu/rows.h"
#include "nn/cpu/tiles.h"

#include <algorithm>

namespace echollama::nn {
namespace {

using std::int64_t;

constexpr int most_rows = 16 * tile::rows; // gathered at once; they stay in the second cache
constexpr int64_t most_bytes = 512 * 1024; // of rows that are read where they lie, for the same reason

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
            put(type, row, place, at(pixel(n, y, column) + from), s.bf16_input, to - from, s.relu_input);
        } else {
            for (int64_t tap = from / c; tap * c < to; ++tap) {
                int64_t begin = std::max(tap * c, from), end = std::min((tap + 1) * c, to);
                if (column + tap >= 0 && column + tap < s.width) {
                    put(type, row, place + begin - from, at(pixel(n, y, column + tap) + begin - tap * c), s.bf16_input,
                        end - begin, s.relu_input);
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

    tile::WholeRow window_whole(float* row, Position p, int64_t first, int64_t last) const {
        auto const& conv = s.convolution;
        if (conv.kernel == 1 && conv.padding == Padding{} && type == PanelType::int8) {
            void const* from = at(pixel(p.n, p.y * conv.stride, p.x * conv.stride) + first);
            return put_bytes(row, from, s.bf16_input, last - first, s.relu_input);
        }
        if (conv.kernel == 1 && conv.padding == Padding{} && !s.bf16_input && !s.relu_input) {
            auto const* x0 = static_cast<float const*>(x);
            return put_int16(row, x0 + pixel(p.n, p.y * conv.stride, p.x * conv.stride) + first, last - first);
        }
        float floats[4 * tile::depth];
        window(floats, p, first, last); // with such a type as floats
        return put_whole(type, row, floats, last - first);
    }
};

bool in_place(PackedMatrix const& w, ProductShape const& s) {
    return reads_in_place(w.type, s.channels, s.bf16_input) && !s.relu_input && s.convolution == Convolution{};
}

// What is multiplied together of the inputs. Gathered rows fit the first cache. Rows that are read where they lie pass
// as a whole, but on the matrix unit, which computes faster than they come from behind the second cache: there as much
// of them as a block keeps in it, unless results are BF16, whose sums must not pass through memory.
Chunks chunks_of(PackedMatrix const& w, ProductShape const& s) {
    Chunks chunks(w.type, w.inputs);
    if (in_place(w, s)) {
        constexpr int64_t most_units = most_bytes / (most_rows * 4);
        bool const whole = s.bf16_output || w.type != PanelType::bf16 || !has_matrix_unit();
        chunks.count = whole ? 1 : (chunks.units + most_units - 1) / most_units;
        chunks.size = round_up((chunks.units + chunks.count - 1) / chunks.count, tile::lanes);
        chunks.count = (chunks.units + chunks.size - 1) / chunks.size;
    }
    return chunks;
}

struct Scratch {
    float rows[most_rows * tile::pitch];
    tile::WholeRow whole[most_rows];
};

// Output pixels [begin, end) and their outputs [from, to); add and y begin with pixel `origin`.
struct Block {
    int64_t begin, end, from, to, origin;
};

// A task whose results, of which `columns` are wanted, go through GELU while they are in the first cache.
void run_gelu_tile(PanelType type, int64_t rows, tile::Task const& task, int64_t columns) {
    alignas(64) float results[most_task_rows * tile::width];
    int64_t const wanted = std::min<int64_t>(columns, tile::width);
    tile::Task inner = task;
    inner.c = results;
    inner.c_stride = tile::width;
    inner.bf16 = false;
    if (!task.start) { // sums so far
        auto const* sums = static_cast<float const*>(task.c);
        for (int64_t r = 0; r < rows; ++r) {
            float* to = std::copy_n(sums + r * task.c_stride, wanted, results + r * tile::width);
            std::fill_n(to, tile::width - wanted, 0.0F);
        }
    }
    run_tile(type, static_cast<int>(rows), inner, tile::width);
    gelu_tanh(results, results, static_cast<std::size_t>(rows * tile::width));
    auto const to = task.bf16 ? PanelType::bf16 : PanelType::f32;
    for (int64_t r = 0; r < rows; ++r) {
        auto* y = static_cast<char*>(task.c) + static_cast<std::size_t>(r * task.c_stride) * (task.bf16 ? 2 : 4);
        put(to, reinterpret_cast<float*>(y), 0, results + r * tile::width, false, wanted, false);
    }
}

void compute(PackedMatrix const& w, ProductShape const& s, Block const& b, void const* x, void const* add, void* y,
             Scratch& scratch) {
    std::size_t size = s.bf16_output ? 2 : 4;
    bool gathers = !in_place(w, s);
    Chunks const chunks = chunks_of(w, s);
    int per_unit = inputs_per_unit(w.type);
    int64_t stride = gathers ? tile::pitch : chunks.units;
    int64_t const pixels = b.end - b.begin, most = task_rows(w.type, chunks.size), tiles = (pixels + most - 1) / most;
    int64_t columns = round_up(w.outputs, tile::width);
    Gather gather{s, w.type, x};
    for (int64_t chunk = 0; chunk < chunks.count; ++chunk) {
        int64_t unit = chunk * chunks.size, count = std::min(chunks.size, chunks.units - unit);
        int64_t from = unit * per_unit, to = std::min((unit + count) * per_unit, w.inputs);
        bool first = chunk == 0, last = chunk + 1 == chunks.count;
        Position position(s, b.begin);
        bool shifted = false; // whether a row of whole numbers has a shift
        for (int64_t p = b.begin; gathers && p < b.end; ++p, position.next(s)) {
            float* row = scratch.rows + (p - b.begin) * tile::pitch;
            if (is_whole(w.type)) {
                scratch.whole[p - b.begin] = gather.window_whole(row, position, from, to);
                shifted = shifted || scratch.whole[p - b.begin].shift != 0;
            } else {
                gather.window(row, position, from, to);
            }
        }
        float const* rows = gathers ? scratch.rows : static_cast<float const*>(x) + b.begin * stride + unit;
        for (int64_t o = b.from; o < b.to; o += tile::width) {
            bool const back = o / tile::width % 2 != 0; // there and back, so that two sizes follow each other seldom
            for (int64_t i = 0; i < tiles; ++i) {       // equally large
                int64_t const index = back ? tiles - 1 - i : i, larger = pixels % tiles;
                int64_t const many = pixels / tiles + (index < larger ? 1 : 0);
                int64_t const p = b.begin + index * (pixels / tiles) + std::min(index, larger);
                tile::Task task;
                task.a = rows + (p - b.begin) * stride;
                task.a_stride = stride;
                task.panel = panel(w, chunks, o, chunk);
                task.units = static_cast<int>(count);
                auto offset = static_cast<std::size_t>((p - b.origin) * w.outputs + o) * size;
                task.c = static_cast<char*>(y) + offset;
                task.bf16 = s.bf16_output;
                task.c_stride = w.outputs;
                task.start = first ? floats(w.bias) + o : nullptr;
                task.add = last && add ? static_cast<char const*>(add) + offset : nullptr;
                task.relu = last && s.relu;
                if (is_whole(w.type)) {
                    task.whole = scratch.whole + (p - b.begin);
                    task.scales = floats(w.scales) + chunk * columns + o;
                    task.corrections = shifted ? floats(w.corrections) + chunk * columns + o : nullptr;
                }
                if (s.gelu && last) {
                    run_gelu_tile(w.type, many, task, w.outputs - o);
                } else {
                    run_tile(w.type, static_cast<int>(many), task, w.outputs - o);
                }
            }
        }
    }
}

} // namespace

std::size_t product_scratch(PackedMatrix const& weight, int64_t width) {
    return weight.lines > 0 ? byte_lines_scratch(weight, width) : sizeof(Scratch);
}

bool rounds_pictures(PanelType type) {
    return tile::has_bf16 && (type == PanelType::bf16 || type == PanelType::int8);
}

bool reads_in_place(PanelType type, int64_t channels, bool bf16_input) {
    bool floats = type == PanelType::f32 || type == PanelType::f16;
    return floats ? !bf16_input : type == PanelType::bf16 && bf16_input && channels % 2 == 0;
}

bool can_give_bf16(PackedMatrix const& weight, ProductShape const& shape) {
    return rounds_pictures(weight.type) && (weight.outputs % tile::width == 0 || shape.gelu) &&
           (weight.lines > 0 || in_place(weight, shape) || Chunks(weight.type, weight.inputs).count == 1);
}

void product(PackedMatrix const& weight, ProductShape const& shape, void const* x, void const* add, void* y,
             void* scratch, int part, int parts) {
    MatrixUnit const unit;
    if (weight.lines > 0) {
        product_by_lines(weight, shape, x, add, y, scratch, part, parts);
        return;
    }
    int64_t pixels = shape.out_width * shape.out_height * shape.batch, outputs = weight.outputs;
    auto& memory = *static_cast<Scratch*>(scratch);
    if (pixels < std::min<int64_t>(outputs, most_rows)) { // weights are the most: each part reads only its own
        Share panels(round_up(outputs, tile::width) / tile::width, part, parts);
        Block block{0, pixels, panels.begin * tile::width, std::min(panels.end * tile::width, outputs), 0};
        compute(weight, shape, block, x, add, y, memory);
        return;
    }
    Share own(pixels, part, parts);
    int64_t count = own.end - own.begin, blocks = (count + most_rows - 1) / most_rows;
    for (int64_t i = 0; i < blocks; ++i) {
        Block block{own.begin + count * i / blocks, own.begin + count * (i + 1) / blocks, 0, outputs, 0};
        compute(weight, shape, block, x, add, y, memory);
    }
}

void product_lines(PackedMatrix const& weight, ProductShape const& shape, int64_t n, int64_t from, int64_t to,
                   void const* x, void* y, void* scratch) {
    MatrixUnit const unit;
    int64_t first = (n * shape.out_height + from) * shape.out_width, last = first + (to - from) * shape.out_width;
    for (int64_t begin = first; begin < last; begin += most_rows) {
        Block block{begin, std::min(begin + most_rows, last), 0, weight.outputs, first};
        compute(weight, shape, block, x, nullptr, y, *static_cast<Scratch*>(scratch));
    }
}

} // namespace echollama::nn
