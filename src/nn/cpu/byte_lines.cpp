#include "nn/cpu/byte_lines.h"

#include "nn/cpu/matrix_unit.h"
#include "nn/cpu/node.h"
#include "nn/cpu/rows.h"
#include "nn/cpu/tiles.h"

#include <algorithm>
#include <cstring>

namespace echollama::nn {
namespace {

using std::int64_t;

constexpr int64_t kernel = 3, head = 64;                     // bytes before a line's pixels, for its scale
constexpr int64_t least_band = 4, most_band = 8;             // lines of the result at a time
constexpr int64_t group = 16;                                // tiles whose sums wait for the next line of the kernel
constexpr int64_t most_lines = 2 * (most_band - 1) + kernel; // that a band looks at

tile::WholeRow scale_of(void const* line) {
    tile::WholeRow scale;
    std::memcpy(&scale, line, sizeof(scale));
    return scale;
}

int64_t lines_needed(ProductShape const& s, int64_t results) {
    return (results - 1) * s.convolution.stride + kernel;
}

struct Scratch {
    float sums[group][tile::rows * tile::width];
    tile::WholeRow rows[most_lines][tile::rows]; // the scale of each line, once for each row of a tile
};

// How the lines of the result are cut: as few pieces as can be, the first `larger` of each line one pixel larger.
struct Cut {
    int64_t pieces, least, larger;
    explicit Cut(ProductShape const& s)
        : pieces((s.out_width + tile::rows - 1) / tile::rows), least(s.out_width / pieces),
          larger(s.out_width % pieces) {}
};

// Pixels [x, x + count) of a line of the result, one piece after the other: a division for each takes as long as its
// product.
struct Piece {
    Cut cut;
    int64_t line = 0, x = 0, count = 0, index = 0;
    explicit Piece(Cut const& c) : cut(c), count(c.least + (c.larger > 0 ? 1 : 0)) {}
    void next() {
        x += count;
        if (++index == cut.pieces) {
            index = x = 0;
            ++line;
        }
        count = cut.least + (index < cut.larger ? 1 : 0);
    }
};

struct Products {
    PackedMatrix const& w;
    ProductShape const& s;
    char const* lines;
    std::size_t line_bytes;
    void const* add;
    void* y;
    Scratch& scratch;
    Chunks chunks;

