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

// Rows [first, last) of x through Snake or leaky ReLU (or as they are) into out; rows outside [0, steps) are zero.
void gather(Layer const& layer, Rows const& rows, std::int64_t first, std::int64_t last, float* out) {
    std::size_t const c = static_cast<std::size_t>(layer.channels);
    for (std::int64_t row = first; row < last; ++row, out += c) {
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

// in: rows starting 3 * dilation before the first output row.
void depthwise(Layer const& layer, float const* in, std::int64_t rows, float* out) {
    std::size_t const c = static_cast<std::size_t>(layer.channels);
    std::size_t const reach = c * static_cast<std::size_t>(layer.dilation);
    bool const active = !layer.alpha2.empty();
    for (std::size_t i = 0; i < c; i += lanes) {
        Reg w[7];
        for (std::size_t tap = 0; tap < 7; ++tap) {
            w[tap] = load(&layer.depthwise[tap * c + i]);
        }
        Reg bias = load(&layer.depthwise_bias[i]);
        Reg alpha = active ? load(&layer.alpha2[i]) : bias;
        Reg inverse = active ? load(&layer.inverse_alpha2[i]) : bias;
        float const* p = in + i;
        float* o = out + i;
        for (std::int64_t row = 0; row < rows; ++row, p += c, o += c) {
            Reg sum = bias;
            for (std::size_t tap = 0; tap < 7; ++tap) {
                sum += w[tap] * load(p + tap * reach);
            }
            store(o, active ? snake(sum, alpha, inverse) : sum);
        }
    }
}

struct Output {
    Layer const& layer;
    Rows const& rows;
    std::int64_t size; // floats in y
};

// `count` values of output row `row`, starting at `column`.
inline void finish(Output const& out, std::int64_t row, int column, Reg const* sums, int vectors, int count) {
    Layer const& layer = out.layer;
    Rows const& rows = out.rows;
    std::int64_t at = row * layer.weight.outputs + column - layer.crop_front;
    bool const whole = count == vectors * lanes && at >= 0 && at + count <= out.size;
    float const factor = layer.finish == Layer::Finish::noise ? rows.noise[row] : 1;
    if (whole && layer.finish != Layer::Finish::tanh) {
        for (int j = 0; j < vectors; ++j, at += lanes) {
            Reg value = sums[j] * factor;
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
        float value = sums[j / lanes][j % lanes] * factor;
        for (auto const* added : rows.added) {
            value = added ? added[at] + value : value;
        }
        rows.y[at] = layer.finish == Layer::Finish::tanh ? std::tanh(value) : value;
    }
}

// R rows of a (pitch floats apart) times the V vectors of columns from `column` on.
template <int R, int V>
void block(Output const& out, float const* a, std::size_t pitch, std::int64_t row, int column, int count) {
    Layer const& layer = out.layer;
    Reg sums[R][V];
    float const* panel[V];
    for (int j = 0; j < V; ++j) {
        int const at = column + j * lanes;
        panel[j] = layer.weight.panels.data() +
                   static_cast<std::size_t>(at / panel_columns) * panel_columns *
                       static_cast<std::size_t>(layer.weight.inputs) +
                   at % panel_columns;
        Reg start = {};
        if (!layer.bias.empty()) {
            for (int l = 0; l < lanes && j * lanes + l < count; ++l) {
                start[l] = layer.bias[static_cast<std::size_t>(at + l)];
            }
        }
        for (int i = 0; i < R; ++i) {
            sums[i][j] = start;
        }
    }
    // Neighbouring taps are one vector; those that are spread, one each.
    std::size_t const channels = static_cast<std::size_t>(layer.channels);
    std::size_t const pieces = layer.spread == 1 ? 1 : static_cast<std::size_t>(layer.taps);
    std::size_t const depth = static_cast<std::size_t>(layer.weight.inputs) / pieces;
    std::size_t const next = channels * static_cast<std::size_t>(layer.spread);
    std::size_t line = 0; // of the panels
    for (std::size_t piece = 0; piece < pieces; ++piece, a += next) {
        for (std::size_t k = 0; k < depth; ++k, line += panel_columns) {
            Reg w[V];
            for (int j = 0; j < V; ++j) {
                w[j] = load(panel[j] + line);
            }
            for (int i = 0; i < R; ++i) {
                float value = a[static_cast<std::size_t>(i) * pitch + k];
                for (int j = 0; j < V; ++j) {
                    sums[i][j] += value * w[j];
                }
            }
        }
    }
    for (int i = 0; i < R; ++i) {
        finish(out, row + i, column, sums[i], V, count);
    }
}

template <int V>
void panel_rows(Output const& out, float const* a, std::size_t pitch, std::int64_t row, std::int64_t rows, int column,
                int count) {
    std::int64_t r = 0;
    for (; r + row_block <= rows; r += row_block) {
        block<row_block, V>(out, a + static_cast<std::size_t>(r) * pitch, pitch, row + r, column, count);
    }
    float const* rest = a + static_cast<std::size_t>(r) * pitch;
    switch (rows - r) {
    case 5:
        return block<5, V>(out, rest, pitch, row + r, column, count);
    case 4:
        return block<4, V>(out, rest, pitch, row + r, column, count);
    case 3:
        return block<3, V>(out, rest, pitch, row + r, column, count);
    case 2:
        return block<2, V>(out, rest, pitch, row + r, column, count);
    case 1:
        return block<1, V>(out, rest, pitch, row + r, column, count);
    default:
        return;
    }
}

// a: `rows` windows, the first for output row `row`.
void product(Output const& out, float const* a, std::int64_t row, std::int64_t rows) {
    Layer const& layer = out.layer;
    std::size_t const pitch = static_cast<std::size_t>(layer.channels) * static_cast<std::size_t>(layer.step);
    for (int column = 0; column < layer.weight.outputs; column += block_width) {
        int count = std::min(block_width, layer.weight.outputs - column);
        int vectors = (count + lanes - 1) / lanes;
        switch (vectors) {
        case 1:
            panel_rows<1>(out, a, pitch, row, rows, column, count);
            break;
        case 2:
            panel_rows<2>(out, a, pitch, row, rows, column, count);
            break;
        case 3:
            panel_rows<3>(out, a, pitch, row, rows, column, count);
            break;
        default:
            panel_rows<4>(out, a, pitch, row, rows, column, count);
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
    return static_cast<std::size_t>((prepared + gathered) * channels);
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
            gather(layer, rows, first - 3 * layer.dilation, last + 3 * layer.dilation, gathered);
            depthwise(layer, gathered, last - first, target);
        } else if (is_activated(layer) || first < 0 || last > steps) {
            gather(layer, rows, first, last, scratch);
        } else {
            prepared = rows.x + first * layer.channels; // as it is
        }
        if (layer.taps > 0) {
            product(out, prepared, row, count);
        }
    }
}

} // namespace echollama::nn::sequence
