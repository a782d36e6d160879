#include "nn/cpu/tiles.h"

#include "nn/cpu/matrix_unit.h"

#include <algorithm>
#include <cstring>

namespace echollama::nn {
namespace {

static_assert(tile::rows <= most_task_rows && unit_rows <= most_task_rows);
constexpr int least_units = 128; // of a task for both sets of the matrix unit's rows

// The task from row `row` on.
tile::Task rows_from(tile::Task task, int row) {
    auto const below = row * task.c_stride * (task.bf16 ? 2 : 4);
    task.a += row * task.a_stride;
    task.c = static_cast<char*>(task.c) + below;
    task.sums = task.sums ? task.sums + row * tile::width : nullptr;
    task.add = task.add ? static_cast<char const*>(task.add) + below : nullptr;
    task.whole = task.whole ? task.whole + row : nullptr;
    return task;
}

} // namespace

int task_rows(PanelType type, std::int64_t units) {
    bool const on_unit = type == PanelType::bf16 || type == PanelType::int8;
    return on_unit && units >= least_units && has_matrix_unit() ? unit_rows : tile::rows;
}

// Not inline: each place that it is copied to is fifty loops more to compile. By itself: within a loop GCC 12 keeps the
// numbers of whole numbers' tiles in memory, and at AVX2 they take 1.7 times as long.
template <typename Format>
[[gnu::noinline]] void run_few(int rows, tile::Task const& task) {
    tile::run_rows<Format>(rows, task);
}

template <typename Format>
void run_whole_tile(int rows, tile::Task const& task) {
    if (run_on_matrix_unit<Format>(rows, task)) {
        return;
    }
    run_few<Format>(std::min(tile::rows, rows), task);
    for (int row = tile::rows; row < rows; row += tile::rows) {
        run_few<Format>(std::min(tile::rows, rows - row), rows_from(task, row));
    }
}
template void run_whole_tile<tile::F32>(int, tile::Task const&);
#if defined(__AVX512BF16__)
template void run_whole_tile<tile::Bf16>(int, tile::Task const&);
#endif

namespace {

template <typename Format>
void run_columns(int rows, tile::Task const& task, std::int64_t columns) {
    if (columns >= tile::width) {
        run_whole_tile<Format>(rows, task);
        return;
    }
    // A panel with fewer outputs than its width goes through a buffer.
    float c[most_task_rows * tile::width] = {}, add[most_task_rows * tile::width] = {};
    auto bytes = static_cast<std::size_t>(columns) * sizeof(float);
    auto* outer = static_cast<float*>(task.c);
    for (int r = 0; r < rows; ++r) {
        std::memcpy(c + r * tile::width, outer + r * task.c_stride, bytes);
        if (task.add) {
            std::memcpy(add + r * tile::width, static_cast<float const*>(task.add) + r * task.c_stride, bytes);
        }
    }
    tile::Task inner = task;
    inner.c = c;
    inner.c_stride = tile::width;
    inner.add = task.add ? add : nullptr;
    run_whole_tile<Format>(rows, inner);
    for (int r = 0; r < rows; ++r) {
        std::memcpy(outer + r * task.c_stride, c + r * tile::width, bytes);
    }
}

} // namespace

void run_tile(PanelType type, int rows, tile::Task const& task, std::int64_t columns) {
    switch (type) { // panel_type() chooses only formats this build has
    case PanelType::f32:
        run_columns<tile::F32>(rows, task, columns);
        break;
    case PanelType::f16:
#if defined(__AVX512F__)
        run_columns<tile::F16>(rows, task, columns);
#endif
        break;
    case PanelType::bf16:
#if defined(__AVX512BF16__)
        run_columns<tile::Bf16>(rows, task, columns);
#endif
        break;
    case PanelType::int8:
#if defined(__AVX512VNNI__) || defined(__AVXVNNI__)
        run_columns<tile::Int8>(rows, task, columns);
#endif
        break;
    case PanelType::int16:
#if defined(__AVX2__)
        run_columns<tile::Int16>(rows, task, columns);
#endif
        break;
    }
}

} // namespace echollama::nn
