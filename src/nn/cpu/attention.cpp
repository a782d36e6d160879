#include "nn/cpu/attention.h"

#include "nn/cpu/exponential.h"
#include "nn/cpu/matrix_unit.h"
#include "nn/cpu/rows.h"
#include "nn/cpu/tiles.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace echollama::nn {
namespace {

using std::int64_t;

// Panels of a chunk of keys (their scores side by side are one row of the second product).
constexpr int64_t chunk_keys = tile::depth / tile::width * tile::width;

// How many numbers a unit of four bytes holds in the two products.
template <typename Format>
constexpr int64_t per_unit = 1;
#if defined(__AVX512BF16__)
using Rounded = tile::Bf16;
template <>
constexpr int64_t per_unit<tile::Bf16> = 2;
#else
using Rounded = tile::F32; // never asked for
#endif

// The inputs of the first product in units, filled up with zeros to whole steps of the matrix unit, where there is one.
template <typename Format>
int64_t head_units(int64_t head) {
    int64_t const units = head / per_unit<Format>;
    return per_unit<Format> == 2 && has_matrix_unit() ? round_up(units, 16) : units;
}

// Queries that are multiplied together.
int64_t group_rows(AttentionShape const& s) {
    return s.rounded && has_matrix_unit() ? most_task_rows : tile::rows;
}

struct Scratch {
    float* keys;   // panels [keys / width][head][width]
    float* values; // panels [head / width][keys][width]
    float* rows;   // queries [rows][pitch], once for each chunk of the head's width
    float* scores; // [chunks][rows][pitch]
    float* mixed;  // [rows][head, whole panels]
    float* few;    // some keys [lanes][head in units, whole vectors]
};

struct Sizes {
    int64_t head, units, vectors, key_columns, head_columns, chunks, head_chunks, rows;
    explicit Sizes(AttentionShape const& s)
        : head(s.d / s.heads), units(s.rounded ? head_units<Rounded>(head) : head),
          vectors(round_up(units, tile::lanes)), key_columns(round_up(s.keys, tile::width)),
          head_columns(round_up(head, tile::width)), chunks((key_columns + chunk_keys - 1) / chunk_keys),
          head_chunks((units + tile::depth - 1) / tile::depth), rows(group_rows(s)) {}
    int64_t key_floats() const { return key_columns * units; }
    int64_t value_floats() const { return head_columns * key_columns; }
    int64_t row_floats() const { return head_chunks * rows * tile::pitch; }
    int64_t score_floats() const { return chunks * rows * tile::pitch; }
    int64_t mixed_floats() const { return rows * head_columns; }
    int64_t few_floats() const { return tile::lanes * vectors; }
    int64_t chunk_columns(int64_t chunk) const { return std::min(chunk_keys, key_columns - chunk * chunk_keys); }
};

Scratch divide(Sizes const& z, float* memory) {
    Scratch s{};
    s.keys = memory;
    s.values = s.keys + z.key_floats();
    s.rows = s.values + round_up(z.value_floats(), tile::lanes);
    s.scores = s.rows + z.row_floats();
    s.mixed = s.scores + z.score_floats();
    s.few = s.mixed + z.mixed_floats();
    return s;
}

// Numbers, times `scale`, as units of a row.
template <typename Format>
void put_row(float* to, float const* from, int64_t count, float scale) {
    constexpr bool bf16 = per_unit<Format> == 2;
    if (cover(count, [&](int64_t i) { tile::store(to, i, tile::load(from + i) * scale, bf16); })) {
        return;
    }
    float few[tile::lanes] = {}, units[tile::lanes];
    for (int64_t i = 0; i < count; ++i) {
        few[i] = from[i] * scale;
    }
    tile::store(units, 0, tile::load(few), bf16);
    std::memcpy(to, units, static_cast<std::size_t>(count) * sizeof(float) / per_unit<Format>);
}

// One stage of a transposition: what lies `half` to the right in `upper` changes places with what lies `half` to the
// left in `lower`.
template <int half, std::size_t... lane>
void exchange(tile::Reg& upper, tile::Reg& lower, std::index_sequence<lane...>) {
    constexpr auto first = [](int l) { return (l & half) != 0 ? tile::lanes + (l ^ half) : l; };
    constexpr auto second = [](int l) { return (l & half) != 0 ? tile::lanes + l : l ^ half; };
    tile::Reg const above = __builtin_shufflevector(upper, lower, first(static_cast<int>(lane))...);
    lower = __builtin_shufflevector(upper, lower, second(static_cast<int>(lane))...);
    upper = above;
}
template <int half = tile::lanes / 2>
void transpose(tile::Reg (&rows)[tile::lanes]) {
    if constexpr (half > 0) {
#pragma GCC unroll 16
        for (int r = 0; r < tile::lanes; ++r) {
            if ((r & half) == 0) {
                exchange<half>(rows[r], rows[r + half], std::make_index_sequence<tile::lanes>());
            }
        }
        transpose<half / 2>(rows);
    }
}

// Keys [key, key + lanes) to their place in a panel.
template <typename Format>
void pack_keys(AttentionShape const& s, Sizes const& z, float const* k, int64_t key, Scratch const& to) {
    for (int r = 0; r < tile::lanes; ++r) {
        if (key + r < s.keys) {
            put_row<Format>(to.few + r * z.vectors, k + (key + r) * s.k_stride, z.head, 1);
        } else {
            std::memset(to.few + r * z.vectors, 0, static_cast<std::size_t>(z.vectors) * sizeof(float));
        }
    }
    float* panel = to.keys + key / tile::width * z.units * tile::width + key % tile::width;
    for (int64_t i = 0; i < z.units; i += tile::lanes) {
        tile::Reg block[tile::lanes];
        for (int r = 0; r < tile::lanes; ++r) {
            block[r] = tile::load(to.few + r * z.vectors + i);
        }
        transpose(block);
        int64_t const count = std::min<int64_t>(tile::lanes, z.units - i);
        for (int64_t unit = 0; unit < count; ++unit) {
            tile::store(panel + (i + unit) * tile::width, block[unit]);
        }
    }
}

// To the nearest BF16, the even one of two: ggml's own is not inline. Numbers here are finite.
std::uint32_t rounded(float value) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof(bits));
    return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
}

