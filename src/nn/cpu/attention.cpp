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

struct Scratch {
    float* keys;   // panels [keys / width][head][width]
    float* values; // panels [head / width][keys][width]
    float* rows;   // queries [rows][pitch], once for each chunk of the head's width
    float* scores; // [chunks][rows][pitch]
    float* mixed;  // [rows][head, whole panels]
};

struct Sizes {
    int64_t head, key_columns, head_columns, chunks, head_chunks;
    explicit Sizes(AttentionShape const& s)
        : head(s.d / s.heads), key_columns(round_up(s.keys, tile::width)), head_columns(round_up(head, tile::width)),
          chunks((key_columns + chunk_keys - 1) / chunk_keys), head_chunks((head + tile::depth - 1) / tile::depth) {}
    int64_t key_floats() const { return key_columns * head; }
    int64_t value_floats() const { return head_columns * key_columns; }
    int64_t row_floats() const { return head_chunks * tile::rows * tile::pitch; }
    int64_t score_floats() const { return chunks * tile::rows * tile::pitch; }
    int64_t mixed_floats() const { return tile::rows * head_columns; }
};

Scratch divide(Sizes const& z, float* memory) {
    Scratch s{};
    s.keys = memory;
    s.values = s.keys + z.key_floats();
    s.rows = s.values + round_up(z.value_floats(), tile::lanes);
    s.scores = s.rows + z.row_floats();
    s.mixed = s.scores + z.score_floats();
    return s;
}

// To the nearest BF16, the even one of two: ggml's own is not inline. Numbers here are finite.
std::uint32_t rounded(float value) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof(bits));
    return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
}

// Unit `i` of a row of numbers.
template <typename Format>
float unit(float const* from, int64_t i) {
    if constexpr (per_unit<Format> == 2) {
        std::uint32_t const pair = rounded(from[2 * i]) | rounded(from[2 * i + 1]) << 16;
        float both;
        std::memcpy(&both, &pair, sizeof(both));
        return both;
    } else {
        return from[i];
    }
}

// `count` values of one or two keys (`below`: nullptr or the second), side by side in units.
template <typename Format>
void put_values(float* to, float const* key, [[maybe_unused]] float const* below, int64_t count) {
    if constexpr (per_unit<Format> == 2) {
        for (int64_t i = 0; i < count; ++i) {
            float const pair[2] = {key[i], below ? below[i] : 0};
            to[i] = unit<Format>(pair, 0);
        }
    } else {
        std::memcpy(to, key, static_cast<std::size_t>(count) * sizeof(float));
    }
}

template <typename Format>
void pack_head(AttentionShape const& s, Sizes const& z, float const* k, float const* v, Scratch const& to) {
    std::memset(to.keys, 0, static_cast<std::size_t>(z.key_floats()) * sizeof(float));
    std::memset(to.values, 0, static_cast<std::size_t>(z.value_floats()) * sizeof(float));
    constexpr int64_t step = per_unit<Format>;
    for (int64_t key = 0; key < s.keys; ++key) {
        float const* from = k + key * s.k_stride;
        float* panel = to.keys + key / tile::width * (z.head / step) * tile::width + key % tile::width;
        for (int64_t i = 0; i < z.head / step; ++i) {
            panel[i * tile::width] = unit<Format>(from, i);
        }
    }
    for (int64_t key = 0; key < s.keys; key += step) {
        for (int64_t column = 0; column < z.head; column += tile::width) {
            float const* from = v + key * s.v_stride + column;
            put_values<Format>(to.values + (column / tile::width * z.key_columns + key) / step * tile::width, from,
                               key + 1 < s.keys ? from + s.v_stride : nullptr,
                               std::min<int64_t>(tile::width, z.head - column));
        }
    }
}

// Row `r` of the scores, wherever its chunks lie: visits runs of whole vectors.
template <typename Visit>
void each_vector(Sizes const& z, float* scores, int r, Visit visit) {
    for (int64_t key = 0; key < z.key_columns; key += tile::lanes) {
        visit(scores + (key / chunk_keys * tile::rows + r) * tile::pitch + key % chunk_keys, key);
    }
}

// e^(score - largest) in place, of each chunk in units; returns one over their sum.
template <typename Format>
float soften(AttentionShape const& s, Sizes const& z, float* scores, int r, float const* mask) {
    tile::Reg high = tile::splat(-std::numeric_limits<float>::infinity());
    each_vector(z, scores, r, [&](float* at, int64_t key) {
        if (key + tile::lanes > s.keys) { // beyond the last key
            for (int64_t i = std::max<int64_t>(s.keys - key, 0); i < tile::lanes; ++i) {
                at[i] = -std::numeric_limits<float>::infinity();
            }
        }
        for (int64_t i = 0; mask && i < tile::lanes && key + i < s.keys; ++i) {
            at[i] += mask[key + i];
        }
        high = tile::greater(high, tile::load(at));
    });
    float peak = tile::largest(high);
    tile::Reg sum{};
    each_vector(z, scores, r, [&](float* at, int64_t key) {
        tile::Reg e = exponential(tile::load(at) - peak);
        e = tile::load(at) > tile::splat(-std::numeric_limits<float>::infinity()) ? e : tile::Reg{};
        tile::store(at - key % chunk_keys, key % chunk_keys, e, per_unit<Format> == 2);
        sum += e;
    });
    return 1 / tile::total(sum);
}

