#include "nn/cpu/sequence_layer.h"

#include "nn/cpu/tile.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <span>

namespace echollama::nn::sequence {

namespace {

using tile::lanes, tile::load, tile::Reg, tile::store;

#if defined(__AVX512F__)
constexpr int block_vectors = 4;
#else
constexpr int block_vectors = 2;
#endif
constexpr int row_block = 6;
constexpr int block_width = lanes * block_vectors;

// sin²(y): the sign of the period does not matter, so y is reduced by multiples of π to [-π/2, π/2] (π in three parts,
// Cephes) and the sine there is a polynomial (Abramowitz & Stegun 4.3.97, error under 2e-9).
inline Reg sine_squared(Reg y) {
    constexpr float magic = 12582912.0F; // 1.5 * 2^23: adding it rounds to an integer
    Reg k = (y * 0.318309886183790671538F + magic) - magic;
    Reg r = y - k * 3.140625F;
    r = r - k * 9.67502593994140625e-4F;
    r = r - k * 1.5099579909783764e-7F;
    Reg q = r * r;
    Reg p = q * -0.0000000239F + 0.0000027526F;
    p = p * q - 0.0001984090F;
    p = p * q + 0.0083333315F;
    p = p * q - 0.1666666664F;
    Reg s = r + r * (q * p);
    return s * s;
}

inline Reg snake(Reg x, Reg alpha, Reg inverse) {
    return x + sine_squared(alpha * x) * inverse;
}

bool is_activated(Layer const& layer) {
    return !layer.alpha.empty() || layer.slope < 1;
}

// Rows [first, last) of x through Snake or leaky ReLU (or as they are) into out, `pitch` floats apart; rows outside
// [0, steps) are zero.
void gather(Layer const& layer, Rows const& rows, std::int64_t first, std::int64_t last, float* out,
            std::size_t pitch) {
    std::size_t const c = static_cast<std::size_t>(layer.channels);
    for (std::int64_t row = first; row < last; ++row, out += pitch) {
        float const* in = rows.x + row * layer.channels;
        if (row < 0 || row >= rows.steps) {
            std::memset(out, 0, c * sizeof(float));
        } else if (!is_activated(layer)) {
            std::memcpy(out, in, c * sizeof(float));
        } else if (layer.alpha.empty()) {
            for (std::size_t i = 0; i < c; i += lanes) {
                Reg const v = load(in + i);
                store(out + i, tile::greater(v, v * layer.slope));
            }
        } else {
            for (std::size_t i = 0; i < c; i += lanes) {
                store(out + i, snake(load(in + i), load(&layer.alpha[i]), load(&layer.inverse_alpha[i])));
            }
        }
    }
}

// Rows of what is convolved lie this far apart: not a power of two, so that taps do not compete for cache lines.
std::size_t gathered_pitch(Layer const& layer) {
    return static_cast<std::size_t>(layer.channels) + 16;
}

// R neighbouring rows from rows of which the first lies at `in`, 3 * dilation before them.
template <int R>
void convolve_rows(Layer const& layer, float const* in, std::size_t pitch, float* out) {
    std::size_t const c = static_cast<std::size_t>(layer.channels);
    std::size_t const reach = pitch * static_cast<std::size_t>(layer.dilation);
    bool const active = !layer.alpha2.empty();
    for (std::size_t i = 0; i < c; i += lanes) {
        Reg sums[R];
        for (auto& sum : sums) {
            sum = load(&layer.depthwise_bias[i]);
        }
#pragma GCC unroll 7
        for (std::size_t tap = 0; tap < 7; ++tap) {
            Reg const w = load(&layer.depthwise[tap * c + i]);
#pragma GCC unroll 4
            for (std::size_t r = 0; r < R; ++r) {
                sums[r] += w * load(in + r * pitch + tap * reach + i);
            }
        }
        if (active) {
            Reg const alpha = load(&layer.alpha2[i]), inverse = load(&layer.inverse_alpha2[i]);
#pragma GCC unroll 4
            for (auto& sum : sums) {
                sum = snake(sum, alpha, inverse);
            }
        }
#pragma GCC unroll 4
        for (std::size_t r = 0; r < R; ++r) {
            store(out + r * c + i, sums[r]);
        }
    }
}

// in: rows starting 3 * dilation before the first output row.
void depthwise(Layer const& layer, float const* in, std::int64_t rows, float* out) {
    constexpr int together = 4;
    std::size_t const c = static_cast<std::size_t>(layer.channels), pitch = gathered_pitch(layer);
    std::int64_t row = 0;
    for (; row + together <= rows; row += together, in += together * pitch, out += together * c) {
        convolve_rows<together>(layer, in, pitch, out);
    }
    for (; row < rows; ++row, in += pitch, out += c) {
        convolve_rows<1>(layer, in, pitch, out);
    }
}

struct Output {
    Layer const& layer;
    Rows const& rows;
    std::int64_t size; // floats in y
};

// `count` sums become values of output row `row`, starting at `column`.
[[gnu::noinline]] void finish(Output const& out, std::int64_t row, int column, float const* sums, int vectors,
                              int count) {
    Layer const& layer = out.layer;
    Rows const& rows = out.rows;
    std::int64_t at = row * layer.weight.outputs + column - layer.crop_front;
    bool const whole = count == vectors * lanes && at >= 0 && at + count <= out.size;
    float const factor = layer.finish == Layer::Finish::noise ? rows.noise[row] : 1;
    if (whole && layer.finish != Layer::Finish::tanh) {
        for (int j = 0; j < vectors; ++j, at += lanes) {
            Reg value = load(sums + j * lanes) * factor;
            for (auto const* added : rows.added) {
                value = added ? load(added + at) + value : value;
            }
            store(rows.y + at, value);
        }
        return;
    }
    for (int j = 0; j < count; ++j, ++at) {
        if (at < 0 || at >= out.size) {
            continue; // cropped
        }
        float value = sums[j] * factor;
        for (auto const* added : rows.added) {
            value = added ? added[at] + value : value;
        }
        rows.y[at] = layer.finish == Layer::Finish::tanh ? std::tanh(value) : value;
    }
}

// Neighbouring columns of a weight.
struct Columns {
    int first = 0, count = 0;
    float const* panels = nullptr; // where they begin
    std::size_t next_panel = 0;    // floats to where the panel behind begins
    float const* start = nullptr;  // what their sums begin with, whole vectors of it
    // What is multiplied next, of which each block of rows fetches a part, `step` bytes with each input.
    char const* ahead = nullptr;
    std::ptrdiff_t step = 0;
};

// Rows of inputs, each `pieces` of `depth` neighbours that lie `next` floats apart.
struct Inputs {
    float const* a = nullptr;
    std::size_t pitch = 0, depth = 0, pieces = 1, next = 0;
};

template <int R, int V>
using Sums = Reg[R][V];

// R rows times V vectors of columns.
template <int R, int V>
inline void multiply(Inputs const& inputs, Columns const& columns, Sums<R, V>& result) {
    Sums<R, V> sums; // in registers, also where this is not inline
    float const* panel[V];
#pragma GCC unroll 4
    for (int j = 0; j < V; ++j) {
        int const at = j * lanes;
        panel[j] =
            columns.panels + static_cast<std::size_t>(at / panel_columns) * columns.next_panel + at % panel_columns;
        Reg const start = load(columns.start + at);
#pragma GCC unroll 6
        for (int i = 0; i < R; ++i) {
            sums[i][j] = start;
        }
    }
    char const* ahead = columns.ahead;
    std::ptrdiff_t const step = columns.step;
    constexpr std::size_t half = (R + 1) / 2; // two pointers for the reason given in nn/cpu/tile.h
    std::size_t line = 0;                     // of the panels
    std::size_t const depth = inputs.depth, pitch = inputs.pitch;
    for (std::size_t piece = 0; piece < inputs.pieces; ++piece) {
        float const *upper = inputs.a + piece * inputs.next, *lower = upper + half * pitch;
        asm("" : "+r"(lower));
        for (std::size_t k = 0; k < depth; ++k, line += panel_columns, ahead += step) {
            __builtin_prefetch(ahead);
            Reg w[V];
#pragma GCC unroll 4
            for (int j = 0; j < V; ++j) {
                w[j] = load(panel[j] + line);
            }
#pragma GCC unroll 6
            for (std::size_t i = 0; i < R; ++i) {
                float const value = i < half ? upper[i * pitch + k] : lower[(i - half) * pitch + k];
#pragma GCC unroll 4
                for (int j = 0; j < V; ++j) {
                    sums[i][j] += value * w[j];
                }
            }
        }
    }
#pragma GCC unroll 6
    for (int i = 0; i < R; ++i) {
#pragma GCC unroll 4
        for (int j = 0; j < V; ++j) {
            result[i][j] = sums[i][j];
        }
    }
}

// Sums become the values of R output rows, the first of them `row` and `apart` from each other.
template <int R, int V>
inline void put(Output const& out, std::int64_t row, std::int64_t apart, Columns const& columns, Sums<R, V>& sums) {
    Layer const& layer = out.layer;
    std::int64_t const outputs = layer.weight.outputs, next = apart * outputs;
    std::int64_t const at = row * outputs + columns.first - layer.crop_front;
    bool const whole = columns.count == V * lanes && at >= 0 && at + (R - 1) * next + columns.count <= out.size;
    if (!whole || layer.finish != Layer::Finish::plain) {
        float some[R][V * lanes];
#pragma GCC unroll 6
        for (int i = 0; i < R; ++i) {
#pragma GCC unroll 4
            for (int j = 0; j < V; ++j) {
                store(&some[i][j * lanes], sums[i][j]);
            }
        }
        for (int i = 0; i < R; ++i) {
            finish(out, row + i * apart, columns.first, some[i], V, columns.count);
        }
        return;
    }
    for (auto const* added : out.rows.added) {
        if (!added) {
            continue;
        }
#pragma GCC unroll 6
        for (int i = 0; i < R; ++i) {
#pragma GCC unroll 4
            for (int j = 0; j < V; ++j) {
                sums[i][j] = load(added + at + i * next + j * lanes) + sums[i][j];
            }
        }
    }
    float* y = out.rows.y + at;
#pragma GCC unroll 6
    for (int i = 0; i < R; ++i) {
#pragma GCC unroll 4
        for (int j = 0; j < V; ++j) {
            store(y + i * next + j * lanes, sums[i][j]);
        }
    }
}

// Rows of inputs times columns; of pairs of output rows there are three.
struct Product {
    Inputs inputs;
    Columns columns;

