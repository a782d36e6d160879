#include "nn/cpu/winograd.h"

#include "nn/cpu/matrix_unit.h"
#include "nn/cpu/node.h"
#include "nn/cpu/rows.h"
#include "nn/cpu/tiles.h"

#include <algorithm>
#include <array>
#include <limits>

namespace echollama::nn {
namespace {

using std::int64_t;
using tile::Reg;

// The transforms of one line: of the input (B^T), of the weights (G), of the output (A^T).
template <int Square>
struct Line;

template <>
struct Line<2> {
    static constexpr int points = 4;
    static constexpr std::array<std::array<double, 3>, 4> weights{{{1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}}};
    static void input(Reg const* d, Reg* to, int step) {
        to[0] = d[0] - d[2];
        to[step] = d[1] + d[2];
        to[2 * step] = d[2] - d[1];
        to[3 * step] = d[1] - d[3];
    }
    static void output(Reg const* m, Reg* to, int step) {
        to[0] = m[0] + m[1] + m[2];
        to[step] = m[1] - m[2] - m[3];
    }
};

template <>
struct Line<4> { // points 0, 1, -1, 2, -2
    static constexpr int points = 6;
    static constexpr std::array<std::array<double, 3>, 6> weights{{{1. / 4, 0, 0},
                                                                   {-1. / 6, -1. / 6, -1. / 6},
                                                                   {-1. / 6, 1. / 6, -1. / 6},
                                                                   {1. / 24, 1. / 12, 1. / 6},
                                                                   {1. / 24, -1. / 12, 1. / 6},
                                                                   {0, 0, 1}}};
    static void input(Reg const* d, Reg* to, int step) {
        Reg even = d[4] - 4 * d[2], odd = d[3] - 4 * d[1];
        Reg even2 = d[4] - d[2], odd2 = 2 * (d[3] - d[1]);
        to[0] = 4 * d[0] - 5 * d[2] + d[4];
        to[step] = even + odd;
        to[2 * step] = even - odd;
        to[3 * step] = even2 + odd2;
        to[4 * step] = even2 - odd2;
        to[5 * step] = 4 * d[1] - 5 * d[3] + d[5];
    }
    static void output(Reg const* m, Reg* to, int step) {
        Reg sum = m[1] + m[2], difference = m[1] - m[2], sum2 = m[3] + m[4], difference2 = m[3] - m[4];
        to[0] = m[0] + sum + sum2;
        to[step] = difference + 2 * difference2;
        to[2 * step] = sum + 4 * sum2;
        to[3 * step] = difference + 8 * difference2 + m[5];
    }
};

constexpr int most_points = 36;

// Where the transformed pictures of one block lie: rows of tile::depth units hold several points side by side where
// there are few channels, or one chunk of one point.
struct Places {
    Chunks chunks;
    int64_t per_row, squares;
    std::array<int64_t, most_points> point{}; // floats to the first chunk of each point of the first square
    Places(PanelType type, int64_t channels, int64_t how_many)
        : chunks(type, channels), per_row(std::max<int64_t>(tile::depth / chunks.units, 1)), squares(how_many) {
        for (int64_t i = 0; i < most_points; ++i) {
            point[static_cast<std::size_t>(i)] = i / per_row * chunks.count * chunk() + i % per_row * chunks.units;
        }
    }
    int64_t chunk() const { return squares * tile::pitch; } // floats from one chunk to the next
    int64_t rows(int64_t points) const { return (points + per_row - 1) / per_row * chunks.count * squares; }
};

// The squares of a batch of pictures, line by line.
struct Grid {
    int64_t columns, lines, count;
    Grid(ProductShape const& s, int square)
        : columns((s.out_width + square - 1) / square), lines((s.out_height + square - 1) / square),
          count(columns * lines * s.batch) {}
};

struct Place {
    int64_t n, y, x; // of a square's first output
};
Place place(Grid const& grid, int square, int64_t index) {
    return {index / (grid.columns * grid.lines), index / grid.columns % grid.lines * square,
            index % grid.columns * square};
}

// Numbers of a square's window.
template <bool bf16>
struct Window {
    static constexpr int most = 6;
    void const* x;
    int64_t offsets[most][most]; // of its pixels; negative: outside
    bool relu, inside = true;

    Window(ProductShape const& s, Place at, int points, void const* picture) : x(picture), relu(s.relu_input) {
        for (int i = 0; i < points; ++i) {
            for (int k = 0; k < points; ++k) {
                int64_t py = at.y + i - s.convolution.padding.top, px = at.x + k - s.convolution.padding.left;
                bool const there = py >= 0 && py < s.height && px >= 0 && px < s.width;
                offsets[i][k] = there ? ((at.n * s.height + py) * s.width + px) * s.channels : -1;
                inside = inside && there;
            }
        }
    }

