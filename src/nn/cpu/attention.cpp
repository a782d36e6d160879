#include "nn/cpu/attention.h"

#include "nn/cpu/exponential.h"
#include "nn/cpu/rows.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace echollama::nn {
namespace {

using std::int64_t;

// Panels of a chunk of keys (their scores side by side are one row of the second product).
constexpr int64_t chunk_keys = tile::depth / tile::width * tile::width;

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

void pack_head(AttentionShape const& s, Sizes const& z, float const* k, float const* v, Scratch const& to) {
    std::memset(to.keys, 0, static_cast<std::size_t>(z.key_floats()) * sizeof(float));
    std::memset(to.values, 0, static_cast<std::size_t>(z.value_floats()) * sizeof(float));
    for (int64_t key = 0; key < s.keys; ++key) {
        float const* from = k + key * s.k_stride;
        float* panel = to.keys + key / tile::width * z.head * tile::width + key % tile::width;
        for (int64_t i = 0; i < z.head; ++i) {
            panel[i * tile::width] = from[i];
        }
        for (int64_t column = 0; column < z.head; column += tile::width) {
            auto count = static_cast<std::size_t>(std::min<int64_t>(tile::width, z.head - column));
            std::memcpy(to.values + (column / tile::width * z.key_columns + key) * tile::width,
                        v + key * s.v_stride + column, count * sizeof(float));
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

// e^(score - largest) in place; returns one over their sum.
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
    each_vector(z, scores, r, [&](float* at, int64_t) {
        tile::Reg e = exponential(tile::load(at) - peak);
        e = tile::load(at) > tile::splat(-std::numeric_limits<float>::infinity()) ? e : tile::Reg{};
        tile::store(at, e);
        sum += e;
    });
    return 1 / tile::total(sum);
}

// Queries [begin, begin + count) of one head; q, mask and y begin at the first of them.
void few_queries(AttentionShape const& s, Sizes const& z, Scratch const& at, float const* q, float const* mask,
                 float* y, int count) {
    float scale = 1 / std::sqrt(static_cast<float>(z.head));
    for (int r = 0; r < count; ++r) {
        for (int64_t i = 0; i < z.head; ++i) {
            at.rows[(i / tile::depth * tile::rows + r) * tile::pitch + i % tile::depth] = q[r * s.q_stride + i] * scale;
        }
    }
    static constexpr float zeros[tile::width] = {};
    for (int64_t key = 0; key < z.key_columns; key += tile::width) {
        for (int64_t i = 0; i < z.head_chunks; ++i) {
            tile::Task task;
            task.a = at.rows + i * tile::rows * tile::pitch;
            task.panel = at.keys + (key * z.head + i * tile::depth * tile::width);
            task.units = static_cast<int>(std::min<int64_t>(tile::depth, z.head - i * tile::depth));
            task.c = at.scores + key / chunk_keys * tile::rows * tile::pitch + key % chunk_keys;
            task.c_stride = tile::pitch;
            task.start = i == 0 ? zeros : nullptr;
            tile::run_rows<tile::F32>(count, task);
        }
    }
    float share[tile::rows];
    for (int r = 0; r < count; ++r) {
        share[r] = soften(s, z, at.scores, r, mask ? mask + r * s.keys : nullptr);
    }
    for (int64_t column = 0; column < z.head_columns; column += tile::width) {
        for (int64_t i = 0; i < z.chunks; ++i) {
            tile::Task task;
            task.a = at.scores + i * tile::rows * tile::pitch;
            task.panel = at.values + column * z.key_columns + i * chunk_keys * tile::width;
            task.units = static_cast<int>(std::min<int64_t>(chunk_keys, s.keys - i * chunk_keys));
            task.c = at.mixed + column;
            task.c_stride = z.head_columns;
            task.start = i == 0 ? zeros : nullptr;
            tile::run_rows<tile::F32>(count, task);
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

void attention(AttentionShape const& s, float const* q, float const* k, float const* v, float const* mask, float* y,
               void* scratch, int part, int parts) {
    Sizes z(s);
    Scratch at = divide(z, static_cast<float*>(scratch));
    int64_t groups = (s.queries + tile::rows - 1) / tile::rows, all = s.heads * s.batch * groups;
    int64_t packed = -1;
    for (int64_t i = all * part / parts; i < all * (part + 1) / parts; ++i) {
        int64_t pair = i / groups, n = pair / s.heads, head = pair % s.heads, first = i % groups * tile::rows;
        if (pair != packed) {
            pack_head(s, z, k + n * s.keys * s.k_stride + head * z.head, v + n * s.keys * s.v_stride + head * z.head,
                      at);
            packed = pair;
        }
        few_queries(s, z, at, q + (n * s.queries + first) * s.q_stride + head * z.head,
                    mask ? mask + (n * s.queries + first) * s.keys : nullptr,
                    y + (n * s.queries + first) * s.d + head * z.head,
                    static_cast<int>(std::min<int64_t>(tile::rows, s.queries - first)));
    }
}

} // namespace echollama::nn