// `count` values of one or two keys (`below`: nullptr or the second), side by side in units.
template <typename Format>
void put_values(float* to, float const* key, [[maybe_unused]] float const* below, int64_t count) {
    if constexpr (per_unit<Format> == 2) {
        for (int64_t i = 0; i < count; ++i) {
            std::uint32_t const pair = rounded(key[i]) | (below ? rounded(below[i]) << 16 : 0);
            std::memcpy(to + i, &pair, sizeof(pair));
        }
    } else {
        std::memcpy(to, key, static_cast<std::size_t>(count) * sizeof(float));
    }
}

template <typename Format>
void pack_head(AttentionShape const& s, Sizes const& z, float const* k, float const* v, Scratch const& to) {
    for (int64_t key = 0; key < z.key_columns; key += tile::lanes) {
        pack_keys<Format>(s, z, k, key, to);
    }
    std::memset(to.values, 0, static_cast<std::size_t>(z.value_floats()) * sizeof(float));
    constexpr int64_t step = per_unit<Format>;
    for (int64_t key = 0; key < s.keys; key += step) {
        for (int64_t column = 0; column < z.head; column += tile::width) {
            float const* from = v + key * s.v_stride + column;
            put_values<Format>(to.values + (column / tile::width * z.key_columns + key) / step * tile::width, from,
                               key + 1 < s.keys ? from + s.v_stride : nullptr,
                               std::min<int64_t>(tile::width, z.head - column));
        }
    }
}

