// AMX: a unit of some processors that multiplies whole tiles, 16 rows of 64 bytes by 64 bytes of 16 outputs at a time.
// The panels of nn/cpu/panels.h lie as it reads them. What it does with bytes is exact, so the results are those of the
// level below; of BF16 it sums in an order of its own, the same for each row whatever else is computed. Source: Intel
// 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter 18.
#pragma once

#include "nn/cpu/tile.h"

#if defined(__AMX_TILE__) && defined(__AMX_INT8__) && defined(__AMX_BF16__) && defined(__AVX512BF16__) &&              \
    defined(__AVX512VNNI__) && defined(__linux__)
#define ECHOLLAMA_AMX
#endif

namespace echollama::nn {

// Most rows of a task: two tiles one below the other, so that each tile of weights is read for both.
constexpr int unit_rows = 32;

// Whether there is one and the system lends it to this process.
bool has_matrix_unit();

// While one lives, its thread computes tiles on the unit, where there is one and the system lends it to this process.
// Whoever calls run_tile with bytes or BF16 holds one; one inside another costs nothing. The end gives the unit back as
// it was found, because ggml sets it up only once for each thread and relies on it.
class MatrixUnit {
  public:
    MatrixUnit();
    ~MatrixUnit(); // NOLINT(performance-trivially-destructible): without AMX it is
    MatrixUnit(MatrixUnit const&) = delete;
    MatrixUnit& operator=(MatrixUnit const&) = delete;

  private:
    bool outermost_ = false;
    alignas(64) unsigned char before_[64] = {};
};

// rows [0, rows) of task.a times one whole panel; false: nothing was done, since the unit does not know the format,
// there is none, or this thread does not hold it.
template <typename Format>
bool run_on_matrix_unit(int, tile::Task const&) {
    return false;
}
#if defined(ECHOLLAMA_AMX)
template <>
bool run_on_matrix_unit<tile::Int8>(int rows, tile::Task const& task);
template <>
bool run_on_matrix_unit<tile::Bf16>(int rows, tile::Task const& task);
#endif

} // namespace echollama::nn