// The scores of `count` queries, and one over the sum of each one's shares.
template <typename Format>
void score(AttentionShape const& s, Sizes const& z, Scratch const& at, float const* q, float const* mask, int count,
           float* share) {
    constexpr int64_t step = per_unit<Format>;
    float const scale = 1 / std::sqrt(static_cast<float>(z.head));
    for (int r = 0; r < count; ++r) {
        for (int64_t i = 0; i < z.head / step; ++i) {
            float scaled[step];
            for (int64_t k = 0; k < step; ++k) {
                scaled[k] = q[r * s.q_stride + step * i + k] * scale;
            }
            at.rows[(i / tile::depth * tile::rows + r) * tile::pitch + i % tile::depth] = unit<Format>(scaled, 0);
        }
    }
    static constexpr float zeros[tile::width] = {};
    int64_t const units = z.head / step;
    for (int64_t key = 0; key < z.key_columns; key += tile::width) {
        for (int64_t i = 0; i * tile::depth < units; ++i) {
            tile::Task task;
            task.a = at.rows + i * tile::rows * tile::pitch;
            task.panel = at.keys + (key * units + i * tile::depth * tile::width);
            task.units = static_cast<int>(std::min<int64_t>(tile::depth, units - i * tile::depth));
            task.c = at.scores + key / chunk_keys * tile::rows * tile::pitch + key % chunk_keys;
            task.c_stride = tile::pitch;
            task.start = i == 0 ? zeros : nullptr;
            run_whole_tile<Format>(count, task);
        }
    }
    for (int r = 0; r < count; ++r) {
        share[r] = soften<Format>(s, z, at.scores, r, mask ? mask + r * s.keys : nullptr);
    }
}

// Queries [begin, begin + count) of one head; q, mask and y begin at the first of them.
template <typename Format>
void few_queries(AttentionShape const& s, Sizes const& z, Scratch const& at, float const* q, float const* mask,
                 float* y, int count) {
    static constexpr float zeros[tile::width] = {};
    constexpr int64_t step = per_unit<Format>;
    float share[tile::rows];
    score<Format>(s, z, at, q, mask, count, share);
    for (int64_t column = 0; column < z.head_columns; column += tile::width) {
        for (int64_t i = 0; i < z.chunks; ++i) {
            tile::Task task;
            task.a = at.scores + i * tile::rows * tile::pitch;
            task.panel = at.values + (column * z.key_columns + i * chunk_keys * tile::width) / step;
            task.units = static_cast<int>((std::min<int64_t>(chunk_keys, s.keys - i * chunk_keys) + step - 1) / step);
            task.c = at.mixed + column;
            task.c_stride = z.head_columns;
            task.start = i == 0 ? zeros : nullptr;
            run_whole_tile<Format>(count, task);
        }
    }
    for (int r = 0; r < count; ++r) {
        for (int64_t i = 0; i < z.head; ++i) {
            y[r * s.d + i] = at.mixed[r * z.head_columns + i] * share[r];
        }
    }
}

} // namespace

std::size_t attention_scratch(AttentionShape const& shape) {
    Sizes z(shape);
    return static_cast<std::size_t>(z.key_floats() + round_up(z.value_floats(), tile::lanes) + z.row_floats() +
                                    z.score_floats() + z.mixed_floats()) *
           sizeof(float);
}

bool can_round_attention(int64_t head) {
    return tile::has_bf16 && head % 2 == 0;
}

namespace {

template <typename Format>
void run(AttentionShape const& s, float const* q, float const* k, float const* v, float const* mask, float* y,
         void* scratch, int part, int parts) {
    MatrixUnit const unit;
    Sizes z(s);
    Scratch at = divide(z, static_cast<float*>(scratch));
    int64_t groups = (s.queries + tile::rows - 1) / tile::rows, all = s.heads * s.batch * groups;
    int64_t packed = -1;
    for (int64_t i = all * part / parts; i < all * (part + 1) / parts; ++i) {
        int64_t pair = i / groups, n = pair / s.heads, head = pair % s.heads, first = i % groups * tile::rows;
        if (pair != packed) {
            pack_head<Format>(s, z, k + n * s.keys * s.k_stride + head * z.head,
                              v + n * s.keys * s.v_stride + head * z.head, at);
            packed = pair;
        }
        few_queries<Format>(s, z, at, q + (n * s.queries + first) * s.q_stride + head * z.head,
                            mask ? mask + (n * s.queries + first) * s.keys : nullptr,
                            y + (n * s.queries + first) * s.d + head * z.head,
                            static_cast<int>(std::min<int64_t>(tile::rows, s.queries - first)));
    }
}

} // namespace

void attention(AttentionShape const& s, float const* q, float const* k, float const* v, float const* mask, float* y,
               void* scratch, int part, int parts) {
    s.rounded ? run<Rounded>(s, q, k, v, mask, y, scratch, part, parts)
              : run<tile::F32>(s, q, k, v, mask, y, scratch, part, parts);
}

} // namespace echollama::nn