constexpr float none = -std::numeric_limits<float>::infinity();

// Adds the mask to `count` scores of one query, and hides what comes behind them up to a whole panel.
void hide(Sizes const& z, float* scores, int64_t count, float const* mask) {
    for (int64_t chunk = 0; chunk < z.chunks; ++chunk) {
        float* row = scores + chunk * z.rows * tile::pitch;
        int64_t const here = std::min(chunk_keys, count - chunk * chunk_keys), columns = z.chunk_columns(chunk);
        for (int64_t i = 0; mask && i < here; ++i) {
            row[i] += mask[chunk * chunk_keys + i];
        }
        std::fill(row + std::max<int64_t>(here, 0), row + columns, none);
    }
}

// e^(score - largest) in place, of each chunk in units; returns one over their sum.
template <typename Format>
float soften(Sizes const& z, float* scores) {
    // Two at a time: each waits for the one before.
    tile::Reg high[2] = {tile::splat(none), tile::splat(none)}, sum[2] = {};
    static_assert(tile::width == 2 * tile::lanes);
    for (int64_t chunk = 0; chunk < z.chunks; ++chunk) {
        float const* row = scores + chunk * z.rows * tile::pitch;
        for (int64_t i = 0; i < z.chunk_columns(chunk); i += tile::width) {
            high[0] = tile::greater(high[0], tile::load(row + i));
            high[1] = tile::greater(high[1], tile::load(row + i + tile::lanes));
        }
    }
    tile::Reg const peak = tile::splat(tile::largest(tile::greater(high[0], high[1])));
    for (int64_t chunk = 0; chunk < z.chunks; ++chunk) {
        float* row = scores + chunk * z.rows * tile::pitch;
        for (int64_t i = 0; i < z.chunk_columns(chunk); i += tile::width) {
            for (int j = 0; j < 2; ++j) {
                tile::Reg const score = tile::load(row + i + j * tile::lanes);
                tile::Reg e = exponential(score - peak);
                e = score > tile::splat(none) ? e : tile::Reg{};
                tile::store(row, i + j * tile::lanes, e, per_unit<Format> == 2);
                sum[j] += e;
            }
        }
    }
    return 1 / tile::total(sum[0] + sum[1]);
}

// The scores of `count` queries, and one over the sum of each one's shares.
template <typename Format>
void score(AttentionShape const& s, Sizes const& z, Scratch const& at, float const* q, float const* mask, int count,
           float* share) {
    constexpr int64_t at_once = tile::depth * per_unit<Format>;
    float const scale = 1 / std::sqrt(static_cast<float>(z.head));
    for (int r = 0; r < count; ++r) {
        for (int64_t i = 0; i < z.head; i += at_once) {
            put_row<Format>(at.rows + (i / at_once * z.rows + r) * tile::pitch, q + r * s.q_stride + i,
                            std::min(at_once, z.head - i), scale);
        }
    }
    static constexpr float zeros[tile::width] = {};
    for (int64_t key = 0; key < z.key_columns; key += tile::width) {
        for (int64_t i = 0; i * tile::depth < z.units; ++i) {
            tile::Task task;
            task.a = at.rows + i * z.rows * tile::pitch;
            task.panel = at.keys + (key * z.units + i * tile::depth * tile::width);
            task.units = static_cast<int>(std::min<int64_t>(tile::depth, z.units - i * tile::depth));
            task.c = at.scores + key / chunk_keys * z.rows * tile::pitch + key % chunk_keys;
            task.c_stride = tile::pitch;
            task.start = i == 0 ? zeros : nullptr;
            run_whole_tile<Format>(count, task);
        }
    }
    for (int r = 0; r < count; ++r) {
        if (mask || z.key_columns > s.keys) {
            hide(z, at.scores + r * tile::pitch, s.keys, mask ? mask + r * s.keys : nullptr);
        }
        share[r] = soften<Format>(z, at.scores + r * tile::pitch);
    }
}

