// Weights of the CPU's matrix products, packed once into panels as the innermost loops (nn/cpu/tile.h) read them.
#pragma once

#include <ggml.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <span>

namespace echollama::nn {

struct FreeMemory {
    void operator()(void* memory) const { std::free(memory); }
};
using AlignedMemory = std::unique_ptr<void, FreeMemory>;
AlignedMemory aligned_memory(std::size_t bytes); // throws std::bad_alloc

// How panels hold numbers, and what the pictures are rounded to on their way into a product:
//   f32   F32, the pictures stay as they are
//   f16   F16 widened in registers, the pictures stay as they are
//   bf16  BF16, the pictures are rounded to BF16
//   int8  whole numbers of eight bits with a scale for each output and chunk of inputs; the pictures get a scale for
//         each row and chunk
//   int16 the same with whole numbers of eleven bits and a sign, which lose less than BF16 does
// Sums are F32, of int8 and int16 exact within a chunk.
enum class PanelType { f32, f16, bf16, int8, int16 };

// What a weight of this type becomes: F16 stays F16; BF16 stays BF16; Q8_0 becomes int8, or BF16; where the processor
// has no instructions for them, BF16 and Q8_0 become int16, and what is left F32.
PanelType panel_type(ggml_type type);

// Whether rows of the pictures are whole numbers with a scale (put_whole in nn/cpu/rows.h).
bool is_whole(PanelType type);

// Inputs are multiplied in units of four bytes.
int inputs_per_unit(PanelType type);
std::int64_t round_up(std::int64_t n, std::int64_t step);

// Inputs are multiplied in chunks whose rows fit the first cache; or, of windows that are read where they lie, in the
// `lines` lines of the window (nn/cpu/byte_lines.h).
struct Chunks {
    std::int64_t units = 0, size = 0, count = 0; // of all inputs; of one chunk (the last may be smaller); how many
    Chunks(PanelType type, std::int64_t inputs, int lines = 0);
};

// A matrix [inputs, outputs] in panels of neighbouring outputs; unit k of output o lies at [o / width][k][o % width].
// `bias` is padded to whole panels. Of int8 and int16, `scales` and `corrections` (scale times the sum of the numbers,
// for pictures with an offset, which only int8 has) lie at [chunk][output].
struct PackedMatrix {
    PanelType type = PanelType::f32;
    std::int64_t inputs = 0, outputs = 0;
    int lines = 0; // of Chunks
    AlignedMemory panels, bias, scales, corrections;
    std::size_t bytes = 0;
};

inline float const* floats(AlignedMemory const& memory) {
    return static_cast<float const*>(memory.get());
}
// Where the panel of outputs from `output` on begins, from chunk `chunk` on.
void const* panel(PackedMatrix const& matrix, Chunks const& chunks, std::int64_t output, std::int64_t chunk);

// Panels and a bias of zeros, whose rows put_row() gives.
PackedMatrix empty_panels(PanelType type, std::int64_t inputs, std::int64_t outputs, int lines = 0);
// The inputs of output `row` into their places.
void put_row(PackedMatrix& matrix, std::int64_t row, std::span<float const> values);

// `row` writes the inputs of one output. bias: nullptr or one number for each output.
using RowValues = std::function<void(std::int64_t output, std::span<float> values)>;
PackedMatrix pack(PanelType type, std::int64_t inputs, std::int64_t outputs, RowValues const& row, float const* bias,
                  int lines = 0);

// From a ggml matrix in memory of the CPU (F32, F16, BF16 or Q8_0) and a bias (may be nullptr).
PackedMatrix pack(ggml_tensor const* weight, ggml_tensor const* bias, int lines = 0);

// Row `row` of such a matrix.
void row_as_floats(ggml_tensor const* weight, std::int64_t row, std::span<float> values);

} // namespace echollama::nn