    Product from(std::int64_t row) const {
        Product later = *this;
        later.inputs.a += static_cast<std::size_t>(row) * inputs.pitch;
        later.columns.ahead += row / row_block * columns.step * static_cast<std::int64_t>(inputs.depth * inputs.pieces);
        return later;
    }
};

// Output rows from `row` on, or pairs of them from pair `row` on.
template <int R, int V>
void block(Output const& out, std::span<Product const> products, std::int64_t begin, std::int64_t row) {
    Sums<R, V> sums;
    auto const first = products[0].from(row);
    multiply<R, V>(first.inputs, first.columns, sums);
    if (products.size() == 1) {
        put<R, V>(out, begin + row, 1, first.columns, sums);
        return;
    }
    auto const second = products[1].from(row), third = products[2].from(row);
    Sums<R, V> middle, late;
    multiply<R, V>(second.inputs, second.columns, middle);
    multiply<R, V>(third.inputs, third.columns, late);
    for (int i = 0; i < R; ++i) {
        for (int j = 0; j < V; ++j) {
            sums[i][j] += middle[i][j];
            middle[i][j] -= late[i][j];
        }
    }
    put<R, V>(out, begin + 2 * row, 2, first.columns, sums);
    put<R, V>(out, begin + 2 * row + 1, 2, first.columns, middle);
}

template <int V, int R = row_block>
void some_rows(Output const& out, std::span<Product const> products, std::int64_t begin, std::int64_t row,
               std::int64_t rows) {
    if constexpr (R > 0) {
        if (rows == R) {
            block<R, V>(out, products, begin, row);
        } else {
            some_rows<V, R - 1>(out, products, begin, row, rows);
        }
    }
}

// vectors: of the columns.
template <int V = block_vectors>
void all_rows(Output const& out, std::span<Product> products, int vectors, std::int64_t begin, std::int64_t rows) {
    if (vectors < V) {
        if constexpr (V > 1) {
            all_rows<V - 1>(out, products, vectors, begin, rows);
        }
        return;
    }
    constexpr std::int64_t line = 64; // of a cache, as much as is fetched with each input
    std::int64_t const blocks = (rows + row_block - 1) / row_block;
    for (auto& product : products) {
        product.columns.step = std::min<std::int64_t>((V * lanes * 4 + blocks - 1) / blocks, line);
    }
    for (std::int64_t row = 0; row < rows; row += row_block) {
        some_rows<V>(out, products, begin, row, std::min<std::int64_t>(rows - row, row_block));
    }
}

struct Factor {
    Inputs inputs;
    Matrix const& weight;
    std::int64_t line; // of the panels, with which it begins
};

// `rows` rows of each factor, the first for output row `begin`; of pairs the bias belongs to the second.
void multiply_all(Output const& out, std::span<Factor const> factors, std::int64_t begin, std::int64_t rows) {
    Layer const& layer = out.layer;
    int const outputs = layer.weight.outputs;
    bool const pairs = factors.size() > 1;
    for (int column = 0; column < outputs; column += block_width) {
        int const count = std::min(block_width, outputs - column), vectors = (count + lanes - 1) / lanes;
        int const following = column + block_width < outputs ? column + block_width : 0;
        static constexpr float zeros[block_width] = {};
        float bias[block_width] = {};
        if (!layer.bias.empty()) {
            std::copy_n(layer.bias.data() + column, count, bias);
        }
        std::array<Product, 3> products;
        for (std::size_t i = 0; i < factors.size(); ++i) {
            auto const& [inputs, weight, line] = factors[i];
            auto const panels = [&, inputs = weight.inputs, line = line, all = weight.panels.data()](int at) {
                return all + static_cast<std::ptrdiff_t>(at / panel_columns * panel_columns) * inputs +
                       line * panel_columns + at % panel_columns; // a block may be narrower than a panel
            };
            products[i] = {inputs,
                           {column, count, panels(column), static_cast<std::size_t>(weight.inputs) * panel_columns,
                            pairs && i != 1 ? zeros : bias, reinterpret_cast<char const*>(panels(following)), 0}};
        }
        auto const all = std::span(products).first(factors.size());
        all_rows(out, all, vectors, begin, rows);
    }
}

// a: `rows` windows, the first for output row `row`.
void product(Output const& out, float const* a, std::int64_t row, std::int64_t rows) {
    Layer const& layer = out.layer;
    // Neighbouring taps are one vector; those that are spread, one each.
    std::size_t const channels = static_cast<std::size_t>(layer.channels);
    std::size_t const pieces = layer.spread == 1 ? 1 : static_cast<std::size_t>(layer.taps);
    Factor const factor{{a, channels * static_cast<std::size_t>(layer.step),
                         static_cast<std::size_t>(layer.weight.inputs) / pieces, pieces,
                         channels * static_cast<std::size_t>(layer.spread)},
                        layer.weight,
                        0};
    multiply_all(out, std::span(&factor, 1), row, rows);
}

// Two taps at pairs of output rows: with taps A and B, rows A x0 + B x1 and A x1 + B x2 are A (x0 - x1) + (A + B) x1
// and (A + B) x1 - B (x1 - x2) (Winograd's F(2,2)). x: from the row before output row `row` on, which is even; one row
// more than `rows` rounded up to pairs. differences: memory for one row fewer.
void product_of_pairs(Output const& out, float const* x, float* differences, std::int64_t row, std::int64_t rows) {
    Layer const& layer = out.layer;
    std::size_t const c = static_cast<std::size_t>(layer.channels), pairs = static_cast<std::size_t>(rows + 1) / 2;
    for (std::size_t i = 0; i < 2 * pairs * c; i += lanes) {
        store(differences + i, load(x + i) - load(x + c + i));
    }
    Factor const factors[] = {{{differences, 2 * c, c, 1, 0}, layer.weight, 0},
                              {{x + c, 2 * c, c, 1, 0}, layer.both_taps, 0},
                              {{differences + c, 2 * c, c, 1, 0}, layer.weight, layer.channels}};
    multiply_all(out, factors, row, static_cast<std::int64_t>(pairs));
}

// Output rows of one tile: the scratch should stay in the second-level cache.
std::int64_t tile_rows(Layer const& layer, std::int64_t rows, int parts) {
    std::int64_t fit = 98304 / (static_cast<std::int64_t>(layer.channels) * layer.step) / row_block * row_block;
    std::int64_t share = ((rows + parts - 1) / parts + 1) / 2 * 2; // even: pairs of rows are the same for any part
    return std::clamp<std::int64_t>(share, 2, std::max<std::int64_t>(fit, row_block));
}

std::int64_t output_rows(Layer const& layer, std::int64_t steps) {
    return layer.transposed ? steps + 1 : steps / layer.step;
}

// From the first input row that an output row sees to its last.
std::int64_t window_rows(Layer const& layer) {
    return std::max(layer.taps - 1, 0) * static_cast<std::int64_t>(layer.spread) + 1;
}

bool in_pairs(Layer const& layer) {
    return !layer.both_taps.panels.empty();
}

} // namespace

std::int64_t Layer::output_steps(std::int64_t input_steps) const {
    return transposed ? input_steps * phases : input_steps / step;
}

int Layer::output_channels() const {
    return taps == 0 ? channels : weight.outputs / phases;
}

std::size_t Layer::scratch(std::int64_t input_steps, int threads) const {
    std::int64_t tile = tile_rows(*this, output_rows(*this, input_steps), threads);
    std::int64_t prepared = tile * step + window_rows(*this);
    std::int64_t gathered = depthwise.empty() ? (in_pairs(*this) ? prepared : 0) : prepared + 6 * dilation;
    return static_cast<std::size_t>(prepared * channels) + static_cast<std::size_t>(gathered) * gathered_pitch(*this);
}

void run(Layer const& layer, Rows const& rows, float* scratch, int part, int parts) {
    std::int64_t const steps = rows.steps, wanted = output_rows(layer, steps);
    std::int64_t const tile = tile_rows(layer, wanted, parts);
    Output out{layer, rows, layer.output_steps(steps) * layer.output_channels()};
    for (std::int64_t row = part * tile; row < wanted; row += parts * tile) {
        std::int64_t count = std::min(tile, wanted - row);
        std::int64_t first = row * layer.step - layer.pad;
        std::int64_t last = (row + count - 1) * layer.step - layer.pad + window_rows(layer);
        float const* prepared = scratch;
        if (in_pairs(layer)) {
            last += count % 2;
            gather(layer, rows, first, last, scratch, static_cast<std::size_t>(layer.channels));
            product_of_pairs(out, scratch, scratch + (last - first) * layer.channels, row, count);
            continue;
        }
        if (!layer.depthwise.empty()) {
            float* target = layer.taps == 0 ? rows.y + first * layer.channels : scratch;
            float* gathered = scratch + (last - first) * layer.channels;
            gather(layer, rows, first - 3 * layer.dilation, last + 3 * layer.dilation, gathered, gathered_pitch(layer));
            depthwise(layer, gathered, last - first, target);
        } else if (is_activated(layer) || first < 0 || last > steps) {
            gather(layer, rows, first, last, scratch, static_cast<std::size_t>(layer.channels));
        } else {
            prepared = rows.x + first * layer.channels; // as it is
        }
        if (layer.taps > 0) {
            product(out, prepared, row, count);
        }
    }
}

} // namespace echollama::nn::sequence