// Queries [begin, begin + count) of one head; q, mask and y (BF16 or F32) begin at the first of them.
template <typename Format>
void few_queries(AttentionShape const& s, Sizes const& z, Scratch const& at, float const* q, float const* mask, void* y,
                 int count) {
    static constexpr float zeros[tile::width] = {};
    constexpr int64_t step = per_unit<Format>;
    float share[most_task_rows];
    score<Format>(s, z, at, q, mask, count, share);
    for (int64_t column = 0; column < z.head_columns; column += tile::width) {
        for (int64_t i = 0; i < z.chunks; ++i) {
            tile::Task task;
            task.a = at.scores + i * z.rows * tile::pitch;
            task.panel = at.values + (column * z.key_columns + i * chunk_keys * tile::width) / step;
            task.units = static_cast<int>(z.chunk_columns(i) / step); // beyond the last key zero
            task.c = at.mixed + column;
            task.c_stride = z.head_columns;
            task.start = i == 0 ? zeros : nullptr;
            run_whole_tile<Format>(count, task);
        }
    }
    for (int r = 0; r < count; ++r) {
        float const* from = at.mixed + r * z.head_columns;
        if (s.bf16_output) {
            put_row<Rounded>(reinterpret_cast<float*>(static_cast<std::uint16_t*>(y) + r * s.d), from, z.head,
                             share[r]);
        } else {
            put_row<tile::F32>(static_cast<float*>(y) + r * s.d, from, z.head, share[r]);
        }
    }
}

} // namespace

std::size_t attention_scratch(AttentionShape const& shape) {
    Sizes z(shape);
    return static_cast<std::size_t>(z.key_floats() + round_up(z.value_floats(), tile::lanes) + z.row_floats() +
                                    z.score_floats() + z.mixed_floats() + z.few_floats()) *
           sizeof(float);
}

bool can_round_attention(int64_t head) {
    return tile::has_bf16 && head % 2 == 0;
}

namespace {

template <typename Format>
void run(AttentionShape const& s, float const* q, float const* k, float const* v, float const* mask, void* y,
         void* scratch, int part, int parts) {
    MatrixUnit const unit;
    Sizes z(s);
    Scratch at = divide(z, static_cast<float*>(scratch));
    std::memset(at.rows, 0, static_cast<std::size_t>(z.row_floats()) * sizeof(float));
    std::memset(at.few, 0, static_cast<std::size_t>(z.few_floats()) * sizeof(float));
    std::size_t const size = s.bf16_output ? 2 : 4;
    int64_t groups = (s.queries + z.rows - 1) / z.rows, all = s.heads * s.batch * groups;
    int64_t packed = -1;
    for (int64_t i = all * part / parts; i < all * (part + 1) / parts; ++i) {
        int64_t pair = i / groups, n = pair / s.heads, head = pair % s.heads, first = i % groups * z.rows;
        if (pair != packed) {
            pack_head<Format>(s, z, k + n * s.keys * s.k_stride + head * z.head,
                              v + n * s.keys * s.v_stride + head * z.head, at);
            packed = pair;
        }
        few_queries<Format>(s, z, at, q + (n * s.queries + first) * s.q_stride + head * z.head,
                            mask ? mask + (n * s.queries + first) * s.keys : nullptr,
                            static_cast<char*>(y) +
                                static_cast<std::size_t>((n * s.queries + first) * s.d + head * z.head) * size,
                            static_cast<int>(std::min<int64_t>(z.rows, s.queries - first)));
    }
}

} // namespace

void attention(AttentionShape const& s, float const* q, float const* k, float const* v, float const* mask, void* y,
               void* scratch, int part, int parts) {
    s.rounded ? run<Rounded>(s, q, k, v, mask, y, scratch, part, parts)
              : run<tile::F32>(s, q, k, v, mask, y, scratch, part, parts);
}

} // namespace echollama::nn