    // Line `ky` of the kernel for one piece, outputs from `o` on.
    void multiply(Piece const& piece, int64_t ky, int64_t o, float* sums) const {
        auto const& conv = s.convolution;
        int64_t const line = piece.line * conv.stride + ky, column = ky * round_up(w.outputs, tile::width) + o;
        auto const* pixels = lines + static_cast<std::size_t>(line) * line_bytes + head;
        tile::Task task;
        task.a = reinterpret_cast<float const*>(pixels + piece.x * conv.stride * s.channels);
        task.a_stride = conv.stride * s.channels / 4;
        task.panel = panel(w, chunks, o, ky);
        task.units = static_cast<int>(chunks.size);
        task.start = ky == 0 ? floats(w.bias) + o : nullptr;
        task.sums = sums;
        task.whole = scratch.rows[line];
        task.scales = floats(w.scales) + column;
        task.corrections = task.whole->shift != 0 ? floats(w.corrections) + column : nullptr;
        bool const last = ky + 1 == kernel;
        task.c = sums;
        task.c_stride = tile::width;
        if (last) {
            auto const offset = static_cast<std::size_t>((piece.line * s.out_width + piece.x) * w.outputs + o) *
                                (s.bf16_output ? 2 : 4);
            task.c = static_cast<char*>(y) + offset;
            task.c_stride = w.outputs;
            task.bf16 = s.bf16_output;
            task.add = add ? static_cast<char const*>(add) + offset : nullptr;
            task.relu = s.relu;
        }
        run_tile(w.type, static_cast<int>(piece.count), task, last ? w.outputs - o : tile::width);
    }
};

} // namespace

int lines_of(PanelType type, Convolution const& convolution) {
    return type == PanelType::int8 && convolution.kernel == kernel && convolution.stride <= 2 ? kernel : 0;
}

std::size_t byte_line_bytes(ProductShape const& s) {
    auto const& p = s.convolution.padding;
    return static_cast<std::size_t>(round_up(head + (p.left + s.width + p.right) * s.channels, 64));
}

void put_byte_line(ProductShape const& s, void const* from, void* to) {
    auto const& p = s.convolution.padding;
    auto* pixels = static_cast<std::uint8_t*>(to) + head;
    tile::WholeRow scale;
    int64_t const before = p.left * s.channels, numbers = s.width * s.channels;
    if (from) {
        scale = put_bytes(pixels + before, from, s.bf16_input, numbers, s.relu_input);
    } else {
        std::memset(pixels + before, 0, static_cast<std::size_t>(numbers));
    }
    int const nothing = scale.shift != 0 ? 128 : 0;
    std::memset(pixels, nothing, static_cast<std::size_t>(before));
    std::memset(pixels + before + numbers, nothing, static_cast<std::size_t>(p.right * s.channels));
    std::memcpy(to, &scale, sizeof(scale));
}

std::size_t line_products_scratch() {
    return sizeof(Scratch);
}

void product_of_lines(PackedMatrix const& w, ProductShape const& s, void const* lines, LineResults const& results,
                      void const* add, void* y, void* scratch) {
    MatrixUnit const unit;
    Products const all{w,   s, static_cast<char const*>(lines), byte_line_bytes(s),
                       add, y, *static_cast<Scratch*>(scratch), Chunks(w.type, w.inputs, w.lines)};
    for (int64_t i = 0; i < lines_needed(s, results.lines); ++i) {
        std::fill_n(all.scratch.rows[i], tile::rows,
                    scale_of(all.lines + static_cast<std::size_t>(i) * all.line_bytes));
    }
    Cut const cut(s);
    int64_t const pieces = cut.pieces * results.lines;
    for (int64_t o = results.from; o < results.to; o += tile::width) {
        Piece next(cut);
        for (int64_t first = 0; first < pieces; first += group) {
            int64_t const count = std::min(group, pieces - first);
            Piece const begin = next;
            for (int64_t ky = 0; ky < kernel; ++ky) {
                next = begin;
                for (int64_t i = 0; i < count; ++i, next.next()) {
                    all.multiply(next, ky, o, all.scratch.sums[i]);
                }
            }
        }
    }
}

std::size_t byte_lines_scratch(PackedMatrix const& weight, int64_t width) {
    ProductShape shape;
    shape.convolution.padding = all_sides(kernel); // more than any layer has
    shape.width = width;
    shape.channels = weight.inputs / (kernel * kernel);
    return static_cast<std::size_t>(round_up(static_cast<int64_t>(sizeof(Scratch)), 64)) +
           most_lines * byte_line_bytes(shape);
}

void product_by_lines(PackedMatrix const& w, ProductShape const& s, void const* x, void const* add, void* y,
                      void* scratch, int part, int parts) {
    auto* memory = static_cast<char*>(scratch) + round_up(static_cast<int64_t>(sizeof(Scratch)), 64);
    Share lines(s.out_height * s.batch, part, parts);
    int64_t const panels = round_up(w.outputs, tile::width) / tile::width;
    Share outputs(panels, 0, 1);
    if (s.out_width * s.out_height * s.batch < w.outputs) { // weights are the most: each part reads only its own
        lines = {s.out_height * s.batch, 0, 1};
        outputs = {panels, part, parts};
    }
    int64_t const most = std::clamp(group * tile::rows / s.out_width, least_band, most_band);
    std::size_t const size = s.bf16_output ? 2 : 4, in_size = s.bf16_input ? 2 : 4;
    int64_t band = 0;
    for (int64_t line = lines.begin; line < lines.end; line += band) {
        int64_t const n = line / s.out_height, first = line % s.out_height;
        band = std::min({most, lines.end - line, s.out_height - first});
        for (int64_t i = 0; i < lines_needed(s, band); ++i) {
            int64_t const at = first * s.convolution.stride - s.convolution.padding.top + i;
            auto const pixels = static_cast<std::size_t>((n * s.height + at) * s.width * s.channels);
            bool const inside = at >= 0 && at < s.height;
            put_byte_line(s, inside ? static_cast<char const*>(x) + pixels * in_size : nullptr,
                          memory + static_cast<std::size_t>(i) * byte_line_bytes(s));
        }
        auto const offset = static_cast<std::size_t>(line * s.out_width * w.outputs) * size;
        product_of_lines(
            w, s, memory, {band, outputs.begin * tile::width, std::min(outputs.end * tile::width, w.outputs)},
            add ? static_cast<char const*>(add) + offset : nullptr, static_cast<char*>(y) + offset, scratch);
    }
}

} // namespace echollama::nn