    template <bool plain> // neither a border nor ReLU
    Reg at(int i, int k, int64_t channel) const {
        if constexpr (plain) {
            return tile::load(x, offsets[i][k] + channel, bf16);
        }
        Reg const v = offsets[i][k] < 0 ? Reg{} : tile::load(x, offsets[i][k] + channel, bf16);
        return relu ? tile::greater(v, Reg{}) : v;
    }
};

template <int Square, bool bf16_input, bool bf16_rows, bool plain>
void transform_window(Window<bf16_input> const& window, int64_t channels, int per_unit, Places const& places,
                      int64_t index, float* to) {
    constexpr int points = Line<Square>::points;
    for (int64_t c = 0; c < channels; c += tile::lanes) {
        Reg half[points][points]; // [column][point of the line]
        for (int i = 0; i < points; ++i) {
            Reg line[points];
            for (int k = 0; k < points; ++k) {
                line[k] = window.template at<plain>(i, k, c);
            }
            Line<Square>::input(line, &half[0][i], points);
        }
        int64_t unit = c / per_unit, chunk = unit / places.chunks.size, within = unit - chunk * places.chunks.size;
        float* rows = to + chunk * places.chunk() + index * tile::pitch;
        for (int k = 0; k < points; ++k) {
            Reg column[points];
            Line<Square>::input(half[k], column, 1);
            for (int i = 0; i < points; ++i) {
                tile::store(rows + places.point[static_cast<std::size_t>(i * points + k)], within * per_unit, column[i],
                            bf16_rows);
            }
        }
    }
}

template <int Square, bool bf16_input, bool bf16_rows>
void transform_input(ProductShape const& s, PanelType type, Place at, Places const& places, int64_t index,
                     void const* x, float* to) {
    Window<bf16_input> const window(s, at, Line<Square>::points, x);
    auto const transform = window.inside && !window.relu ? transform_window<Square, bf16_input, bf16_rows, true>
                                                         : transform_window<Square, bf16_input, bf16_rows, false>;
    transform(window, s.channels, inputs_per_unit(type), places, index, to);
}

// Outputs [from, to) of a layer.
struct Outputs {
    int64_t from, to;
};

// Products [point][square][outputs] → pixels.
template <int Square>
void transform_output(ProductShape const& s, int64_t all, Outputs outputs, Place at, float const* products,
                      int64_t point_stride, float const* bias, void const* add, void* y) {
    constexpr int points = Line<Square>::points;
    int64_t height = std::min<int64_t>(Square, s.out_height - at.y);
    int64_t width = std::min<int64_t>(Square, s.out_width - at.x);
    for (int64_t o = outputs.from; o < outputs.to; o += tile::lanes) {
        Reg half[Square][points];
        for (int i = 0; i < points; ++i) {
            Reg line[points];
            for (int k = 0; k < points; ++k) {
                line[k] = tile::load(products + (i * points + k) * point_stride + o);
            }
            Line<Square>::output(line, &half[0][i], points);
        }
        Reg const shift = tile::load(bias + o);
        for (int64_t k = 0; k < width; ++k) {
            Reg column[Square];
            Line<Square>::output(half[k], column, 1);
            int64_t pixel = ((at.n * s.out_height + at.y) * s.out_width + at.x + k) * all + o;
            for (int64_t i = 0; i < height; ++i, pixel += s.out_width * all) {
                Reg value = column[i] + shift;
                value = add ? value + tile::load(add, pixel, s.bf16_output) : value;
                tile::store(y, pixel, s.relu ? tile::greater(value, Reg{}) : value, s.bf16_output);
            }
        }
    }
}

// Squares at once: as many as keep a thread's scratch memory in the second cache, or, where the weights are larger than
// that, so many that reading these for each block takes no longer than writing and reading the scratch memory.
int64_t most_squares(WinogradMatrix const& w) {
    constexpr int64_t cached = 112 * 1024, most = 64; // floats; squares
    auto const& first = w.points.front();
    auto points = static_cast<int64_t>(w.points.size());
    int64_t numbers = first.inputs + first.outputs; // of a square and point
    int64_t squares = std::max(cached / (points * numbers), first.inputs * first.outputs * 2 / (5 * numbers));
    return round_up(std::clamp<int64_t>(squares, tile::rows + 1, most), tile::rows);
}

int64_t product_pitch(int64_t outputs) {
    return outputs + tile::lanes; // not a power of two
}

// The products of all points, `count` squares.
void multiply(WinogradMatrix const& w, Places const& places, Outputs outputs, float const* rows, int64_t count,
              float* products) {
    static constexpr float zeros[tile::width] = {};
    int64_t pitch = product_pitch(w.points.front().outputs);
    int64_t groups = (count + tile::rows - 1) / tile::rows;
    int64_t const panel_step = tile::width * (w.points.front().type == PanelType::f16 ? 2 : 4); // bytes of a unit
    for (std::size_t point = 0; point < w.points.size(); ++point) {
        auto const& matrix = w.points[point];
        auto i = static_cast<int64_t>(point);
        for (int64_t chunk = 0; chunk < places.chunks.count; ++chunk) {
            int64_t unit = chunk * places.chunks.size;
            bool const last = chunk + 1 == places.chunks.count;
            auto const& then = w.points[last && point + 1 < w.points.size() ? point + 1 : point];
            void const* following = panel(then, places.chunks, outputs.from, last ? 0 : chunk + 1);
            for (int64_t o = outputs.from; o < outputs.to; o += tile::width) {
                // Each group fetches a part of the next panel: all of it by the first one would take longer than
                // computing.
                auto const* next = static_cast<char const*>(
                    o + tile::width < outputs.to ? panel(matrix, places.chunks, o + tile::width, chunk) : following);
                for (int64_t group = 0; group < groups; ++group) { // equally large
                    int64_t begin = count * group / groups, end = count * (group + 1) / groups;
                    tile::Task task;
                    task.a = rows + places.point[point] + chunk * places.chunk() + begin * tile::pitch;
                    task.panel = panel(matrix, places.chunks, o, chunk);
                    task.units = static_cast<int>(std::min(places.chunks.size, places.chunks.units - unit));
                    task.ahead_step = (panel_step + groups - 1) / groups;
                    task.ahead = next + group * task.units * task.ahead_step;
                    task.c = products + (i * places.squares + begin) * pitch + o;
                    task.c_stride = pitch;
                    task.start = chunk == 0 ? zeros : nullptr;
                    run_tile(matrix.type, static_cast<int>(end - begin), task, outputs.to - o);
                }
            }
        }
    }
}

template <int Square>
void run(WinogradMatrix const& w, ProductShape const& s, void const* x, void const* add, void* y, float* scratch,
         int part, int parts) {
    auto const& first = w.points.front();
    auto points = static_cast<int64_t>(w.points.size());
    Grid grid(s, Square);
    int64_t most = most_squares(w);
    int64_t blocks = round_up((grid.count + most - 1) / most, parts);
    Outputs outputs{0, first.outputs};
    if (grid.count <= std::min(first.outputs, most)) { // weights are the most: each part reads only its own
        Share panels(first.outputs / tile::width, part, parts);
        outputs = {panels.begin * tile::width, panels.end * tile::width};
        blocks = 1;
        part = 0;
    }
    bool bf16_rows = first.type == PanelType::bf16;
    auto const transform =
        s.bf16_input ? (bf16_rows ? transform_input<Square, true, true> : transform_input<Square, true, false>)
                     : (bf16_rows ? transform_input<Square, false, true> : transform_input<Square, false, false>);
    Places places(first.type, first.inputs, most);
    float* products = scratch + places.rows(points) * tile::pitch;
    int64_t pitch = product_pitch(first.outputs);
    for (int64_t block = part; block < blocks; block += parts) {
        int64_t begin = grid.count * block / blocks, end = grid.count * (block + 1) / blocks;
        for (int64_t i = begin; i < end; ++i) {
            transform(s, first.type, place(grid, Square, i), places, i - begin, x, scratch);
        }
        multiply(w, places, outputs, scratch, end - begin, products);
        for (int64_t i = begin; i < end; ++i) {
            transform_output<Square>(s, first.outputs, outputs, place(grid, Square, i), products + (i - begin) * pitch,
                                     most * pitch, floats(w.bias), add, y);
        }
    }
}

// What each of nine taps counts for in one point of the transformed weights G g G^T.
template <int Square>
std::array<double, 9> taps_of(int point) {
    constexpr int points = Line<Square>::points;
    auto const& down = Line<Square>::weights[static_cast<std::size_t>(point / points)];
    auto const& across = Line<Square>::weights[static_cast<std::size_t>(point % points)];
    std::array<double, 9> taps{};
    for (std::size_t tap = 0; tap < taps.size(); ++tap) {
        taps[tap] = down[tap / 3] * across[tap % 3];
    }
    return taps;
}

// Of one output: row [tap][channel], sums and values [channel].
void transform_weights(std::array<double, 9> const& taps, std::span<float const> row, std::span<double> sums,
                       std::span<float> values) {
    std::fill(sums.begin(), sums.end(), 0);
    for (std::size_t tap = 0; tap < taps.size(); ++tap) {
        double const share = taps[tap];
        auto const* weights = row.data() + tap * sums.size();
        for (std::size_t c = 0; share != 0 && c < sums.size(); ++c) {
            sums[c] += share * static_cast<double>(weights[c]);
        }
    }
    std::transform(sums.begin(), sums.end(), values.begin(), [](double sum) { return static_cast<float>(sum); });
}

// All points of a panel's outputs before the next panel, so that their rows are read and widened once and stay in the
// cache.
template <int Square>
void put_weights(ggml_tensor const* weight, std::vector<PackedMatrix>& points) {
    auto const inputs = static_cast<std::size_t>(weight->ne[0]);
    std::vector<float> rows(tile::width * inputs), values(inputs / 9);
    std::vector<double> sums(values.size());
    for (int64_t first = 0; first < weight->ne[1]; first += tile::width) {
        auto const count = static_cast<std::size_t>(std::min<int64_t>(tile::width, weight->ne[1] - first));
        auto const row = [&](std::size_t i) { return std::span(rows).subspan(i * inputs, inputs); };
        for (std::size_t i = 0; i < count; ++i) {
            row_as_floats(weight, first + static_cast<int64_t>(i), row(i));
        }
        for (std::size_t point = 0; point < points.size(); ++point) {
            auto const taps = taps_of<Square>(static_cast<int>(point));
            for (std::size_t i = 0; i < count; ++i) {
                transform_weights(taps, row(i), sums, values);
                put_row(points[point], first + static_cast<int64_t>(i), values);
            }
        }
    }
}

} // namespace

std::size_t WinogradMatrix::bytes() const {
    std::size_t sum = 0;
    for (auto const& point : points) {
        sum += point.bytes;
    }
    return sum;
}

namespace {

// Weights of sixteen whole bits stay floats here: the transformed pictures are too seldom used to be worth scaling.
PanelType point_type(ggml_type type) {
    PanelType const usual = panel_type(type);
    return usual == PanelType::int16 ? PanelType::f32 : usual;
}

// Winograd's weights are 1.8 or 4 times as many bytes as plain ones; with fewer squares of the picture than this,
// reading them takes longer than the products they save. Counted in one picture, so that a batch gives the numbers of
// its pictures alone.
constexpr int64_t least_of_two = 12, least_of_four = 16;

} // namespace

int winograd_square(ggml_tensor const* weight, Convolution const& shape, int64_t width, int64_t height) {
    int64_t channels = weight->ne[0] / 9, outputs = weight->ne[1];
    PanelType type = point_type(weight->type);
    bool fits = shape.kernel == 3 && shape.stride == 1 && channels % tile::width == 0 && outputs % tile::width == 0;
    if (!fits || type == PanelType::int8) {
        return 0;
    }
    auto squares = [&](int64_t side) { return (width + side - 1) / side * ((height + side - 1) / side); };
    if (type == PanelType::f32 && squares(4) >= least_of_four) {
        return 4;
    }
    return squares(2) >= least_of_two ? 2 : 0; // rounding to sixteen bits would grow too much in squares of four
}

WinogradMatrix pack_winograd(int square, ggml_tensor const* weight, ggml_tensor const* bias) {
    WinogradMatrix matrix;
    matrix.square = square;
    for (int point = 0; point < (square + 2) * (square + 2); ++point) {
        matrix.points.push_back(empty_panels(point_type(weight->type), weight->ne[0] / 9, weight->ne[1]));
    }
    square == 2 ? put_weights<2>(weight, matrix.points) : put_weights<4>(weight, matrix.points);
    auto bytes = static_cast<std::size_t>(weight->ne[1]) * sizeof(float);
    matrix.bias = aligned_memory(bytes);
    std::memset(matrix.bias.get(), 0, bytes);
    if (bias) {
        std::memcpy(matrix.bias.get(), bias->data, bytes);
    }
    return matrix;
}

std::size_t winograd_scratch(WinogradMatrix const& w) {
    auto const& first = w.points.front();
    auto points = static_cast<int64_t>(w.points.size());
    int64_t most = most_squares(w);
    Places places(first.type, first.inputs, most);
    return static_cast<std::size_t>(places.rows(points) * tile::pitch + points * most * product_pitch(first.outputs)) *
           sizeof(float);
}

void winograd(WinogradMatrix const& weight, ProductShape const& shape, void const* x, void const* add, void* y,
              void* scratch, int part, int parts) {
    MatrixUnit const unit;
    auto* memory = static_cast<float*>(scratch);
    weight.square == 2 ? run<2>(weight, shape, x, add, y, memory, part, parts)
                       : run<4>(weight, shape, x, add, y, memory, part, parts);
}

} // namespace echollama::nn
