// The innermost loop for any format of panels and any number of outputs.
#pragma once

#include "nn/cpu/panels.h"
#include "nn/cpu/tile.h"

namespace echollama::nn {

// `rows` (1 to tile::rows) rows of task.a times one panel, of which `columns` outputs exist.
void run_tile(PanelType type, int rows, tile::Task const& task, std::int64_t columns);

} // namespace echollama::nn
