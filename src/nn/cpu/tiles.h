// The innermost loop for any format of panels and any number of outputs.
#pragma once

#include "nn/cpu/panels.h"
#include "nn/cpu/tile.h"

namespace echollama::nn {

// Most rows of a task, and the number of them that is fastest where a product has many and `units` inputs.
constexpr int most_task_rows = 32;
int task_rows(PanelType type, std::int64_t units);

// Of bytes and BF16 the caller holds a MatrixUnit (nn/cpu/matrix_unit.h) meanwhile. `rows` (1 to most_task_rows) rows
// of task.a times one panel, of which `columns` outputs exist.
void run_tile(PanelType type, int rows, tile::Task const& task, std::int64_t columns);

// The same of a whole panel in the format F32 or, where there is one, Bf16.
template <typename Format>
void run_whole_tile(int rows, tile::Task const& task);

} // namespace echollama::nn
