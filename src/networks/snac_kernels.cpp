#include "networks/snac_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>

// Vectors of the widest unit this file is compiled for (GCC and Clang lower them on every processor).
#if defined(__AVX512F__)
constexpr int lanes = 16, panel_vectors = 4;
#elif defined(__AVX__)
constexpr int lanes = 8, panel_vectors = 2;
#else
constexpr int lanes = 4, panel_vectors = 2;
#endif
constexpr int row_block = 6;

namespace echollama::snac {

namespace {

typedef float Vec __attribute__((vector_size(lanes * 4), aligned(4), may_alias));
typedef float Reg __attribute__((vector_size(lanes * 4)));

inline Reg load(float const* p) {
    return *reinterpret_cast<Vec const*>(p);
}
inline void store(float* p, Reg v) {
    *reinterpret_cast<Vec*>(p) = v;
}

constexpr int panel_width = lanes * panel_vectors;

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

// Rows [first, last) of x through Snake (or as they are) into out; rows outside [0, steps) are zero.
void gather(Layer const& layer, float const* x, std::int64_t steps, std::int64_t first, std::int64_t last, float* out) {
    std::size_t const c = static_cast<std::size_t>(layer.channels);
    for (std::int64_t row = first; row < last; ++row, out += c) {
        float const* in = x + row * layer.channels;
        if (row < 0 || row >= steps) {
            std::memset(out, 0, c * sizeof(float));
        } else if (layer.alpha.empty()) {
            std::memcpy(out, in, c * sizeof(float));
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
    float const* x;     // the layer's input, for the residual
    float const* noise; // one value a row
    float* y;
    std::int64_t size; // floats in y
};

// `count` values of output row `row`, starting at `column`.
inline void finish(Output const& out, std::int64_t row, int column, Reg const* sums, int vectors, int count) {
    Layer const& layer = out.layer;
    std::int64_t at = row * layer.weight.outputs + column - layer.crop_front;
    bool whole = count == vectors * lanes && at >= 0 && at + count <= out.size;
    if (whole && layer.finish != Layer::Finish::tanh) {
        for (int j = 0; j < vectors; ++j) {
            Reg value = sums[j];
            if (layer.finish == Layer::Finish::residual) {
                value += load(out.x + at + j * lanes);
            } else if (layer.finish == Layer::Finish::noise) {
                value = load(out.x + at + j * lanes) + value * out.noise[row];
            }
            store(out.y + at + j * lanes, value);
        }
        return;
    }
    for (int j = 0; j < count; ++j, ++at) {
        if (at < 0 || at >= out.size) {
            continue; // cropped
        }
        float value = sums[j / lanes][j % lanes];
        switch (layer.finish) {
        case Layer::Finish::residual:
            value += out.x[at];
            break;
        case Layer::Finish::noise:
            value = out.x[at] + value * out.noise[row];
            break;
        case Layer::Finish::tanh:
            value = std::tanh(value);
            break;
        case Layer::Finish::plain:
            break;
        }
        out.y[at] = value;
    }
}

// R rows of a (pitch floats apart, k long) times one panel of V vectors.
template <int R, int V>
void block(Output const& out, float const* a, std::size_t pitch, float const* panel, std::int64_t row, int column,
           int count) {
    Layer const& layer = out.layer;
    Reg sums[R][V];
    for (int j = 0; j < V; ++j) {
        Reg start = {};
        if (!layer.bias.empty()) {
            for (int l = 0; l < lanes && j * lanes + l < count; ++l) {
                start[l] = layer.bias[static_cast<std::size_t>(column + j * lanes + l)];
            }
        }
        for (int i = 0; i < R; ++i) {
            sums[i][j] = start;
        }
    }
    std::size_t const depth = static_cast<std::size_t>(layer.weight.inputs);
    for (std::size_t k = 0; k < depth; ++k, panel += V * lanes) {
        Reg w[V];
        for (int j = 0; j < V; ++j) {
            w[j] = load(panel + j * lanes);
        }
        for (int i = 0; i < R; ++i) {
            float value = a[static_cast<std::size_t>(i) * pitch + k];
            for (int j = 0; j < V; ++j) {
                sums[i][j] += value * w[j];
            }
        }
    }
    for (int i = 0; i < R; ++i) {
        finish(out, row + i, column, sums[i], V, count);
    }
}

template <int V>
void panel_rows(Output const& out, float const* a, std::size_t pitch, float const* panel, std::int64_t row,
                std::int64_t rows, int column, int count) {
    std::int64_t r = 0;
    for (; r + row_block <= rows; r += row_block) {
        block<row_block, V>(out, a + static_cast<std::size_t>(r) * pitch, pitch, panel, row + r, column, count);
    }
    float const* rest = a + static_cast<std::size_t>(r) * pitch;
    switch (rows - r) {
    case 5:
        return block<5, V>(out, rest, pitch, panel, row + r, column, count);
    case 4:
        return block<4, V>(out, rest, pitch, panel, row + r, column, count);
    case 3:
        return block<3, V>(out, rest, pitch, panel, row + r, column, count);
    case 2:
        return block<2, V>(out, rest, pitch, panel, row + r, column, count);
    case 1:
        return block<1, V>(out, rest, pitch, panel, row + r, column, count);
    default:
        return;
    }
}

// a: `rows` windows, the first for output row `row`.
void product(Output const& out, float const* a, std::int64_t row, std::int64_t rows) {
    Layer const& layer = out.layer;
    std::size_t const pitch = static_cast<std::size_t>(layer.channels) * static_cast<std::size_t>(layer.step);
    float const* panel = layer.weight.panels.data();
    for (int column = 0; column < layer.weight.outputs; column += panel_width) {
        int count = std::min(panel_width, layer.weight.outputs - column);
        int vectors = (count + lanes - 1) / lanes;
        switch (vectors) {
        case 1:
            panel_rows<1>(out, a, pitch, panel, row, rows, column, count);
            break;
        case 2:
            panel_rows<2>(out, a, pitch, panel, row, rows, column, count);
            break;
        case 3:
            panel_rows<3>(out, a, pitch, panel, row, rows, column, count);
            break;
        default:
            panel_rows<4>(out, a, pitch, panel, row, rows, column, count);
            break;
        }
        panel += static_cast<std::ptrdiff_t>(layer.weight.inputs) * vectors * lanes;
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

} // namespace

PackedMatrix pack(std::vector<float> const& rows, int inputs, int outputs) {
    PackedMatrix packed{inputs, outputs, {}};
    for (int column = 0; column < outputs; column += panel_width) {
        int vectors = (std::min(panel_width, outputs - column) + lanes - 1) / lanes;
        for (int k = 0; k < inputs; ++k) {
            for (int j = column; j < column + vectors * lanes; ++j) {
                packed.panels.push_back(j < outputs
                                            ? rows[static_cast<std::size_t>(j) * static_cast<std::size_t>(inputs) +
                                                   static_cast<std::size_t>(k)]
                                            : 0.0F);
            }
        }
    }
    return packed;
}

std::vector<float> unpack(PackedMatrix const& packed) {
    std::vector<float> rows(static_cast<std::size_t>(packed.inputs) * static_cast<std::size_t>(packed.outputs));
    auto value = packed.panels.begin();
    for (int column = 0; column < packed.outputs; column += panel_width) {
        int const vectors = (std::min(panel_width, packed.outputs - column) + lanes - 1) / lanes;
        for (int k = 0; k < packed.inputs; ++k) {
            for (int j = column; j < column + vectors * lanes; ++j, ++value) {
                if (j < packed.outputs) {
                    rows[static_cast<std::size_t>(j) * static_cast<std::size_t>(packed.inputs) +
                         static_cast<std::size_t>(k)] = *value;
                }
            }
        }
    }
    return rows;
}

std::int64_t Layer::output_steps(std::int64_t input_steps) const {
    return transposed ? input_steps * phases : input_steps / step;
}

int Layer::output_channels() const {
    return taps == 0 ? channels : weight.outputs / phases;
}

std::size_t Layer::scratch(std::int64_t input_steps, int threads) const {
    std::int64_t tile = tile_rows(*this, output_rows(*this, input_steps), threads);
    std::int64_t prepared = tile * step + std::max(taps, 1);
    std::int64_t gathered = depthwise.empty() ? 0 : prepared + 6 * dilation;
    return static_cast<std::size_t>((prepared + gathered) * channels);
}

void run(Layer const& layer, float const* x, std::int64_t steps, float const* noise, float* y, float* scratch, int part,
         int parts) {
    std::int64_t const rows = output_rows(layer, steps);
    std::int64_t const tile = tile_rows(layer, rows, parts);
    std::int64_t const window = std::max(layer.taps, 1);
    Output out{layer, x, noise, y, layer.output_steps(steps) * layer.output_channels()};
    for (std::int64_t row = part * tile; row < rows; row += parts * tile) {
        std::int64_t count = std::min(tile, rows - row);
        std::int64_t first = row * layer.step - layer.pad;
        std::int64_t last = (row + count - 1) * layer.step - layer.pad + window;
        float const* prepared = scratch;
        if (!layer.depthwise.empty()) {
            float* target = layer.taps == 0 ? y + first * layer.channels : scratch;
            float* gathered = scratch + (last - first) * layer.channels;
            gather(layer, x, steps, first - 3 * layer.dilation, last + 3 * layer.dilation, gathered);
            depthwise(layer, gathered, last - first, target);
        } else if (!layer.alpha.empty() || first < 0 || last > steps) {
            gather(layer, x, steps, first, last, scratch);
        } else {
            prepared = x + first * layer.channels; // as it is
        }
        if (layer.taps > 0) {
            product(out, prepared, row, count);
        }
    }
}

} // namespace echollama::snac
