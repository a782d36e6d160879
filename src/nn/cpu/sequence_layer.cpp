#include "nn/cpu/sequence_layer.h"

#include "nn/cpu/tile.h"

#include <algorithm>
#include <cmath>
#include <cstring>

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

// Neighbouring columns of the weight.
struct Columns {
    int first = 0, count = 0;
    float const* panels = nullptr; // where they begin
    float const* start = nullptr;  // what their sums begin with, whole vectors of it
    // What is multiplied next, of which each block of rows fetches a part, `step` bytes with each input.
    char const* ahead = nullptr;
    std::ptrdiff_t step = 0;
};

// R rows of a (pitch floats apart) times V vectors of columns.
template <int R, int V>
void block(Output const& out, float const* a, std::size_t pitch, std::int64_t row, Columns const& columns) {
    Layer const& layer = out.layer;
    Reg sums[R][V];
    float const* panel[V];
#pragma GCC unroll 4
    for (int j = 0; j < V; ++j) {
        int const at = j * lanes;
        panel[j] = columns.panels +
                   static_cast<std::size_t>(at / panel_columns) * panel_columns *
                       static_cast<std::size_t>(layer.weight.inputs) +
                   at % panel_columns;
        Reg const start = load(columns.start + at);
#pragma GCC unroll 6
        for (int i = 0; i < R; ++i) {
            sums[i][j] = start;
        }
    }
    // Neighbouring taps are one vector; those that are spread, one each.
    std::size_t const channels = static_cast<std::size_t>(layer.channels);
    std::size_t const pieces = layer.spread == 1 ? 1 : static_cast<std::size_t>(layer.taps);
    std::size_t const depth = static_cast<std::size_t>(layer.weight.inputs) / pieces;
    std::size_t const next = channels * static_cast<std::size_t>(layer.spread);
    char const* ahead = columns.ahead;
    std::ptrdiff_t const step = columns.step;
    constexpr std::size_t half = (R + 1) / 2; // two pointers for the reason given in nn/cpu/tile.h
    std::size_t line = 0;                     // of the panels
    for (std::size_t piece = 0; piece < pieces; ++piece, a += next) {
        float const *upper = a, *lower = a + half * pitch;
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
    std::int64_t const outputs = layer.weight.outputs, at = row * outputs + columns.first - layer.crop_front;
    bool const whole = columns.count == V * lanes && at >= 0 && at + (R - 1) * outputs + columns.count <= out.size;
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
            finish(out, row + i, columns.first, some[i], V, columns.count);
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
                sums[i][j] = load(added + at + i * outputs + j * lanes) + sums[i][j];
            }
        }
    }
    float* y = out.rows.y + at;
#pragma GCC unroll 6
    for (int i = 0; i < R; ++i) {
#pragma GCC unroll 4
        for (int j = 0; j < V; ++j) {
            store(y + i * outputs + j * lanes, sums[i][j]);
        }
    }
}

template <int V, int R = row_block>
void some_rows(Output const& out, float const* a, std::size_t pitch, std::int64_t row, std::int64_t rows,
               Columns const& columns) {
    if constexpr (R > 0) {
        if (rows == R) {
            block<R, V>(out, a, pitch, row, columns);
        } else {
            some_rows<V, R - 1>(out, a, pitch, row, rows, columns);
        }
    }
}

template <int V>
void all_rows(Output const& out, float const* a, std::size_t pitch, std::int64_t row, std::int64_t rows,
              Columns columns) {
    constexpr std::int64_t line = 64; // of a cache, as much as is fetched with each input
    std::int64_t const blocks = (rows + row_block - 1) / row_block;
    columns.step = std::min<std::int64_t>((V * lanes * 4 + blocks - 1) / blocks, line);
    for (std::int64_t r = 0; r < rows; r += row_block) {
        some_rows<V>(out, a + static_cast<std::size_t>(r) * pitch, pitch, row + r,
                     std::min<std::int64_t>(rows - r, row_block), columns);
        columns.ahead += columns.step * out.layer.weight.inputs;
    }
}

// a: `rows` windows, the first for output row `row`.
void product(Output const& out, float const* a, std::int64_t row, std::int64_t rows) {
    Layer const& layer = out.layer;
    auto const& weight = layer.weight;
    std::size_t const pitch = static_cast<std::size_t>(layer.channels) * static_cast<std::size_t>(layer.step);
    auto const panels = [&](int column) {
        return weight.panels.data() + static_cast<std::size_t>(column) * static_cast<std::size_t>(weight.inputs);
    };
    for (int column = 0; column < weight.outputs; column += block_width) {
        int const count = std::min(block_width, weight.outputs - column), vectors = (count + lanes - 1) / lanes;
        int const following = column + block_width < weight.outputs ? column + block_width : 0;
        float start[block_width] = {};
        if (!layer.bias.empty()) {
            std::copy_n(layer.bias.data() + column, count, start);
        }
        Columns const columns{column, count, panels(column), start, reinterpret_cast<char const*>(panels(following))};
        switch (vectors) {
        case 1:
            all_rows<1>(out, a, pitch, row, rows, columns);
            break;
        case 2:
            all_rows<2>(out, a, pitch, row, rows, columns);
            break;
        case 3:
            all_rows<3>(out, a, pitch, row, rows, columns);
            break;
        default:
            all_rows<4>(out, a, pitch, row, rows, columns);
            break;
        }
    }
}

// Output rows of one tile: the scratch should stay in the second-level cache.
std::int64_t tile_rows(Layer const& layer, std::int64_t rows, int parts) {
    std::int64_t fit = 98304 / (static_cast<std::int64_t>(layer.channels) * layer.step) / row_block * row_block;
    std::int64_t share = (rows + parts - 1) / parts;
    return std::clamp<std::int64_t>(share, 1, std::max<std::int64_t>(fit, row_block));
}

std::int64_t output_rows(Layer const& layer, std::int64_t steps) {
    return layer.transposed ? steps + 1 : steps / layer.step;
}

// From the first input row that an output row sees to its last.
std::int64_t window_rows(Layer const& layer) {
    return std::max(layer.taps - 1, 0) * static_cast<std::int64_t>(layer.spread) + 1;
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
    std::int64_t gathered = depthwise.empty() ? 0 : prepared + 6 * dilation;
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
