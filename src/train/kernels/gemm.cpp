#include "train/kernels/gemm.h"

#include "nn/cpu/node.h"
#include "nn/cpu/rows.h"
#include "nn/cpu/tiles.h"
#include "train/kernels/vectors.h"

#include <algorithm>
#include <cstring>

namespace echollama::train {
namespace {

using std::int64_t;
namespace tile = nn::tile;

constexpr int64_t most_k = tile::depth; // of a block: its rows stay in the first cache
constexpr int64_t most_n = 256;         // of a block: its panels stay in the second cache
constexpr int64_t fewest_rows = 256;    // for which a block is packed again by another item

struct Scratch {
    nn::AlignedMemory panels = nn::aligned_memory(most_k * most_n * sizeof(float));
    nn::AlignedMemory rows = nn::aligned_memory(tile::rows * tile::pitch * sizeof(float));
    nn::AlignedMemory block = nn::aligned_memory(tile::width * most_k * sizeof(float));
};

Scratch& scratch() {
    thread_local Scratch own;
    return own;
}

float* memory_of(nn::AlignedMemory const& memory) {
    return static_cast<float*>(memory.get());
}

// One panel [k][width] from columns that lie along k: `from(column)` points to the first number of one.
template <typename Column>
void transpose_panel(int64_t k, int64_t columns, Column from, float* panel) {
    tile::Reg square[tile::lanes];
    for (int64_t side = 0; side < tile::width; side += tile::lanes) {
        for (int64_t first = 0; first < k; first += tile::lanes) {
            for (int i = 0; i < tile::lanes; ++i) {
                square[i] = side + i < columns ? load_some(from(side + i) + first, k - first) : tile::Reg{};
            }
            transpose(square);
            for (int i = 0; i < tile::lanes && first + i < k; ++i) {
                tile::store(panel + (first + i) * tile::width + side, square[i]);
            }
        }
    }
}

// One panel from rows of `columns` numbers, `step` apart.
void copy_panel(int64_t k, int64_t columns, float const* from, int64_t step, float* panel) {
    for (int64_t i = 0; i < k; ++i, from += step, panel += tile::width) {
        std::memcpy(panel, from, static_cast<std::size_t>(columns) * sizeof(float));
        std::fill(panel + columns, panel + tile::width, 0.0F);
    }
}

// A block of the right-hand side.
struct Block {
    int64_t k, k_count, n, n_count;
    int64_t packed = k_count; // rows of its panels, of which the first k_count are wanted
};

void pack_view(View const& b, Block const& at, float* panels) {
    for (int64_t n = 0; n < at.n_count; n += tile::width, panels += at.k_count * tile::width) {
        int64_t const columns = std::min<int64_t>(tile::width, at.n_count - n);
        float const* from = b.at(at.k, at.n + n);
        if (b.column_step == 1) {
            copy_panel(at.k_count, columns, from, b.row_step, panels);
        } else {
            transpose_panel(
                at.k_count, columns, [&](int64_t column) { return from + column * b.column_step; }, panels);
        }
    }
}

// B = W^T: column n of B is row n of the matrix.
void pack_transposed(Matrix const& w, Block const& at, float* panels, float* buffer) {
    for (int64_t n = 0; n < at.n_count; n += tile::width, panels += at.k_count * tile::width) {
        int64_t const columns = std::min<int64_t>(tile::width, at.n_count - n);
        read_block(w, at.n + n, columns, at.k, at.k_count, buffer, most_k);
        transpose_panel(
            at.k_count, columns, [&](int64_t column) { return buffer + column * most_k; }, panels);
    }
}

// B = W: row k of B is row k of the matrix.
void pack_rows(Matrix const& w, Block const& at, float* panels, float* buffer) {
    for (int64_t k = 0; k < at.k_count; ++k) {
        read_block(w, at.k + k, 1, at.n, at.n_count, buffer, most_n);
        for (int64_t n = 0; n < at.n_count; n += tile::width) {
            int64_t const columns = std::min<int64_t>(tile::width, at.n_count - n);
            copy_panel(1, columns, buffer + n, 0, panels + n * at.k_count + k * tile::width);
        }
    }
}

void pack_block(Right const& b, Block const& at, float* panels, float* buffer) {
    if (!b.matrix) {
        pack_view(b.view, at, panels);
    } else if (b.transposed) {
        pack_transposed(*b.matrix, at, panels, buffer);
    } else {
        pack_rows(*b.matrix, at, panels, buffer);
    }
}

void gather_rows(View const& a, int64_t row, int64_t rows, int64_t k, int64_t count, float* out) {
    if (a.column_step == 1) {
        for (int64_t r = 0; r < rows; ++r) {
            std::memcpy(out + r * tile::pitch, a.at(row + r, k), static_cast<std::size_t>(count) * sizeof(float));
        }
        return;
    }
    if (a.row_step != 1) {
        for (int64_t r = 0; r < rows; ++r) {
            for (int64_t i = 0; i < count; ++i) {
                out[r * tile::pitch + i] = *a.at(row + r, k + i);
            }
        }
        return;
    }
    tile::Reg square[tile::lanes];
    for (int64_t first = 0; first < rows; first += tile::lanes) {
        for (int64_t i = 0; i < count; i += tile::lanes) {
            for (int64_t j = 0; j < tile::lanes; ++j) {
                square[j] = i + j < count ? load_some(a.at(row + first, k + i + j), rows - first) : tile::Reg{};
            }
            transpose(square);
            for (int64_t r = first; r < std::min<int64_t>(rows, first + tile::lanes); ++r) {
                tile::store(out + r * tile::pitch + i, square[r - first]); // what is beyond `count` is not read
            }
        }
    }
}

// Rows [from, to) of C, columns of the block, from `panels` of it.
struct Target {
    float* c;
    int64_t step, from, to;
    bool add;
};

void rows_times_panels(View const& a, Target const& t, Block const& at, float const* panels) {
    static constexpr float zeros[tile::width] = {};
    float* rows = memory_of(scratch().rows);
    int64_t const all = t.to - t.from, groups = (all + tile::rows - 1) / tile::rows;
    for (int64_t group = 0, row = t.from; group < groups; ++group) {
        int64_t const count = all / groups + (group < all % groups ? 1 : 0); // equally large
        gather_rows(a, row, count, at.k, at.k_count, rows);
        for (int64_t n = 0; n < at.n_count; n += tile::width) {
            tile::Task task;
            task.a = rows;
            task.panel = panels + n * at.packed;
            task.units = static_cast<int>(at.k_count);
            task.c = t.c + row * t.step + at.n + n;
            task.c_stride = t.step;
            task.start = t.add ? nullptr : zeros;
            nn::run_tile(nn::PanelType::f32, static_cast<int>(count), task, at.n_count - n);
        }
        row += count;
    }
}

// Where chunk k of a Packed begins: all its columns in panels, chunk after chunk.
int64_t chunk_offset(Packed const& b, int64_t k) {
    return k * nn::round_up(b.n, tile::width);
}

} // namespace

void multiply(Workers& workers, Sizes const& s, View const& a, Right const& b, float* c, int64_t c_step, bool add) {
    int64_t const blocks = (s.n + most_n - 1) / most_n;
    int64_t const wanted = (2 * workers.threads() + blocks - 1) / blocks; // items a block
    int64_t const parts = std::clamp<int64_t>(s.m / fewest_rows, 1, wanted);
    workers.each(blocks * parts, [&](int64_t item) {
        nn::Share const rows(s.m, static_cast<int>(item % parts), static_cast<int>(parts));
        float* panels = memory_of(scratch().panels);
        for (int64_t k = 0; k < s.k; k += most_k) {
            int64_t const n = item / parts * most_n;
            Block const at{k, std::min(most_k, s.k - k), n, std::min(most_n, s.n - n)};
            pack_block(b, at, panels, memory_of(scratch().block));
            rows_times_panels(a, {c, c_step, rows.begin, rows.end, add || k > 0}, at, panels);
        }
    });
}

void pack(View const& b, int64_t k, int64_t n, Packed& out) {
    int64_t const size = k * nn::round_up(n, tile::width);
    if (size > out.capacity) {
        out.panels = nn::aligned_memory(static_cast<std::size_t>(size) * sizeof(float));
        out.capacity = size;
    }
    out.k = k;
    out.n = n;
    for (int64_t first = 0; first < k; first += most_k) {
        pack_view(b, {first, std::min(most_k, k - first), 0, n}, memory_of(out.panels) + chunk_offset(out, first));
    }
}

void multiply(Sizes const& s, View const& a, Packed const& b, float* c, int64_t c_step, bool add) {
    for (int64_t k = 0; k < s.k; k += most_k) {
        int64_t const packed = std::min(most_k, b.k - k);
        Block const at{k, std::min(packed, s.k - k), 0, s.n, packed};
        rows_times_panels(a, {c, c_step, 0, s.m, add || k > 0}, at, memory_of(b.panels) + chunk_offset(b, k));
    }
}

} // namespace echollama::train
